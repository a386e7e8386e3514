#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# fleet/clickhouse: the table has what a record has, and a real server answers the questions.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	tcplife=${BUILD:-$root/build}/tcplife
	records=$BATS_TEST_TMPDIR/records server='' started=()
}

teardown() {
	local pid
	for pid in $server "${started[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
}

# Those of records of open sessions are not in the table.
@test "the table has a column for each key of a record of a session that ended" {
	diff <(sed -n '/^CREATE TABLE/,/^)/s/^    \([a-z_]*\) [A-Z].*/\1/p' "$root/fleet/clickhouse/table.sql" | sort) \
		<(jq -r '."$defs".session.properties | del(.time, .state, .tx_delta_bytes, .rx_delta_bytes) | keys[]' \
			"$root/docs/records.schema.json" | sort)
}

server_start() {
	local folder=$BATS_TEST_TMPDIR/server
	port=$((RANDOM % 20000 + 10000))
	mkdir -p "$folder/tmp"
	cat >"$folder/config.xml" <<-END
		<yandex>
		<logger><level>warning</level><console>1</console></logger>
		<listen_host>127.0.0.1</listen_host><tcp_port>$port</tcp_port><http_port>$((port + 1))</http_port>
		<path>$folder/</path><tmp_path>$folder/tmp/</tmp_path><users_config>$folder/users.xml</users_config>
		<default_profile>default</default_profile><default_database>default</default_database>
		<mark_cache_size>16777216</mark_cache_size>
		</yandex>
	END
	cat >"$folder/users.xml" <<-END
		<yandex>
		<profiles><default/></profiles><quotas><default/></quotas>
		<users><default><password></password><networks><ip>127.0.0.1</ip></networks>
		<profile>default</profile><quota>default</quota></default></users>
		</yandex>
	END
	clickhouse-server --config-file="$folder/config.xml" >"$folder/log" 2>&1 3>&- &
	server=$!
	await answers
}

ask() { clickhouse-client --host 127.0.0.1 --port "$port" "$@"; }

answers() { [ "$(ask --query 'SELECT 1' 2>/dev/null)" = 1 ]; }

# The record of a session that was refused, in $one.
record_trace() {
	"$tcplife" -j -n 1 -D 1 >"$records.one" 3>&- &
	tracer=$!
	until ! kill -0 "$tracer" 2>/dev/null; do bash -c ': 7<>/dev/tcp/127.0.0.1/1' 2>/dev/null || true; done
	one=$(grep '^{"type":"session"' "$records.one")
}

# records_of HOST COUNT: that many records of a host, made from $one, whose durations differ.
records_of() {
	awk -v one="$one" -v host="$1" -v count="$2" 'BEGIN {
		sub(/"host":"[^"]*"/, "\"host\":\"h" host "\"", one)
		match(one, /"duration_ns":[0-9]+/)
		head = substr(one, 1, RSTART + 13); tail = substr(one, RSTART + RLENGTH)
		for (i = 0; i < count; i++) print head i * 7919 % 1000003 * host tail
	}'
}

# Kept nowhere: a million records are 600 MB.
records_all() { records_of 1 400000; records_of 2 300000; records_of 3 300000; }

insert() {
	ask --date_time_input_format=best_effort --input_format_skip_unknown_fields=1 \
		--query 'INSERT INTO tcplife.sessions FORMAT JSONEachRow'
}

# disk TABLE: the bytes of its rows, and how many there are.
disk() { ask --query "SELECT sum(bytes_on_disk), sum(rows) FROM system.parts WHERE active AND database = 'tcplife' AND table = '$1'"; }

@test "a million records of three hosts arrive in a real server, which answers as --stats does" {
	local quantile low high began bytes rows
	command -v clickhouse-server >/dev/null || skip "no clickhouse-server here"
	record_trace
	server_start
	ask --multiquery <"$root/fleet/clickhouse/table.sql"
	mkfifo "$records.copy"
	"$tcplife" --read "$records.copy" --stats -j >"$records.stats" 3>&- &
	began=$EPOCHREALTIME
	records_all | tee "$records.copy" | insert
	wait $!
	read -r bytes rows < <(disk sessions)
	echo "# $rows rows in $(bc <<<"scale=1; $EPOCHREALTIME - $began") s, $((bytes / rows)) bytes each" >&3
	[ "$(ask --query 'SELECT host, count() FROM tcplife.sessions GROUP BY host ORDER BY host' | paste -sd ' ')" = \
		$'h1\t400000 h2\t300000 h3\t300000' ]
	[ "$(ask --query 'SELECT countMerge(sessions), uniq(node) FROM tcplife.minutes')" = $'1000000\t3' ]
	[ "$(ask --query 'SELECT any(ending), any(errno), any(accept_wait_ns) IS NULL, any(rport) FROM tcplife.sessions')" = \
		$'refused\t111\t1\t1' ]
	for quantile in 50 90 99; do
		read -r low high < <(jq -r "select(.of == \"all\").p${quantile}_ns | \"\(. * 0.995 | floor) \(. * 1.005 | ceil)\"" "$records.stats")
		[ "$(ask --query "SELECT quantileExact(0.$quantile)(duration_ns) BETWEEN $low AND $high FROM tcplife.sessions")" = 1 ]
		# What is left of them in minutes is an estimate.
		[ "$(ask --query "SELECT quantileTDigestMerge(0.$quantile)(lasted) BETWEEN 0.98 * $low AND 1.02 * $high FROM tcplife.minutes")" = 1 ]
	done
	[ "$(grep -c '^SELECT' "$root/fleet/clickhouse/questions.sql")" = 10 ]
	ask --multiquery <"$root/fleet/clickhouse/questions.sql" >"$records.answers"
	grep -q $'^1\tout\trefused\t1000000$' "$records.answers"
}

