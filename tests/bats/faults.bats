#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Faults of a machine: each is reported in one line with its remedy, or does no harm.

load tracer.bash
load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	tcplife=$BUILD/tcplife
	tracer=
}

teardown() {
	tracers_end
}

# elsewhere SCRIPT: runs it with its own mounts; $tcplife is the program.
elsewhere() {
	unshare --mount --propagation private env tcplife="$tcplife" sh -ec "$1"
}

@test "closed standard streams: nothing is written to other files" {
	local marker=$BATS_TEST_TMPDIR/marker
	run -0 bash -c '"$0" -d 0.1 <&-' "$tcplife"
	run -1 bash -c '"$0" -d 0.1 >&-' "$tcplife"
	[[ $output == *"tcplife: cannot write to standard output: "* ]]
	run -0 bash -c '"$0" -d 0.1 2>&-' "$tcplife"
	[[ $output == "PID "* ]]
	run -1 bash -c '"$0" -v -d 0.1 <&- >&- 2>&-' "$tcplife"
	# A file opened for reading would be the first to get the number of a closed descriptor.
	cp /sys/kernel/btf/vmlinux "$marker"
	run bash -c '"$0" --probe raw --btf "$1" -v -d 0.1 2>&-' "$tcplife" "$marker"
	cmp "$marker" /sys/kernel/btf/vmlinux
}

@test "a full disk ends tracing with the reason and exit status 1" {
	run -1 bash -c '"$0" -d 0.1 >/dev/full' "$tcplife"
	[[ $output == *"tcplife: cannot write to standard output: No space left on device" ]]
}

@test "a read-only root file system" {
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	: >"$said"
	mkdir "$BATS_TEST_TMPDIR/root"
	# shellcheck disable=SC2016 # for the other shell
	unshare --mount --propagation private sh -ec 'mount --bind / "$1" && mount -o remount,bind,ro "$1"
		mount --bind /proc "$1/proc" && mount --bind /sys "$1/sys"
		! touch "$1/file" 2>/dev/null
		exec chroot "$1" "$2" -v -j' - "$BATS_TEST_TMPDIR/root" "$tcplife" >"$records" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up
	workload basic
	tracer_stop
	accept_hook
	true_records
}

@test "without /proc: one line with the remedy and exit status 1" {
	# shellcheck disable=SC2016
	run -1 --separate-stderr elsewhere 'mount -t tmpfs none /proc; "$tcplife" --existing'
	[ -z "$output" ]
	[ "$stderr" = 'tcplife: /proc cannot be read: No such file or directory: mount it (mount -t proc proc /proc)' ]
}

@test "without /sys: one line with the remedy, exit 1; a file of BTF will do" {
	records=$BATS_TEST_TMPDIR/records said=$BATS_TEST_TMPDIR/said
	: >"$said"
	# shellcheck disable=SC2016
	run -1 --separate-stderr elsewhere 'mount -t tmpfs none /sys; "$tcplife" -d 0.1'
	[ -z "$output" ]
	[ "$stderr" = 'tcplife: /sys cannot be read: No such file or directory: mount it (mount -t sysfs sysfs /sys)' ]
	cp /sys/kernel/btf/vmlinux "$BATS_TEST_TMPDIR/btf"
	# shellcheck disable=SC2016
	unshare --mount --propagation private sh -ec 'mount -t tmpfs none /sys
		exec "$0" -v -j --btf "$1"' "$tcplife" "$BATS_TEST_TMPDIR/btf" >"$records" 2>"$said" 3>&- &
	tracer=$!
	await tracer_is_up
	workload basic
	tracer_stop
	grep -q 'warning: could not check whether --btf .* belongs to this kernel' "$said"
	accept_hook
	true_records
}

@test "a BTF file that is empty, truncated, huge, foreign or malicious is refused with a reason" {
	local file=$BATS_TEST_TMPDIR/btf trap
	# refused WORDS: tcplife must fail with these words.
	refused() {
		run -1 --separate-stderr timeout 60 "$tcplife" --probe raw --btf "$file"
		[ -z "$output" ]
		[[ $stderr == *"$1"* ]]
	}
	: >"$file"
	refused "cannot be read as BTF"
	head -c 100000 /sys/kernel/btf/vmlinux >"$file"
	refused "cannot be read as BTF"
	truncate -s 5G "$file"
	refused "cannot be read as BTF: File too large"
	cp "$tcplife" "$file"
	refused "cannot be read as BTF"
	cp "$BATS_TEST_DIRNAME/../fuzz/corpus/layout/askew" "$file"
	refused "cannot be read as BTF"
	for trap in holds-itself two-in-a-ring typedef-ring far-away; do
		cp "$BATS_TEST_DIRNAME/../fuzz/corpus/layout/$trap" "$file"
		refused "has no struct tcp_sock"
	done
	rm "$file"
	refused "No such file or directory"
}

@test "a file without BTF is refused with every hook" {
	local probe
	echo none >"$BATS_TEST_TMPDIR/none"
	for probe in auto tracepoint typed raw; do
		run -1 "$tcplife" --probe $probe --btf "$BATS_TEST_TMPDIR/none"
		[[ $output == *"--btf $BATS_TEST_TMPDIR/none: cannot be read as BTF: it is neither BTF nor ELF"* ]]
	done
}

@test "too few open files: one line with the cause and the remedy" {
	local n
	for n in 3 4 5 6 8 10; do
		run bash -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&-; ulimit -n $1; exec "$0" -D 1 -d 0.1' "$tcplife" $n
		[ $n -gt 8 ] || [ "$status" = 1 ]
		[ "$status" = 0 ] || [[ $output == *": allow more open files with ulimit -n"* ]]
	done
}

@test "--max-sessions 1 to 3 work" {
	local n
	for n in 1 2 3; do run -0 "$tcplife" --max-sessions $n -D 1 -d 0.1; done
}

# refused_by_kernel ERROR OPTIONS...: the call that loads the largest program fails with this error.
refused_by_kernel() {
	local error=$1 when
	shift
	strace -f -qq -o "$BATS_TEST_TMPDIR/calls" -e trace=bpf "$tcplife" --probe raw -d 0.1 "$@" >/dev/null
	when=$(grep -n 'PROG_LOAD.*prog_name="change_raw"' "$BATS_TEST_TMPDIR/calls" | head -n 1 | cut -d: -f1)
	[ "$when" -gt 0 ]
	run -1 --separate-stderr strace -f -qq -o /dev/null -e inject=bpf:error="$error":when="$when+" \
		"$tcplife" --probe raw -d 0.1 "$@"
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
}

@test "no memory for what an option asks for: the message names the option" {
	refused_by_kernel ENOMEM
	[[ $stderr == *': try a smaller --max-sessions; try --probe auto' ]]
	refused_by_kernel ENOMEM --buffer 1024
	[[ $stderr == *': try a smaller --buffer; try --probe auto' ]]
	refused_by_kernel ENOMEM --buffer 1024 --max-sessions 1000
	[[ $stderr == *': try a smaller --max-sessions or --buffer; try --probe auto' ]]
}

@test "a verifier that rejects a program: the message says where its reasons are" {
	refused_by_kernel EACCES
	[[ $stderr == *": cannot load its program: Permission denied: the kernel's verifier rejects it: -v shows its log"* ]]
}

@test "privileges that cannot be given up are reported even without -v" {
	run -0 --separate-stderr strace -qq -o /dev/null -e inject=capset:error=EPERM "$tcplife" -D 1 -d 0.1
	[[ $stderr == *'tcplife: warning: cannot give up its capabilities: Operation not permitted; '* ]]
}
