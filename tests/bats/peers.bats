#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Common servers and clients in their own network namespace: nginx with several workers, curl, wrk, redis.
# What they report about themselves is the truth.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	tracer=
	started=()
	# nginx's workers must be able to read it too.
	scratch=$(mktemp -d)
	chmod 755 "$scratch"
	# An address that only we use, for tracers that cannot tell the namespace.
	site=127.$((RANDOM % 200 + 20)).$((RANDOM % 250)).80
	network_start
}

teardown() {
	tracers_end
	kill "${started[@]}" 2>/dev/null || true
	wait "${started[@]}" 2>/dev/null || true
	rm -r "$scratch"
}

is_apart() { [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$network/ns/net")" ]; }

network_start() {
	unshare --net sleep infinity 3>&- &
	network=$!
	started+=("$network")
	await is_apart
	netns=$(stat -L -c %i "/proc/$network/ns/net")
	(inside ip link set lo up)
}

# Becomes the command, so that $! is its pid.
inside() { exec nsenter --net="/proc/$network/ns/net" "$@"; }

# Starts three workers, which are not root.
nginx_start() {
	mkdir -p "$scratch/www" "$scratch/tmp"
	: >"$scratch/www/empty"
	head -c 1 /dev/zero >"$scratch/www/byte"
	head -c 3000000 /dev/urandom >"$scratch/www/large"
	truncate -s 4G "$scratch/www/endless"
	cat >"$scratch/nginx.conf" <<-END
		daemon off;
		worker_processes 3;
		user nobody nogroup;
		pid $scratch/pid;
		events { }
		http {
			access_log off;
			client_body_temp_path $scratch/tmp;
			proxy_temp_path $scratch/tmp;
			fastcgi_temp_path $scratch/tmp;
			uwsgi_temp_path $scratch/tmp;
			scgi_temp_path $scratch/tmp;
			client_max_body_size 10m;
			server {
				listen 80 reuseport;
				listen 443;
				listen 8000;
				listen 8100;
				listen 8101;
				root $scratch/www;
				location /upload { return 200 "thanks\n"; }
			}
		}
	END
	inside nginx -c "$scratch/nginx.conf" -p "$scratch" -e "$scratch/error.log" 3>&- &
	master=$!
	started+=("$master")
	await answers 8101
	workers=$(pgrep -P "$master" | jq -cs .)
	[ "$(jq length <<<"$workers")" = 3 ]
}

answers() { (inside curl -sf -o "$scratch/answer" "http://$site:$1/byte"); }

# fetch URL-PATH OPTIONS...: curl reports on a line of $scratch/curls its pid, its port, and the bytes sent
# and received.
fetch() {
	local path=$1
	shift
	inside curl -sf -o "$scratch/got" "$@" "http://$site$path" \
		-w '%{local_port} %{size_request} %{size_upload} %{size_header} %{size_download}\n' \
		>"$scratch/curl" 3>&- &
	local pid=$!
	wait "$pid" || return
	awk -v pid="$pid" '{ print pid, $1, $2 + $3, $4 + $5 }' "$scratch/curl" >>"$scratch/curls"
}

# Runs jq on our sessions, all in one array.
sessions() { jq -rs --argjson netns "$netns" --argjson workers "${workers:-[]}" "map(select(.netns == \$netns)) | $1" "$records"; }

# unread PORT: whether a client on that port has not read everything.
unread() { (inside ss -Htn "dport = :$1") | awk '$2 > 0 { found = 1 } END { exit !found }'; }

# printed SESSIONS: that many of ours are printed.
printed() { [ "$(sessions length)" = "$1" ]; }

# Without an accept hook, the owner of a session that is accepted and never closed is unknown.
accept_hook() { ! grep -q 'accept hook: none' "$said"; }

@test "nginx and curl: owners and bytes are right" {
	nginx_start
	tracer_start -j
	fetch /empty
	fetch /byte
	fetch /large
	fetch /large
	fetch /upload -H Expect: --data-binary "@$scratch/www/large"
	await printed 10
	tracer_stop
	sessions 'map(select(.dir == "out"))[] | "\(.pid) \(.lport) \(.tx_bytes) \(.rx_bytes)"' >"$scratch/out"
	diff "$scratch/curls" "$scratch/out"
	sessions 'map(select(.dir == "in"))[] | "\(.rport) \(.rx_bytes) \(.tx_bytes)"' >"$scratch/in"
	diff <(cut -d' ' -f2- "$scratch/curls") "$scratch/in"
	sessions 'all(if .dir == "out" then .comm == "curl" and .owner == "connect" and .uid == 0 and .ending == "fin-local"
		else .comm == "nginx" and .owner == "close" and .uid == 65534 and .ending == "fin-remote" and
			(.pid | IN($workers[])) end)' | grep -qx true
}

