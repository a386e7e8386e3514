#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The service or container that a session belonged to.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	mount -t cgroup2 none "$tree"
	id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
	old=$tree/tcplife-test-$id.scope new=$tree/tcplife-test-$id.service
	mkdir "$old"
}

teardown() {
	tracers_end
	for cgroup in "$old" "$new"; do if [ -d "$cgroup" ]; then rmdir "$cgroup"; fi; done
	umount "$tree"
}

# Makes a refused connect to the port by a process in that cgroup, which is gone on return.
session() {
	run sh -c 'echo $$ >"$0/cgroup.procs" && exec bash -c "exec 7<>/dev/tcp/127.0.0.1/$1"' "$1" "$2"
}

@test "the container, pod or service in a cgroup's path, in the shape of each runtime" {
	run -0 "$build/tests/unit_container" shapes within long
	run -0 "$build/tests/unit_cgroups" nowhere
}

@test "a cgroup created before the start, one created after it, and a removed one" {
	tracer_start -j -D 1-3
	session "$old" 1
	mkdir "$new"
	session "$new" 2
	await grep -q '"rport":2,' "$records"
	rmdir "$old"
	session "$new" 3
	await grep -q '"rport":3,' "$records"
	tracer_stop
	jq -rs 'map(select(.raddr == "127.0.0.1" and .laddr == "127.0.0.1")) | sort_by(.rport)[] |
		"\(.rport) \(.cgroup)"' "$records" >"$BATS_TEST_TMPDIR/found"
	diff "$BATS_TEST_TMPDIR/found" - <<-END
		1 /tcplife-test-$id.scope
		2 /tcplife-test-$id.service
		3 /tcplife-test-$id.service
	END
}

@test "-x names the container" {
	tracer_start -x -D 1
	session "$old" 1
	await grep -q ' 127.0.0.1 ' "$records"
	tracer_stop
	grep -qE " ${id:0:12}\$" "$records"
}

@test "statistics by cgroup" {
	mkdir "$new"
	tracer_start --stats --by cgroup,rport -j -D 1-3
	session "$old" 1
	session "$new" 2
	session "$new" 2
	tracer_stop
	jq -r 'select(.of == "group" and .cgroup != "/") | "\(.cgroup) \(.rport) \(.sessions)"' "$records" |
		sort >"$BATS_TEST_TMPDIR/found"
	diff "$BATS_TEST_TMPDIR/found" - <<-END
		/tcplife-test-$id.scope 1 1
		/tcplife-test-$id.service 2 2
	END
}

# fleeting ID PORT: a session in a container whose cgroup is gone before anyone could look.
fleeting() {
	mkdir "$tree/libpod-$1"
	session "$tree/libpod-$1" "$2"
	rmdir "$tree/libpod-$1"
}

@test "a container that is gone at once keeps its name" {
	local n ids=$BATS_TEST_TMPDIR/ids
	witness_start
	tracer_start -j -D 1
	for n in {1..50}; do
		printf '%s%08x\n' "${id:0:56}" "$n" >>"$ids"
		fleeting "${id:0:56}$(printf %08x "$n")" 1
	done
	tracer_stop
	witness_stop
	run ! grep -q 'names of cgroups that are gone' "$said"
	jq -r 'select(.rport == 1 and .raddr == "127.0.0.1").container_id' "$records" | sort -u >"$BATS_TEST_TMPDIR/named"
	# The kernel may have told no tracer of some sessions.
	grep -oF -f "$ids" "$witness" | sort -u >"$BATS_TEST_TMPDIR/witnessed"
	[ -s "$BATS_TEST_TMPDIR/named" ]
	diff "$BATS_TEST_TMPDIR/named" "$BATS_TEST_TMPDIR/witnessed"
	[ "$(grep -c '"rport":1,.*"cgroup":null' "$records")" = 0 ]
}

