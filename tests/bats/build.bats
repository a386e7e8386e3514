#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the build produces, and from what.

setup() {
	bats_require_minimum_version 1.5.0
	build=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	root=$BATS_TEST_DIRNAME/../..
}

# Copies the sources, without build products and history.
copy() {
	mkdir -p "$1"
	cp -rp "$root"/{Makefile,src,bpf,probe-select,static} "$1"
}

# make_in FOLDER WORDS...: runs make without the variables of the make that runs the tests.
make_in() {
	env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -j"$(nproc)" -C "$@" >/dev/null
}

@test "the binary is static-pie and needs no library" {
	run -0 readelf -hlW "$build/tcplife"
	[[ $output != *INTERP* ]]
	[[ $output == *"DYN (Position-Independent Executable"* ]]
	run -0 readelf -dW "$build/tcplife"
	[[ $output != *NEEDED* ]]
	# The binary needs nothing from the machine, not even a file system.
	mkdir "$BATS_TEST_TMPDIR/root"
	cp "$build/tcplife" "$BATS_TEST_TMPDIR/root"
	run -0 chroot "$BATS_TEST_TMPDIR/root" /tcplife --version
}

@test "the binary is at most 700,000 bytes on both architectures" {
	local file
	for file in "$build"/{,arm64/,x86_64/}tcplife; do
		if [ -e "$file" ]; then [ "$(stat -c %s "$file")" -le 700000 ]; fi
	done
	# It also contains no zeros that belong into .bss.
	run -1 env LC_ALL=C grep -qaP '\x00{8192}' "$build/tcplife"
}

@test "a binary that breaks our promises stops the build" {
	run -1 "$root/static/verify" /bin/true
	[[ $output == "/bin/true: asks for an interpreter, so it is not static" ]]
}

@test "an include that points up is found" {
	run -0 "$root/tests/layers"
	mkdir "$BATS_TEST_TMPDIR/tests"
	cp -r "$root"/{src,bpf,probe-select} "$BATS_TEST_TMPDIR"
	cp "$root/tests/layers" "$BATS_TEST_TMPDIR/tests"
	echo '#include "cli/options.h"' >>"$BATS_TEST_TMPDIR/src/trace/tracer.h"
	run -1 "$BATS_TEST_TMPDIR/tests/layers"
	[ "$output" = 'src/trace/tracer.h: "cli/options.h" points up, from src/trace to src/cli' ]
}

