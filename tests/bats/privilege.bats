#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What it may do while tracing, and how little it needs to start.

load tracer.bash
load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	tcplife=$programs/tcplife
	tracer=
}

teardown() {
	tracers_end
}

# status FIELD: prints a field of the tracer's status.
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$tracer/status"; }

# The capabilities that must be left: none, or those that it reports.
kept() {
	if grep -q '^tcplife: gave up all capabilities except CAP_BPF, ' "$said"; then
		echo 0000008000000000
	elif grep -q '^tcplife: gave up all capabilities except CAP_SYS_ADMIN, ' "$said"; then
		echo 0000000000200000
	else
		grep -q '^tcplife: gave up all capabilities; ' "$said"
		echo 0000000000000000
	fi
}

# harmless OPTIONS...: with these it has no privileges left while tracing, and still tells the truth.
harmless() {
	local set
	witness_start
	tracer_start "$@"
	for set in CapEff CapPrm; do [ "$(status $set)" = "$(kept)" ]; done
	for set in CapInh CapBnd CapAmb; do [ "$(status $set)" = 0000000000000000 ]; done
	[ "$(status NoNewPrivs)" = 1 ]
	[ "$(status Seccomp)" = 2 ]
	workload basic names
	tracer_stop
	witness_stop
	accept_hook
}

@test "the filter allows the system calls that are needed and no others" {
	run -0 "$programs/tests/unit_privilege" denied allowed kept
}

@test "while it traces it has no privileges, and its records are right" {
	harmless -j
	true_records
	harmless -tTx -s
	true_records --format csv
	harmless -j --probe raw
	true_records
	harmless -j --probe raw --btf none
	true_records
}

@test "it knows the time zone although it can no longer open files" {
	local zone=$BATS_TEST_TMPDIR/zone hour
	mkdir "$zone"
	printf 'Zone Far 5:30 - FAR\n' | zic -d "$zone" -
	export TZ=:$zone/Far
	hour=$(date +%H)
	tracer_start -T -n 1 -D 1
	bash -c 'exec 7<>/dev/tcp/127.0.0.1/1' 2>/dev/null || true
	wait "$tracer"
	# Unless the hour has just changed.
	[[ $(sed -n '2s/:.*//p' "$records") =~ ^($hour|$(date +%H))$ ]]
}

@test "CAP_BPF and CAP_PERFMON are enough to start" {
	local two=-all,+bpf,+perfmon
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	chmod 755 "$BATS_TEST_TMPDIR"
	: >"$said"
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps $two --ambient-caps $two \
		--bounding-set $two "$BATS_TEST_TMPDIR/tcplife" -v -j >"$records" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up
	[ "$(status CapEff)" = "$(kept)" ]
	[ "$(status NoNewPrivs)" = 1 ]
	[ "$(status Seccomp)" = 2 ]
	workload basic
	tracer_stop
	accept_hook
	true_records
}

# checked_with CAPS: runs --check as a user with only these.
checked_with() {
	cp "$tcplife" "$BATS_TEST_TMPDIR/tcplife"
	chmod 755 "$BATS_TEST_TMPDIR"
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps "-all$1" \
		--ambient-caps "-all$1" "$BATS_TEST_TMPDIR/tcplife" --check
}

@test "--check names the missing capability" {
	checked_with ,+bpf
	[[ $output == *"privileges      CAP_PERFMON is missing"* ]]
	[[ $output == *"cannot start: tracing needs CAP_PERFMON as well as CAP_BPF: add it"* ]]
	checked_with ,+perfmon
	[[ $output == *"privileges      CAP_BPF is missing"* ]]
	checked_with ''
	[[ $output == *"privileges      CAP_BPF and CAP_PERFMON (or root) are missing"* ]]
}

# forbidden OPTIONS...: the calls of a run that the filter refused. At its end libbpf removes each CPU's
# buffer from its map, which the end of the map does as well.
forbidden() {
	strace -f -qq -o "$BATS_TEST_TMPDIR/calls" "$tcplife" -d 0.5 "$@" >/dev/null 2>&1 3>&-
	grep -q 'SECCOMP_MODE_FILTER' "$BATS_TEST_TMPDIR/calls"
	sed '1,/SECCOMP_MODE_FILTER/d' "$BATS_TEST_TMPDIR/calls" |
		grep ' = -1 EPERM' | grep -v BPF_MAP_DELETE_ELEM || true
}

