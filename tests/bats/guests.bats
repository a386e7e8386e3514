#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What needs a kernel, or a machine, of its own. Each test boots one guest and touches nothing else here, so
# tests/run runs them side by side.

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	vm=$root/tests/vm
	export BUILD=${BUILD:-$root/build}
}

@test "without IPv6" {
	"$vm/truth" --append ipv6.disable=1 6.1 basic names
}

@test "a clock that only advances by ticks of milliseconds" {
	"$vm/truth" --append "clocksource=jiffies highres=off nohz=off" 6.1 basic names
}

# faults KERNEL [OPTIONS of run] -- FAULT...: runs tests/vm/faults on a kernel of its own.
faults() {
	local options=("$1")
	shift
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	"$vm/run" "${options[@]}" --limit 500 --built tcplife:/tcplife --built tests/workload:/workload \
		--built tests/compare:/compare --built tests/lowly:/lowly --built tests/hog:/hog \
		--file "$vm/guest:/guest" --file "$vm/faults:/faults" -- sh /faults "$@"
}

@test "kill -9, other tracers, a clock step, CPU hotplug, a full tracefs, two capabilities" {
	faults 6.1 -- killed beside clock unplug full nobody
}

@test "more sessions than memory allows: one line with the remedy" {
	faults 5.10 --memory 192 -- memory
}

@test "ends that the kernel did not report are counted" {
	faults 6.12 --cpus 1 -- missed
}

# loads_on KERNEL: loads the programs of the oldest, a middle and the newest clang.
loads_on() {
	flock "$BUILD" env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" BUILD="$BUILD" clang-13 clang-16 clang-22
	"$vm/run" "$1" --limit 300 --built bench:/bench --file "$vm/loads:/loads" \
		--built clang-13/tcplife:/13 --built clang-16/tcplife:/16 --built clang-22/tcplife:/22 \
		-- sh /loads /13 /16 /22
}

@test "the oldest kernel of the matrix loads the programs of each clang, and counts losses without atomic exchanges" {
	loads_on 5.10
}

@test "the newest kernel of the matrix loads the programs of each clang" {
	loads_on newest
}
