#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --metrics: what Prometheus makes of it must be what was played.

load tracer.bash
load truth.bash
load load.bash

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	tcplife=$programs/tcplife
	tracer='' started=() hosts=()
	prom=$BATS_TEST_TMPDIR/tcplife.prom
}

teardown() {
	local name
	tracers_end
	if [ -n "$load" ]; then kill -KILL "$load" 2>/dev/null || true; fi
	if [ ${#started[@]} != 0 ]; then kill -KILL "${started[@]}" 2>/dev/null || true; fi
	for name in "${hosts[@]}"; do ip netns del "$name" || true; done
}

# host_new: a network namespace with a loopback of its own; its name is in $host.
host_new() {
	host=tcplife-$$-${#hosts[@]}
	ip netns add "$host"
	hosts+=("$host")
	ip -n "$host" link set lo up
}

# on HOST COMMAND...
on() { ip netns exec "$@" 3>&-; }

# play HOST SCENARIO...: appends the truth to $truth.HOST.
play() {
	on "$1" "$programs/tests/workload" -o "$truth" --host-net "${@:2}"
	grep raddr= "$truth" >>"$truth.$1"
}

# total NAME [FILE]: the sum of a metric over its labels.
total() {
	awk -v name="$1" '{ split($1, part, "{") } part[1] == name { sum += $NF } END { print sum + 0 }' "${2:-$prom}"
}

# true_of FIELD TRUTH: "value count" for each value of a field of the truth.
true_of() { grep -oP "\t$1=\K[^\t]*" "$2" | LC_ALL=C sort | uniq -c | awk '{ print $2, $1 }'; }

# told_of LABEL [FILE]: the same from tcplife_sessions_total.
told_of() {
	sed -n "s/^tcplife_sessions_total{.*$1=\"\([^\"]*\)\".*} \(.*\)/\1 \2/p" "${2:-$prom}" |
		awk '{ n[$1] += $2 } END { for (v in n) print v, n[v] }' | LC_ALL=C sort
}

@test "what is counted, in which groups, with names of any bytes; how the file is replaced" {
	run -0 "$programs/tests/unit_metrics"
}

@test "promtool finds nothing wrong, whatever a process is called" {
	local name=$'a"b\\x41\xff\n}' link
	link=$BATS_TEST_TMPDIR/$name
	ln -s "$(command -v bash)" "$link"
	host_new
	tracer_start --netns "/run/netns/$host" --metrics "$prom" --by comm,dir,errno,cgroup,netns,raddr
	on "$host" "$link" -c ': 7<>/dev/tcp/127.0.0.1/1' 2>/dev/null || true
	play "$host" single names refused
	tracer_stop
	promtool check metrics <"$prom"
	grep -qF 'comm="a\"b\\x5cx41\\xff\\x0a}",dir="out",errno="111"' "$prom"
	[ "$(total tcplife_sessions_total)" = $((1 + $(grep -c . "$truth.$host"))) ]
}

@test "the sums are those of all sessions, whatever is thinned out" {
	local options field
	host_new
	for options in '' '--sample 1/3' '--end refused --min-ms 1000' '--min-bytes 2050'; do
		: >"$truth.$host"
		# shellcheck disable=SC2086 # words
		tracer_start -j --netns "/run/netns/$host" --metrics "$prom" --by dir $options
		play "$host" single refused reset-by-client
		tracer_stop
		[ "$(told_of ending)" = "$(true_of ending "$truth.$host")" ]
		[ "$(told_of dir)" = "$(true_of dir "$truth.$host")" ]
		for field in tx:transmitted rx:received; do
			[ "$(total "tcplife_${field#*:}_bytes_total")" = \
				"$(grep -oP "\t${field%:*}_bytes=\K[^\t]*" "$truth.$host" | awk "{ sum += \$1 } END { print sum }")" ]
		done
		[ "$(total tcplife_thinned_sessions_total)" = \
			$(($(grep -c . "$truth.$host") - $(jq -c 'select(.type == "session")' "$records" | wc -l))) ]
		if [ -z "$options" ]; then
			[ "$(total tcplife_thinned_sessions_total)" = 0 ]
		else
			[ "$(total tcplife_thinned_sessions_total)" -gt 0 ]
		fi
	done
}

@test "--sample takes both ends of a session or none" {
	local ends
	host_new
	tracer_start -j --netns "/run/netns/$host" --sample 1/2
	play "$host" sizes crowd
	tracer_stop
	ends=$(jq -r 'select(.type == "session") | [[.laddr, .lport], [.raddr, .rport]] | sort | tostring' "$records" |
		sort | uniq -c | awk '{ print $1 }' | sort -u)
	[ "$ends" = 2 ]
}

@test "beyond --groups, sessions are in the group other, which is told; nothing is left out" {
	host_new
	tracer_start --netns "/run/netns/$host" --metrics "$prom" --by raddr,rport --groups 3
	play "$host" single sizes
	tracer_stop
	[ "$(total tcplife_sessions_total)" = "$(grep -c . "$truth.$host")" ]
	[ "$(total tcplife_groups)" = 3 ]
	grep -q '^tcplife_sessions_total{group="other",' "$prom"
	[ "$(grep -c '(--groups [0-9]*): further ones are counted in group="other"$' "$said")" = 1 ]
}

# open_are COUNT: whether the file tells that so many sessions are open.
open_are() { grep -qx "tcplife_open_sessions $1" "$prom"; }

# The load has two sessions a connection, one of which has the port as its local one.
@test "the sessions that are open are counted, in either table of the kernel side; what is not known is not told" {
	local options
	for options in '' '--max-sessions 200'; do
		# shellcheck disable=SC2086 # words
		tracer_start --metrics "$prom" --interval 0.1 -L 20700 $options
		await open_are 0
		load_stand -o 300 -w 1 -p 20700
		await open_are 150
		load_let_go
		await open_are 0
		tracer_stop
		open_are 0
	done
	tracer_start --metrics "$prom" --interval 0.1 -D 20700
	load_stand -o 300 -w 1 -p 20700
	await open_are 150
	tracer_stop
	open_are 150
	for options in '-4' "-p $$" '--raddr 127.0.0.0/8' '--netns self'; do
		# shellcheck disable=SC2086 # words
		tracer_start --metrics "$prom" -D 20700 $options
		tracer_stop
		grep -q '^tcplife_groups ' "$prom"
		run ! grep tcplife_open_sessions "$prom"
	done
	load_let_go
}

@test "a directory that is not there is an error; one that goes is told, and does not end the run" {
	local folder=$BATS_TEST_TMPDIR/gone
	run -1 --separate-stderr "$tcplife" --metrics "$folder/tcplife.prom"
	[ "$stderr" = "tcplife: cannot write $folder/tcplife.prom: No such file or directory: choose a file in a directory that you may write to" ]
	mkdir "$folder"
	tracer_start --metrics "$folder/tcplife.prom" --interval 0.1
	await test -e "$folder/tcplife.prom"
	until rm -r "$folder" 2>/dev/null; do :; done
	await grep -qx "tcplife: warning: cannot write $folder/tcplife.prom: No such file or directory" "$said"
	tracer_stop
}

@test "the rules of fleet/prometheus raise the alarms that they should" {
	promtool check rules "$root/fleet/prometheus/tcplife.rules.yml"
	run -0 promtool test rules "$root/fleet/prometheus/tcplife.test.yml"
}

# service COMMAND...: starts a server for the time of the test.
service() {
	"$@" >"$BATS_TEST_TMPDIR/service.${#started[@]}" 2>&1 3>&- &
	started+=($!)
}

# ask QUERY: the value of an instant query, nothing if there is none.
ask() {
	curl -sG "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // empty'
}

answers() { [ "$(ask "$1")" = "$2" ]; }

# holds QUERY: whether a comparison has a result.
holds() { [ -n "$(ask "$1")" ]; }

# host_serve NUMBER OPTIONS...: a tracer of its own, and a node_exporter that serves its file.
host_serve() {
	local folder=$BATS_TEST_TMPDIR/textfile.$1
	mkdir "$folder"
	service "$tcplife" -j --netns "/run/netns/$host" --metrics "$folder/tcplife.prom" --interval 1 --by comm,dir "${@:2}"
	service prometheus-node-exporter --web.listen-address "127.0.0.1:$((port + $1))" --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory "$folder"
	await test -e "$folder/tcplife.prom"
	echo "      - targets: ['127.0.0.1:$((port + $1))']" >>"$BATS_TEST_TMPDIR/prometheus.yml"
	echo "        labels: {host: '$host'}" >>"$BATS_TEST_TMPDIR/prometheus.yml"
}

# lasted_between QUANTILE: the bounds around that quantile of how long sessions lasted, by the truth of $host.
lasted_between() {
	local bounds='0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 60'
	grep -P "\tcomm=slow-server\t" "$truth.$host" | grep -oP 'duration_ns=\K[0-9.]+' | sed 's/\.\./ /' |
		jq -Rnr --argjson q "$1" --arg bounds "$bounds" '
			def of($q): sort | .[(length * $q | ceil) - 1] / 1e9;
			($bounds | split(" ") | map(tonumber)) as $bounds |
			[inputs | split(" ") | map(tonumber)] | (map(.[0]) | of($q)) as $low | (map(.[1]) | of($q)) as $high |
			"\([0, ($bounds[] | select(. <= $low))] | last) \([$bounds[] | select(. >= $high)] | first)"'
}

@test "three hosts: rates, quantiles and losses in Prometheus are as played" {
	local i low high of first=() port=$((RANDOM % 20000 + 10000))
	cat >"$BATS_TEST_TMPDIR/prometheus.yml" <<-END
		global: {scrape_interval: 1s}
		rule_files: ['$root/fleet/prometheus/tcplife.rules.yml']
		scrape_configs:
		  - job_name: node
		    static_configs:
	END
	# The third has room for one open session.
	for i in 1 2 3; do
		host_new
		if [ "$i" = 3 ]; then host_serve 3 --max-sessions 1; else host_serve "$i"; fi
	done
	service prometheus --config.file "$BATS_TEST_TMPDIR/prometheus.yml" --storage.tsdb.path "$BATS_TEST_TMPDIR/tsdb" \
		--web.listen-address "127.0.0.1:$port"
	# A rate is that of what comes after a first value.
	for host in "${hosts[@]}"; do
		play "$host" refused accept-wait
		first+=("$(grep -c . "$truth.$host")")
	done
	for i in 0 1; do await answers "sum(tcplife_sessions_total{host='${hosts[i]}'})" "${first[i]}"; done
	play "${hosts[0]}" refused accept-wait
	for _ in 1 2 3; do play "${hosts[1]}" refused accept-wait; done
	play "${hosts[2]}" crowd
	for i in 0 1; do
		host=${hosts[i]}
		of=$(grep -c . "$truth.$host")
		await answers "sum(tcplife_sessions_total{host='$host'})" "$of"
		await answers "sum(tcplife_failed_connects_total{host='$host'})" "$(grep -c 'ending=refused' "$truth.$host")"
		await answers "sum(max_over_time(tcplife_sessions_total{host='$host'}[5m]) - min_over_time(tcplife_sessions_total{host='$host'}[5m]))" \
			$((of - first[i]))
		# Prometheus extrapolates by up to one scrape at both ends.
		holds "sum(increase(tcplife_sessions_total{host='$host'}[5m])) >= $((of - first[i]))"
		holds "sum(increase(tcplife_sessions_total{host='$host'}[5m])) < 2 * $((of - first[i]))"
		for of in 0.5 0.99; do
			read -r low high < <(lasted_between $of)
			holds "histogram_quantile($of, tcplife_session_duration_seconds_bucket{host='$host',comm='slow-server'}) >= $low <= $high"
		done
		answers "sum(tcplife_lost_total{host='$host',cause='sessions'})" 0
	done
	# What is lost is told, here and there.
	kill -TERM "${started[4]}"
	wait "${started[4]}" || true
	of=$(grep '^{' "$BATS_TEST_TMPDIR/service.4" | jq -s 'map(select(.type == "losses")) | last | .sessions')
	[ "$of" -gt 0 ]
	await answers "tcplife_lost_total{host='${hosts[2]}',cause='sessions'}" "$of"
	# The two ends of a session that found no room were lost, or counted if only one was.
	holds "tcplife_lost_total{host='${hosts[2]}',cause='sessions'} + ignoring (cause) sum by (host,instance,job) (tcplife_sessions_total) >= $(grep -c . "$truth.${hosts[2]}")"
}