@test "the filter refuses no call that it makes" {
	local options
	for options in -x -T '-j --existing --open' '--stats --by raddr --open' '-j --transport perf' \
		"-o $BATS_TEST_TMPDIR/log" "--metrics $BATS_TEST_TMPDIR/prom --interval 0.1" '-v --probe raw --btf none'; do
		# shellcheck disable=SC2086 # words
		run -0 forbidden $options
		echo "$options: $output"
		[ -z "$output" ]
	done
}

# Starts a tracer with these options under strace.
traced_start() {
	calls=$BATS_TEST_TMPDIR/calls.$((n += 1))
	under=(strace -D -f -qq -o "$calls")
	tracer_start "$@"
	under=()
	await grep -qs SECCOMP_MODE_FILTER "$calls"
}

one_session() { run bash -c 'exec 7<>/dev/tcp/127.0.0.1/1'; }

# The names of all calls made after the filter was installed.
made() {
	local file
	for file in "$BATS_TEST_TMPDIR"/calls.*; do sed '1,/SECCOMP_MODE_FILTER/d' "$file"; done |
		sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' | sort -u
}

# The calls that the source allows.
allowed() {
	sed -n '/^static const int plain_calls/,/^struct filter/p' "$BATS_TEST_DIRNAME/../../src/base/privilege.c" |
		grep -o 'SYS_[a-z0-9_]*' | sed 's/^SYS_//' | sort -u
}

@test "each of the calls that it may make is made in some run" {
	local n=0 tree=$BATS_TEST_TMPDIR/cgroups pipe=$BATS_TEST_TMPDIR/pipe
	# A list of sockets, and a hangup that ends it.
	traced_start -j --existing --open
	tracer_stop HUP || true
	# A cgroup newer than the tracer.
	mkdir "$tree"
	mount -t cgroup2 none "$tree"
	# Without BTF the kernel does not tell its name.
	traced_start -x -D 1 --probe raw --btf none
	mkdir "$tree/tcplife-test-$$"
	run sh -c 'echo $$ >"$0/cgroup.procs" && exec bash -c "exec 7<>/dev/tcp/127.0.0.1/1"' "$tree/tcplife-test-$$"
	await grep -q ' 127.0.0.1 ' "$records"
	kill -USR1 "$tracer"
	await grep -q '^[0-9]* *read(' "$calls"
	tracer_stop
	rmdir "$tree/tcplife-test-$$"
	umount "$tree"
	# A file that is reopened.
	traced_start -o "$BATS_TEST_TMPDIR/log"
	kill -HUP "$tracer"
	await grep -q '^[0-9]* *openat(.*log' <(sed '1,/SECCOMP_MODE_FILTER/d' "$calls")
	tracer_stop
	# A file that is replaced.
	traced_start --metrics "$BATS_TEST_TMPDIR/prom"
	tracer_stop
	# Buffers that are perf events.
	traced_start --transport perf
	tracer_stop
	# A pipe that is full for a while.
	mkfifo "$pipe"
	sleep 60 <"$pipe" 3>&- &
	n=$((n + 1))
	strace -D -f -qq -o "$BATS_TEST_TMPDIR/calls.$n" "$tcplife" -j >"$pipe" 2>/dev/null 3>&- &
	tracer=$!
	await grep -qs SECCOMP_MODE_FILTER "$BATS_TEST_TMPDIR/calls.$n"
	until grep -q '^[0-9]* *p*poll(' <(sed '1,/SECCOMP_MODE_FILTER/d' "$BATS_TEST_TMPDIR/calls.$n"); do
		for _ in {1..50}; do one_session; done
	done
	kill -TERM "$tracer"
	wait "$tracer" || true
	tracer=
	kill %% 2>/dev/null || true
	# Calls that no run here makes: stdio without memory for messages, a poll that is stopped and
	# continued, a machine whose clock has no vDSO, a kernel before about 5.11, what musl's
	# allocator may need as it grows, and what only glibc makes.
	comm -23 <(allowed) <(made) | grep -vxE \
		'writev|restart_syscall|clock_gettime|getsockopt|ppoll|poll|brk|mremap|mprotect|madvise|mmap|newfstatat|epoll_wait' >"$BATS_TEST_TMPDIR/idle" || true
	cat "$BATS_TEST_TMPDIR/idle"
	[ ! -s "$BATS_TEST_TMPDIR/idle" ]
	made | grep -qx -e poll -e ppoll
}