@test "nginx closes first: owners are still right" {
	nginx_start
	tracer_start -j
	# So that curl waits for the end.
	fetch /large -H 'Connection: close' --ignore-content-length
	await printed 2
	tracer_stop
	[ "$(sessions 'map("\(.dir) \(.comm) \(.ending)") | sort[]')" = "$(printf 'in nginx fin-local\nout curl fin-remote')" ]
	sessions 'map(select(.dir == "in"))[0].pid | IN($workers[])' | grep -qx true
	[ "$(sessions 'map(select(.dir == "out"))[0].pid')" = "$(cut -d' ' -f1 "$scratch/curls")" ]
}

@test "-x shows how a refused, a killed and an orderly client ended" {
	nginx_start
	tracer_start -x
	fetch :81/ || true
	inside curl -sf --limit-rate 1M -o "$scratch/endless" "http://$site:8000/endless" 3>&- &
	local killed=$!
	await test -s "$scratch/endless"
	# Unread data then makes the kernel reset the session.
	kill -STOP "$killed"
	await unread 8000
	kill -KILL "$killed"
	wait "$killed" || true
	fetch :8100/large
	await eval '[ "$(awk -v netns="$netns" "\$17 == netns" "$records" | wc -l)" = 5 ]'
	tracer_stop
	# COMM, port of the service, DIR, END, whether there are CONN_MS and RTT_MS, and UID.
	awk -v netns="$netns" '$17 == netns {
		print $2, $10 == "in" ? $4 : $6, $10, $11, $12 == "-" ? "-" : "ms", $14 == "-" ? "-" : "ms", $16
	}' "$records" >"$scratch/story"
	if ! accept_hook; then sed -i 's/^- \(.* rst-remote .*\) -$/nginx \1 65534/' "$scratch/story"; fi
	LC_ALL=C sort -o "$scratch/story" "$scratch/story"
	diff "$scratch/story" - <<-END
		curl 8000 out rst-local ms ms 0
		curl 81 out refused - - 0
		curl 8100 out fin-local ms ms 0
		nginx 8000 in rst-remote - ms 65534
		nginx 8100 in fin-remote - ms 65534
	END
	# What the killed curl received was sent by nginx.
	awk -v netns="$netns" -v got="$(stat -c %s "$scratch/endless")" '
		$17 == netns && $11 == "rst-local" { rx = $8 }
		$17 == netns && $11 == "rst-remote" { tx = $7 }
		END { exit !(rx >= int(got / 1024) && tx <= rx && tx > 0) }' "$records"
}

@test "-L 80,443,8000-8100 -s: the servers on these ports, as CSV" {
	nginx_start
	tracer_start -L 80,443,8000-8100 -s --laddr "$site"
	for port in 8101 80 443 8000 8100 8101; do fetch ":$port/large"; done
	await eval '[ "$(wc -l <"$records")" = 5 ]'
	tracer_stop
	[ "$(head -n 1 "$records")" = PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS ]
	[ "$(awk -F, 'NR > 1 { print $2, $3, $4, $5, $6, $8, $9 }' "$records" | sort -nk4)" = "$(
		for port in 80 443 8000 8100; do echo "nginx 4 $site $port 127.0.0.1 2929 0"; done
	)" ]
	[ "$(awk -F, 'NR > 1 { print $1 }' "$records" | jq -cs "all(IN($workers[]))")" = true ]
}

