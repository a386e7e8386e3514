#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is built, from what.

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	root=$BATS_TEST_DIRNAME/../..
}

@test "the binary is static-pie, and asks for nothing" {
	run -0 readelf -hlW "$build/tcplife"
	[[ $output != *INTERP* ]]
	[[ $output == *"DYN (Position-Independent Executable"* ]]
	run -0 readelf -dW "$build/tcplife"
	[[ $output != *NEEDED* ]]
	# Nothing of this machine is needed: not even a file system.
	mkdir "$BATS_TEST_TMPDIR/root"
	cp "$build/tcplife" "$BATS_TEST_TMPDIR/root"
	run -0 chroot "$BATS_TEST_TMPDIR/root" /tcplife --version
}

@test "a binary that is not what we promise stops the build" {
	run -1 "$root/static/verify" /bin/true
	[[ $output == "/bin/true: asks for an interpreter, so it is not static" ]]
	head -c 700000 /dev/zero >"$BATS_TEST_TMPDIR/large"
	cat "$build/tcplife" "$BATS_TEST_TMPDIR/large" >"$BATS_TEST_TMPDIR/fat"
	run -1 "$root/static/verify" "$BATS_TEST_TMPDIR/fat"
	[[ $output == *"more than 700000" ]]
}

@test "a source with a wrong hash stops the build, by name" {
	cp -r "$root/static" "$BATS_TEST_TMPDIR/static"
	mkdir "$BATS_TEST_TMPDIR/cache"
	while read -r _ _ _ file _; do
		echo "something else" >"$BATS_TEST_TMPDIR/cache/$file"
	done < <(grep -v '^#' "$root/static/sources.lock")
	run -1 "$BATS_TEST_TMPDIR/static/fetch" "$BATS_TEST_TMPDIR/cache" "$BATS_TEST_TMPDIR/out"
	[[ $output == *"is not what sources.lock pins: expected sha256 "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/out" ]
}

@test "built in two folders, it is the same to the byte" {
	local folder
	for folder in one two/deeper; do
		mkdir -p "$BATS_TEST_TMPDIR/$folder"
		cp -r "$root"/{Makefile,src,bpf,probe-select,static} "$BATS_TEST_TMPDIR/$folder"
		env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -j"$(nproc)" -C "$BATS_TEST_TMPDIR/$folder" build/tcplife >/dev/null
	done
	cmp "$BATS_TEST_TMPDIR/one/build/tcplife" "$BATS_TEST_TMPDIR/two/deeper/build/tcplife"
}

@test "the binary and its bill of materials tell the same, and it is SPDX" {
	local spdx=$BATS_TEST_TMPDIR/spdx
	"$root/static/sbom" tcplife-1-linux 1 "$build/tcplife" "$build/components" >"$spdx"
	"$root/static/sbom" tcplife-1-linux 1 "$build/tcplife" "$build/components" | cmp - "$spdx"
	run -0 jq -r '.packages[1:][] | "\(.name) \(.versionInfo) \(.checksums[0].checksumValue) \(.licenseDeclared)"' "$spdx"
	[ "$output" = "$("$build/tcplife" -V -v | tail -n +2)" ]
	[ "$("$build/tcplife" -vV)" = "$("$build/tcplife" -V -v)" ]
	[ "$("$build/tcplife" -V | wc -l)" = 1 ]
	[ "$(jq -r '.packages[0].checksums[0].checksumValue' "$spdx")" = "$(sha256sum "$build/tcplife" | cut -d' ' -f1)" ]
	# Whatever is pinned is in it, and the libc and gcc's runtime.
	run -0 jq -r '.packages[1:][].checksums[0].checksumValue' "$spdx"
	while read -r _ _ _ _ hash; do [[ $output == *$hash* ]]; done < <(grep -v '^#' "$root/static/sources.lock")
	jq -e '[.packages[].name] | contains(["musl", "libgcc"])' "$spdx"
	# What SPDX 2.3 demands of a document, of a package and of what is said between them.
	jq -e '.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0" and .SPDXID == "SPDXRef-DOCUMENT"
		and (.name | length > 0) and (.documentNamespace | test("^https://[^#]+$"))
		and (.creationInfo.created | test("^[0-9-]{10}T[0-9:]{8}Z$"))
		and (.creationInfo.creators | all(test("^(Tool|Person|Organization): ")))' "$spdx"
	jq -e '.packages | all((.SPDXID | test("^SPDXRef-[A-Za-z0-9.-]+$")) and (.name | length > 0)
		and .downloadLocation and .filesAnalyzed == false and (.checksums | all(.algorithm == "SHA256"
		and (.checksumValue | test("^[0-9a-f]{64}$")))))' "$spdx"
	jq -e '[.packages[].SPDXID, .SPDXID] as $ids | .relationships
		| all([.spdxElementId, .relatedSpdxElement] | all(IN($ids[])))' "$spdx"
}

@test "nothing is built again when nothing has changed" {
	run -0 env -u MAKEFLAGS -u MAKELEVEL make -C "$root" BUILD="$build" build/tcplife --dry-run
	[[ $output == *"is up to date"* || $output == *"Nothing to be done"* ]]
}