@test "--container takes the first digits, and tells of none and of several" {
	local other=${id:0:60}beef
	mkdir "$tree/docker-$other.scope"
	tracer_start -x -D 1-3 --container "${id:0:12}"
	rmdir "$tree/docker-$other.scope"
	grep -qF "warning: --container '${id:0:12}': several containers have such an id" "$said"
	grep -qF "$id" "$said"
	grep -qF "$other" "$said"
	tracer_stop
	mkdir "$new"
	tracer_start -j -D 1-3 --container "$id,web"
	grep -qF "warning: --container 'web': no container has this id now" "$said"
	run ! grep -qF "$id" "$said"
	session "$new" 1
	session "$old" 2
	session "$tree" 3
	tracer_stop
	[ "$(jq -r 'select(.type == "session").rport' "$records")" = 2 ]
}

@test "--cgroup takes shell patterns, and tells if nothing matches" {
	mkdir "$new"
	tracer_start -j -D 1-2 --cgroup 'tcplife-test-*.service,nowhere'
	session "$old" 1
	session "$new" 2
	tracer_stop
	[ "$(grep -c 'warning: --cgroup' "$said")" = 1 ]
	grep -qF "warning: --cgroup 'nowhere': no cgroup matches this now" "$said"
	[ "$(jq -r 'select(.type == "session").rport' "$records")" = 2 ]
}

@test "statistics by container" {
	mkdir "$new"
	tracer_start --stats --by container -j -D 1-3
	session "$old" 1
	session "$new" 2
	session "$old" 3
	tracer_stop
	[ "$(jq -r "select(.of == \"group\" and .container == \"$id\").sessions" "$records")" = 2 ]
}

# is_apart PID: whether the process has left our network namespace.
is_apart() { [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$1/ns/net")" ]; }

@test "--netns prints the sessions of a namespace, by each of its names" {
	local inside name
	unshare -n sleep 1000 3>&- &
	inside=$!
	await is_apart "$inside"
	nsenter -t $inside -n ip link set lo up
	for name in "$inside" "/proc/$inside/ns/net" "$(stat -Lc %i "/proc/$inside/ns/net")"; do
		tracer_start -j -D 1-2 --netns "$name"
		session "$old" 1
		run nsenter -t $inside -n bash -c 'exec 7<>/dev/tcp/127.0.0.1/2'
		tracer_stop
		[ "$(jq -r 'select(.type == "session").rport' "$records")" = 2 ]
	done
	tracer_start -j -D 1-3 --netns "self,$inside"
	session "$old" 1
	run nsenter -t $inside -n bash -c 'exec 7<>/dev/tcp/127.0.0.1/2'
	run unshare -n bash -c 'ip link set lo up; exec 7<>/dev/tcp/127.0.0.1/3'
	tracer_stop
	[ "$(jq -r 'select(.type == "session").rport' "$records" | sort | xargs)" = '1 2' ]
	tracer_start -j -D 1-2 --netns self
	session "$old" 1
	run nsenter -t $inside -n bash -c 'exec 7<>/dev/tcp/127.0.0.1/2'
	tracer_stop
	kill $inside
	[ "$(jq -r 'select(.type == "session").rport' "$records")" = 1 ]
}

@test "--netns: a number that no network namespace has now is doubted, others are not" {
	local inside name=tcplife-$$ mounted
	unshare -n sleep 1000 3>&- &
	inside=$!
	await is_apart "$inside"
	ip netns add "$name"
	mounted=$(stat -Lc %i "/run/netns/$name")
	for mode in '--list' '-d 0.1'; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr "$build/tcplife" $mode --netns "4294967295,$mounted,$(stat -Lc %i "/proc/$inside/ns/net")"
		[ "$(grep -- --netns <<<"$stderr")" = \
			'tcplife: warning: --netns: no process that can be seen is in a network namespace 4294967295 now; it may appear later' ]
	done
	ip netns del "$name"
	kill $inside
}
