#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every kernel accepts it, whatever compiler and distribution built it.

clangs='13 14 15 16 19 22'

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	export BUILD=${BUILD:-$root/build}
}

# Builds the binaries with BPF objects by each clang.
setup_file() {
	local root=$BATS_TEST_DIRNAME/../..
	# shellcheck disable=SC2086 # words
	env -u MAKEFLAGS -u MAKELEVEL make -s -j"$(nproc)" -C "$root" BUILD="${BUILD:-build}" $(printf 'clang-%s ' $clangs)
}

@test "each clang has the version in its name" {
	local n
	for n in $clangs; do
		"$BUILD/clang-$n/tcplife" -V -v | grep -q "^built by .*clang version $n\\."
	done
}

@test "this kernel loads the programs of each clang, for ring and perf buffers, with and without BTF" {
	local n binaries=()
	for n in $clangs; do binaries+=("$BUILD/clang-$n/tcplife"); done
	"$root/tests/vm/loads" "${binaries[@]}"
}

# in_trixie COMMAND...: runs it in Debian 13, where $there is /tcplife.
in_trixie() {
	"$root/tests/distro/enter" "$("$root/tests/distro/root" trixie)" --bind "$there:/tcplife" \
		--bind "${XDG_CACHE_HOME:-$HOME/.cache}/tcplife/sources:/root/.cache/tcplife/sources" "$@"
}

# tells_truth BUILD TESTS: the binary in this folder passes these tests of the truth.
tells_truth() {
	mkdir "$1/tests"
	ln -s "$BUILD"/tests/{workload,compare} "$1/tests"
	ln -s "$BUILD/bench" "$1"
	BUILD=$1 bats --filter "$2" "$root/tests/bats/truth.bats"
}

@test "Debian 13 builds it with make, and the records are right; with its own libraries, too" {
	local there=$BATS_TEST_TMPDIR/there
	mkdir -p "$there"
	cp -r "$root"/{Makefile,src,bpf,probe-select,static} "$there"
	in_trixie make -s -j"$(nproc)" -C /tcplife
	"$there/build/tcplife" -V -v | grep -q '^built by .*clang version 19'
	tells_truth "$there/build" 'every scenario, in JSON|CSV, with and without'
	in_trixie make -s -j"$(nproc)" -C /tcplife SYSTEM_LIBS=1
	"$there/build/system/tcplife" -V -v | grep -q '^glibc 2.41 '
	tells_truth "$there/build/system" 'every scenario, in JSON'
}
