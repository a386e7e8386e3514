#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# fleet/clickhouse: the table has what a record has, and a real server answers the questions.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	tcplife=${BUILD:-$root/build}/tcplife
	records=$BATS_TEST_TMPDIR/records server=''
}

teardown() {
	if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
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

# 100,000 records of each of three hosts, whose durations differ.
records_make() {
	local one
	"$tcplife" -j -n 1 -D 1 >"$records.one" 3>&- &
	tracer=$!
	until ! kill -0 "$tracer" 2>/dev/null; do bash -c ': 7<>/dev/tcp/127.0.0.1/1' 2>/dev/null || true; done
	one=$(grep '^{"type":"session"' "$records.one")
	awk -v one="$one" 'BEGIN {
		match(one, /"duration_ns":[0-9]+/)
		head = substr(one, 1, RSTART + 13); tail = substr(one, RSTART + RLENGTH)
		for (host = 1; host <= 3; host++) {
			own = head
			sub(/"host":"[^"]*"/, "\"host\":\"h" host "\"", own)
			for (i = 0; i < 100000; i++) print own i * 7919 % 1000003 * host tail
		}
	}' >"$records"
}

@test "records of three hosts arrive in a real server, which answers as --stats does" {
	local quantile low high
	command -v clickhouse-server >/dev/null || skip "no clickhouse-server here"
	records_make
	server_start
	ask --multiquery <"$root/fleet/clickhouse/table.sql"
	ask --date_time_input_format=best_effort --input_format_skip_unknown_fields=1 \
		--query 'INSERT INTO tcplife.sessions FORMAT JSONEachRow' <"$records"
	[ "$(ask --query 'SELECT host, count() FROM tcplife.sessions GROUP BY host ORDER BY host' | paste -sd ' ')" = \
		$'h1\t100000 h2\t100000 h3\t100000' ]
	[ "$(ask --query 'SELECT sum(sessions), uniq(node) FROM tcplife.minutes')" = $'300000\t3' ]
	[ "$(ask --query 'SELECT any(ending), any(errno), any(accept_wait_ns) IS NULL, any(rport) FROM tcplife.sessions')" = \
		$'refused\t111\t1\t1' ]
	"$tcplife" --read "$records" --stats -j >"$records.stats"
	for quantile in 50 90 99; do
		read -r low high < <(jq -r "select(.of == \"all\").p${quantile}_ns | \"\(. * 0.995 | floor) \(. * 1.005 | ceil)\"" "$records.stats")
		[ "$(ask --query "SELECT quantileExact(0.$quantile)(duration_ns) BETWEEN $low AND $high FROM tcplife.sessions")" = 1 ]
	done
	[ "$(grep -c '^SELECT' "$root/fleet/clickhouse/questions.sql")" = 10 ]
	ask --multiquery <"$root/fleet/clickhouse/questions.sql" >"$records.answers"
	grep -q $'^1\tout\trefused\t300000$' "$records.answers"
}