@test "a source with a wrong hash stops the build and is named" {
	cp -r "$root/static" "$BATS_TEST_TMPDIR/static"
	mkdir "$BATS_TEST_TMPDIR/cache"
	while read -r _ _ _ file _; do
		echo "something else" >"$BATS_TEST_TMPDIR/cache/$file"
	done < <(grep -v '^#' "$root/static/sources.lock")
	run -1 "$BATS_TEST_TMPDIR/static/fetch" "$BATS_TEST_TMPDIR/cache" "$BATS_TEST_TMPDIR/out"
	[[ $output == *"is not what sources.lock pins: expected sha256 "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/out" ]
}

@test "two builds in different directories are identical" {
	local two=$BATS_TEST_TMPDIR/two/deeper
	copy "$BATS_FILE_TMPDIR/one"
	make_in "$BATS_FILE_TMPDIR/one"
	copy "$two"
	# It builds without a network once packages and sources are there.
	unshare -n env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -j"$(nproc)" -C "$two" >/dev/null
	cmp "$BATS_FILE_TMPDIR/one/build/tcplife" "$two/build/tcplife"
}

sbom() { "$root/static/sbom" tcplife-1-linux 1 "$build/tcplife" "$build/components" "$build/by/built"; }

@test "the bill of materials is SPDX and agrees with the binary" {
	local spdx=$BATS_TEST_TMPDIR/spdx
	sbom >"$spdx"
	sbom | cmp - "$spdx"
	run -0 jq -r '.packages[1:][] | "\(.name) \(.versionInfo) \(.checksums[0].checksumValue) \(.licenseDeclared)"' "$spdx"
	[ "$output" = "$("$build/tcplife" -V -v | tail -n +4)" ]
	# Its commit and its compilers.
	[ "$(jq -r '.packages[0].comment' "$spdx")" = "The hash is of the binary: $("$build/tcplife" -V -v |
		sed -nE '1 s/.*\((.*)\)/\1/; 1,3 p' | paste -sd';' | sed 's/;/; /g')." ]
	[ "$("$build/tcplife" -vV)" = "$("$build/tcplife" -V -v)" ]
	[ "$("$build/tcplife" -V | wc -l)" = 1 ]
	[ "$(jq -r '.packages[0].checksums[0].checksumValue' "$spdx")" = "$(sha256sum "$build/tcplife" | cut -d' ' -f1)" ]
	# All pinned components, the libc and gcc's runtime are listed.
	run -0 jq -r '.packages[1:][].checksums[0].checksumValue' "$spdx"
	while read -r _ _ _ _ hash; do [[ $output == *$hash* ]]; done < <(grep -v '^#' "$root/static/sources.lock")
	jq -e '[.packages[].name] | contains(["musl", "libgcc"])' "$spdx"
	# What SPDX 2.3 requires of a document, of packages and of relationships.
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

@test "nothing is rebuilt if nothing has changed" {
	run -0 env -u MAKEFLAGS -u MAKELEVEL make -C "$root" BUILD="$build" build/tcplife --dry-run
	[[ $output == *"is up to date"* || $output == *"Nothing to be done"* ]]
}

@test "another clang, compiler or flag, or missing objects: what depends on them is rebuilt" {
	local folder=$BATS_TEST_TMPDIR/one tcplife=$BATS_TEST_TMPDIR/one/build/tcplife
	local first=$BATS_FILE_TMPDIR/one/build/tcplife
	copy "$folder"
	# As a distribution builds it, without the limit on size.
	make_in "$folder" CC=gcc-12 CFLAGS="$(dpkg-buildflags --get CFLAGS) -O3 -flto=auto -ffat-lto-objects" \
		CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)" LDFLAGS="$(dpkg-buildflags --get LDFLAGS) -Wl,-z,now"
	"$tcplife" -V -v | grep -q '^built by gcc-12 '
	[ "$(stat -c %s "$tcplife")" -gt "$(stat -c %s "$first")" ]
	"$tcplife" -d 0.01 >/dev/null
	make_in "$folder"
	cmp "$tcplife" "$first"
	# BPF objects by another clang: the binary contains that clang's objects.
	make_in "$folder" CLANG=clang-19
	"$tcplife" -V -v | grep -q '^built by .*clang version 19'
	run ! cmp -s "$tcplife" "$first"
	"$tcplife" -d 0.01 >/dev/null
	rm -r "$folder/build/bpf"
	make_in "$folder"
	[ -e "$folder/build/bpf/typed.bpf.o.gz" ]
	cmp "$tcplife" "$first"
}

@test "make tries to load the programs and names a compiler whose programs the verifier rejects" {
	local folder=$BATS_TEST_TMPDIR/bad
	run -0 "$root/static/load" "$build/tcplife" clang "$BATS_TEST_TMPDIR/loaded"
	[[ $output == *"LOAD     Linux $(uname -r) takes it: typed"* ]]
	[ -e "$BATS_TEST_TMPDIR/loaded" ]
	copy "$folder"
	sed -i '/^int change_typed(/ { n; a\	return *(volatile int *)ctx[1];
		}' "$folder/bpf/tracepoint/typed.bpf.c"
	run -2 --separate-stderr env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -C "$folder" \
		BUILD="$(realpath "$build")" CLANG_BUILD="$BATS_TEST_TMPDIR/bad-build" "$BATS_TEST_TMPDIR/bad-build/loaded"
	[[ $stderr == *"the verifier of Linux $(uname -r) refuses change_typed as $(clang --version | head -n 1) made it: R"*" invalid mem access "*"; try another one by CLANG="* ]]
	[ ! -e "$BATS_TEST_TMPDIR/bad-build/loaded" ]
	# If it cannot be tried, that is no failure.
	run -0 setpriv --reuid 65534 --clear-groups bash -s "$build/tcplife" clang "$BATS_TEST_TMPDIR/not" <"$root/static/load"
	[[ $output == *"not tried whether this kernel takes it: that needs root" ]]
	run -0 setpriv --bounding-set -all --inh-caps -all "$root/static/load" "$build/tcplife" clang "$BATS_TEST_TMPDIR/not"
	[[ $output == *"not tried whether a kernel takes it: tcplife: "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/not" ]
}

@test "a path that contains a space is refused in one line" {
	mkdir "$BATS_TEST_TMPDIR/my folder"
	cp "$root/Makefile" "$BATS_TEST_TMPDIR/my folder"
	run -2 make_in "$BATS_TEST_TMPDIR/my folder"
	[[ $output == "Makefile:"*"*** the path '$(realpath "$BATS_TEST_TMPDIR")/my folder' has a space in it, which make cannot take: move this folder.  Stop." ]]
	run -2 make_in "$root" BUILD='some where'
	[[ $output == *"*** the path 'some where' has a space in it, which make cannot take: set BUILD to another.  Stop." ]]
}

@test "without apt it names the sources it needs and where to put them" {
	local bin=$BATS_TEST_TMPDIR/bin cache=$BATS_TEST_TMPDIR/cache name package version file hash
	mkdir "$bin" "$cache"
	for name in bash sh cat cut cp mv mkdir rm flock sed grep sha256sum dirname sort tar bzip2 gzip id head; do
		ln -s "$(command -v $name)" "$bin/$name"
	done
	run -1 env PATH="$bin" "$root/static/fetch" "$cache" "$BATS_TEST_TMPDIR/out"
	[[ $output == *"no apt-get"*"put these files into $cache"* ]]
	[ "${#lines[@]}" = 4 ]
	while read -r package version _ file hash; do
		[[ $output == *"$file"*"$package $version"*"$hash"* ]]
	done < <(grep -v '^#' "$root/static/sources.lock")
	# A tarball that is in the cache is not asked for.
	file=$(awk '/^zlib/ { print $4 }' "$root/static/sources.lock")
	cp "${XDG_CACHE_HOME:-$HOME/.cache}/tcplife/sources/$file" "$cache"
	run -1 env PATH="$bin" "$root/static/fetch" "$cache" "$BATS_TEST_TMPDIR/out"
	[ "${#lines[@]}" = 3 ]
	[[ $output != *"$file"* ]]
	cp "${XDG_CACHE_HOME:-$HOME/.cache}"/tcplife/sources/*.orig.* "$cache"
	run -0 unshare -n env PATH="$bin" "$root/static/fetch" "$cache" "$BATS_TEST_TMPDIR/out"
	[ -e "$BATS_TEST_TMPDIR/out/libbpf/src/libbpf.c" ]
}

@test "SYSTEM_LIBS=1 names the static libraries that are missing, and what it is not for" {
	local cc=$BATS_TEST_TMPDIR/cc
	# A compiler that knows no archive prints its name alone.
	printf '#!/bin/sh\necho "${1#*=}"\n' >"$cc"
	chmod +x "$cc"
	run -1 "$root/static/system" "$cc" "$BATS_TEST_TMPDIR/system"
	[ "${#lines[@]}" = 1 ]
	[[ $output == *" lacks libbpf.a libelf.a libz.a libc.a: install "*"libbpf-dev libelf-dev zlib1g-dev"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/system" ]
	run -1 env PKG_CONFIG_LIBDIR="$BATS_TEST_TMPDIR" "$root/static/system" gcc "$BATS_TEST_TMPDIR/system"
	[ "$output" = 'static/system: libbpf 1.1 or later is needed, this machine has none: install its package for development (Debian: libbpf-dev), or build without SYSTEM_LIBS' ]
	run -2 make_in "$root" SYSTEM_LIBS=1 source
	[[ $output == *"*** make source uses what static/sources.lock pins: run it without SYSTEM_LIBS.  Stop." ]]
}

@test "-V names the commit, or says tarball" {
	local folder=$BATS_TEST_TMPDIR/sources git=(git -c user.name=x -c user.email=x@y -c init.defaultBranch=main)
	copy "$folder"
	[ "$("$folder/static/commit")" = tarball ]
	cp "$root/.gitattributes" "$folder"
	cd "$folder"
	"${git[@]}" init -q
	"${git[@]}" add .
	"${git[@]}" commit -q -m x
	local commit
	commit=$(git rev-parse HEAD | cut -c1-12)
	[ "$(static/commit)" = "commit $commit" ]
	chown -R 65534 .
	[ "$(static/commit)" = "commit $commit" ]
	echo >>src/main.c
	[ "$(static/commit)" = "commit $commit, changed" ]
	# So it is not a tarball.
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v bash)" "$(command -v dirname)" "$BATS_TEST_TMPDIR/bin"
	[ "$(PATH=$BATS_TEST_TMPDIR/bin static/commit)" = "commit unknown: git is missing or cannot tell" ]
	chown -R 0 .
	mkdir "$BATS_TEST_TMPDIR/tarball"
	git archive HEAD | tar -x -C "$BATS_TEST_TMPDIR/tarball"
	[ "$("$BATS_TEST_TMPDIR/tarball/static/commit")" = "tarball of commit $commit" ]
	# The binary reports the same.
	[ "$("$build/tcplife" -V)" = "tcplife $(sed -n 's/.*TCPLIFE_VERSION "\(.*\)"/\1/p' "$root/src/cli/version.h") ($(head -n 1 "$build/by/built"))" ]
	[ "$("$build/tcplife" -V -v | sed -n 2,3p)" = "$(tail -n 2 "$build/by/built")" ]
}
