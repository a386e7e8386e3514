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
	if [ -n "${tracer:-}" ]; then kill -KILL "$tracer" 2>/dev/null || true; fi
	for cgroup in "$old" "$new"; do if [ -d "$cgroup" ]; then rmdir "$cgroup"; fi; done
	umount "$tree"
}

# Makes a refused connect to the port by a process in that cgroup, which is gone on return.
session() {
	run sh -c 'echo $$ >"$0/cgroup.procs" && exec bash -c "exec 7<>/dev/tcp/127.0.0.1/$1"' "$1" "$2"
}

@test "the container or service in a cgroup's path" {
	run -0 "$build/tests/unit_cgroups" label nowhere
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