@test "wrk: wrk or a worker owns each session" {
	nginx_start
	tracer_start -j
	(inside wrk -t 2 -c 16 -d 1 -H 'Connection: close' "http://$site/byte") >"$scratch/wrk" 3>&- &
	wrk=$!
	wait "$wrk"
	await eval '[ "$(sessions "map(select(.dir == \"in\")) | length")" -ge "$(sessions "map(select(.dir == \"out\")) | length")" ]'
	tracer_stop
	local requests
	requests=$(awk '$2 == "requests" { print $1 }' "$scratch/wrk")
	[ "$requests" -gt 100 ]
	[ "$(sessions 'map(select(.dir == "out")) | length')" -ge "$requests" ]
	sessions 'map(select(.dir == "out")) | all(.comm == "wrk" and .owner == "connect") and (map(.pid) | unique | length == 1)' | grep -qx true
	# A session that wrk aborts at the end is known by its acceptor only.
	accept_hook && broken=false || broken=true
	sessions "map(select(.dir == \"in\")) | all((.pid | IN(\$workers[])) and .comm == \"nginx\" or
		$broken and .pid == null and .owner == null and .ending == \"rst-remote\")" | grep -qx true
}

@test "redis: owners and bytes are right" {
	inside redis-server --port 6379 --save '' --dir "$scratch" >"$scratch/redis" 3>&- &
	local server=$! client
	started+=("$server")
	await eval '(inside redis-cli -h "$site" ping) | grep -q PONG'
	tracer_start -j
	inside redis-cli -h "$site" set key "$(head -c 5000 /dev/zero | tr '\0' x)" >"$scratch/answer" 3>&- &
	client=$!
	wait "$client"
	await printed 2
	tracer_stop
	[ "$(cat "$scratch/answer")" = OK ]
	# The request is *3 $3 set $3 key $5000 xxx..., each with its line end; the reply is +OK.
	local tx=$((4 + 4 + 5 + 4 + 5 + 7 + 5002)) rx=5
	[ "$(sessions 'map("\(.dir) \(.pid) \(.comm) \(.tx_bytes) \(.rx_bytes) \(.ending)") | sort[]')" = "$(
		echo "in $server redis-server $rx $tx fin-remote"
		echo "out $client redis-cli $tx $rx fin-local"
	)" ]
}

# Compares the percentiles of one tracer with those of the other's sessions. Returns 1 if they differ by
# more than 1%, 2 if something else is wrong.
percentiles_agree() {
	tracer_start -j -D 443,80 --raddr "$site"
	local each=$tracer port wrks=()
	mv "$records" "$scratch/each"
	mv "$said" "$scratch/each-said"
	tracer_start --stats -D 443,80 --raddr "$site"
	for port in 80 443; do
		inside wrk -t 1 -c 16 -d 2 -H 'Connection: close' "http://$site:$port/byte" >"$scratch/wrk" 3>&- &
		wrks+=($!)
	done
	wait "${wrks[@]}"
	tracer_stop && kill -TERM "$each" && wait "$each" || return 2
	! grep 'not printed' "$said" "$scratch/each-said" || return 2
	awk '$1 ~ /^(80|443)$/ && $2 == "out" { print $1, $3, $8, $9, $10, $11 } $1 == "all" && NF > 9 { print $1, $2, $7, $8, $9, $10 }' \
		"$records" | sort >"$scratch/told"
	# The definition: the least value that at least this share of the values does not exceed.
	jq -rs 'def of($q): sort | .[(length * $q | ceil) - 1] / 1e6;
		map(select(.type == "session")) | (group_by(.rport)[] | {of: .[0].rport, ns: map(.duration_ns)}), {of: "all", ns: map(.duration_ns)} |
		"\(.of) \(.ns | length) \(.ns | of(0.5)) \(.ns | of(0.9)) \(.ns | of(0.99)) \(.ns | of(1))"' \
		"$scratch/each" | sort >"$scratch/exact"
	[ "$(wc -l <"$scratch/exact")" = 3 ] || return 2
	paste -d' ' "$scratch/told" "$scratch/exact" >"$scratch/both"
	cat "$scratch/both"
	awk '
		$1 != $7 || $2 != $8 || $2 < 100 { exit 2 }
		{ for (i = 3; i <= 6; i++) if ($i < 0.99 * $(i + 6) || $i > 1.01 * $(i + 6)) exit 1 }' "$scratch/both"
}

@test "--stats -D 443,80 beside wrk: percentiles within 1% of all that another tracer saw" {
	local plays=1 result=0
	nginx_start
	# The machine may pause between the clock readings of the two tracers.
	percentiles_agree || result=$?
	while [ $result = 1 ] && [ $plays -lt 3 ]; do
		plays=$((plays + 1)) result=0
		percentiles_agree || result=$?
	done
	[ $result = 0 ]
}
