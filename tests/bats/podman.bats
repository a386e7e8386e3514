#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Containers for real, seen from the host and from inside. Their image has the binary, a shell, and no libc.

load tracer.bash
load podman.bash

setup_file() {
	local image=$BATS_FILE_TMPDIR/image
	mkdir -p "$image/bin" "$image/tmp"
	cp "${BUILD:-$BATS_TEST_DIRNAME/../../build}/tcplife" "$image/tcplife"
	cp "$(command -v busybox)" "$image/bin/busybox"
	for name in sh cat grep nc kill usleep sleep; do ln -s busybox "$image/bin/$name"; done
	cat >"$image/inside" <<-'END'
		#!/bin/sh
		# inside OPTIONS...: prints the records of tcplife, with sessions of the processes $pids among them.
		for n in 1 2 3 4 5; do
			(until [ -e /tmp/go ]; do usleep 50000; done; exec nc 127.0.0.1 9 2>/dev/null) &
			pids=$pids,$!
		done
		eval "/tcplife -v -j -d 20 -D 9 $*" >/tmp/records 2>/tmp/said &
		tracer=$!
		until grep -q 'tracing by' /tmp/said || ! kill -0 $tracer 2>/dev/null; do usleep 50000; done
		: >/tmp/go
		until grep -q '"rport":9,' /tmp/records || ! kill -0 $tracer 2>/dev/null; do usleep 50000; done
		kill $tracer 2>/dev/null
		wait $tracer
		cat /tmp/said >&2
		cat /tmp/records
	END
	chmod +x "$image/inside"
	tar -C "$image" -c . >"$BATS_FILE_TMPDIR/image.tar"
	rm -rf "$image"
	podman import "$BATS_FILE_TMPDIR/image.tar" tcplife-test >&2
}

teardown_file() {
	podman rm -af >/dev/null
	rm -rf "$BATS_FILE_TMPDIR/root"
}

setup() {
	bats_require_minimum_version 1.5.0
	tracer=''
	cidfile=$BATS_TEST_TMPDIR/cid
}

teardown() {
	tracers_end
}

# first KEY: of the first session that was printed in the container.
first() { jq -rn "first(inputs | select(.type == \"session\") | .$1)" <<<"$output"; }

@test "a container that is gone at once has its id in its sessions" {
	local n
	tracer_start -j -D 9
	for n in 1 2 3; do
		contain --privileged tcplife-test /bin/nc 127.0.0.1 9 2>/dev/null || true
		await grep -q "\"container_id\":\"$(cat "$cidfile")\"" "$records"
	done
	tracer_stop
}

@test "--container prints the sessions of one container, by its short id" {
	local id
	contain -d --name one --privileged tcplife-test /bin/sleep 1000
	id=$(cat "$cidfile")
	contain -d --name other --privileged tcplife-test /bin/sleep 1000
	tracer_start -j -D 8-9 --container "${id:0:12}"
	run ! grep -q warning "$said"
	podman exec other /bin/nc 127.0.0.1 8 || true
	until grep -q '"rport":9,' "$records"; do podman exec one /bin/nc 127.0.0.1 9 || true; done
	podman rm -f -t 0 one other
	tracer_stop
	[ "$(jq -r 'select(.type == "session") | "\(.rport) \(.container_id)"' "$records" | sort -u)" = "9 $id" ]
}

@test "in a container it tells once what it cannot see, with a remedy that helps" {
	run -0 --separate-stderr contain --privileged tcplife-test /inside
	echo "$stderr"
	[ "$(grep -c 'warning: ' <<<"$stderr")" = 1 ]
	[[ $stderr == *'warning: cannot see the cgroups outside this cgroup namespace'*'add --cgroupns host or -v /sys/fs/cgroup:/host/sys/fs/cgroup:ro'* ]]
	[ "$(grep -c "PIDs are the host's, not those of this PID namespace" <<<"$stderr")" = 1 ]
	[[ $(first cgroup) == .* ]]
	# The first remedy.
	run -0 --separate-stderr contain --privileged --pid host --cgroupns host tcplife-test /inside
	echo "$stderr"
	[[ $stderr != *'warning: '* && $stderr != *'PIDs are'* ]]
	[ "$(first container_id)" = "$(cat "$cidfile")" ]
	# The second one.
	run -0 --separate-stderr contain --privileged -v /sys/fs/cgroup:/host/sys/fs/cgroup:ro tcplife-test /inside
	echo "$stderr"
	[[ $stderr != *'warning: '* ]]
	[ "$(first container_id)" = "$(cat "$cidfile")" ]
}

@test "in a container, -p is a PID there if the host's /proc is mounted, else it says that it is not" {
	run -0 --separate-stderr contain --privileged -v /proc:/host/proc:ro tcplife-test /inside '-p "${pids#,}"'
	echo "$stderr"
	[[ $stderr == *"PIDs are the host's, but those of -p are of this PID namespace"* ]]
	[ "$(first rport)" = 9 ]
	run -0 --separate-stderr contain --privileged tcplife-test /inside '-p "${pids#,}" -d 0.1'
	echo "$stderr"
	[[ $stderr == *"warning: -p and PID mean the host's PIDs"*'--pid host'* ]]
	run -0 --separate-stderr contain --privileged -v /proc:/host/proc:ro tcplife-test /tcplife -p 4194304 || true
	[ "$stderr" = 'tcplife: -p: no process in this PID namespace has PID 4194304' ]
}

@test "CAP_BPF and CAP_PERFMON are enough in a container whose seccomp profile allows bpf(2)" {
	local two=(--cgroups disabled --cap-drop all --cap-add BPF,PERFMON)
	run -0 --separate-stderr contain "${two[@]}" --security-opt seccomp=unconfined tcplife-test /inside
	echo "$stderr"
	[ "$(first rport)" = 9 ]
	[[ $stderr != *'warning: '* ]]
	# Under the default profile it works, too, or the message names the remedy.
	run -0 --separate-stderr contain "${two[@]}" tcplife-test /inside
	echo "$stderr"
	[[ $stderr == *'--security-opt seccomp=unconfined'* ]] || [ "$(first rport)" = 9 ]
}