# rsyslog_start NAME SEDS...: starts an rsyslogd of our own by a file of fleet/rsyslog.
rsyslog_start() {
	local folder=$BATS_TEST_TMPDIR/$1
	mkdir "$folder"
	echo "global(workDirectory=\"$folder\")" >"$folder/conf"
	sed "${@:2}" "$root/fleet/rsyslog/$1.conf" >>"$folder/conf"
	rsyslogd -N 1 -f "$folder/conf"
	rsyslogd -n -f "$folder/conf" -i "$folder/pid" >"$folder/said" 2>&1 3>&- &
	started+=($!)
}

# In any order; after a connection broke, some may come twice.
has_arrived() { cmp -s <(sort "$records") <(sort -u "$spool"/*.jsonl 2>/dev/null); }

@test "rsyslog brings records from one machine to another unchanged, and the import takes them" {
	local port=$((RANDOM % 20000 + 10000)) spool=$BATS_TEST_TMPDIR/spool
	record_trace
	rsyslog_start machine -e "s,/var/log/tcplife/,$BATS_TEST_TMPDIR/," -e "s,sessions.jsonl,records," \
		-e "s,central.example,127.0.0.1," -e "s,10514,$port," -e 's/resumeInterval="5"/resumeInterval="1"/'
	# What rsyslog might change, and an object that is no session's.
	# shellcheck disable=SC2001,SC2016 # the dollar is for rsyslog
	{ records_of 1 5000; sed 's/"comm":"[^"]*"/"comm":"a\\u0001\\"%msg% é <13>1 - $HOME"/' <<<"$one"
		echo '{"type":"losses","schema":1}'; records_of 2 5000; } >"$records"
	# The central one comes later.
	rsyslog_start central -e "s,/var/spool/tcplife/,$spool/," -e "s,10514,$port,"
	await has_arrived
	records_of 3 1 >>"$records"
	await has_arrived
	command -v clickhouse-server >/dev/null || skip "no clickhouse-server here"
	server_start
	ask --multiquery <"$root/fleet/clickhouse/table.sql"
	cat "$spool"/2*.jsonl | sort -u >"$spool/unique"
	rm "$spool"/2*.jsonl
	mv "$spool/unique" "$spool/old.jsonl"
	touch "$spool/new.jsonl"
	touch -d '2 minutes ago' "$spool/old.jsonl"
	"$root/fleet/clickhouse/import" "$spool" --host 127.0.0.1 --port "$port"
	[ "$(ls "$spool")" = new.jsonl ]
	[ "$(ask --query 'SELECT count(), uniq(host) FROM tcplife.sessions')" = $'10002\t4' ]
}

@test "the demo of a fleet tells what its machines did, and leaves nothing behind" {
	local demo output
	command -v clickhouse-server >/dev/null || skip "no clickhouse-server here"
	"$root/demo/fleet" "$tcplife" --seconds 5 --graphs "$records.svg" >"$records.said" 3>&- &
	demo=$!
	wait $demo
	output=$(<"$records.said")
	[[ $output =~ web1\ +fin-|fin-[a-z]+\ +web1 ]]
	[[ $output =~ refused\ +web3 ]]
	[[ $output =~ preexisting\ +web3 ]]
	[[ $output =~ web2\ +curl\ +80 ]]
	[[ $output =~ web3\ +127.0.0.1\ +81 ]]
	python3 -c 'import sys, xml.dom.minidom as dom; assert len(dom.parse(sys.argv[1]).getElementsByTagName("polyline")) >= 5' "$records.svg"
	# Its namespaces are named after it.
	run ! grep "^fleet-$demo-" <(ip netns list)
}
