#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Every path on every kernel of tests/vm/kernels: the truth, the layout, and agreement between hooks.

setup() {
	bats_require_minimum_version 1.5.0
	vm=$BATS_TEST_DIRNAME/../vm
	export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
}

@test "the whole workload on every path of every kernel" {
	"$vm/truth" all
}
