#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What distributions ship: the source tarball and the packages that are built from it alone.

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	export BUILD=${BUILD:-$root/build}
	dist=$BUILD/dist
	version=$("$BUILD/tcplife" -V | cut -d' ' -f2)
	packages=$BATS_TEST_TMPDIR/packages
	mkdir "$packages"
}

make_alone() {
	env -u BUILD -u MAKEFLAGS -u MAKELEVEL -u MAINTAINER make -s -j2 -C "$root" BUILD="$BUILD" "$@"
}

# Without a network: all that is linked in comes from the source tarball.
setup_file() {
	local root=$BATS_TEST_DIRNAME/../..
	rm -f "${BUILD:-$root/build}"/dist/*.{deb,rpm}
	unshare -n env -u BUILD -u MAKEFLAGS -u MAKELEVEL -u MAINTAINER make -s -j2 -C "$root" BUILD="${BUILD:-build}" binary deb rpm >/dev/null
}

@test "the source tarball has what is linked in, by hash, and is identical each time" {
	local file hash tree=$BATS_TEST_TMPDIR/tree
	mkdir "$tree"
	tar -C "$tree" --strip-components=1 -xf "$dist/tcplife-$version.tar.gz"
	while read -r _ _ _ file hash; do
		[ "$(sha256sum <"$tree/sources/$file")" = "$hash  -" ]
	done < <(grep -v '^#' "$root/static/sources.lock")
	[ "$("$tree/static/commit")" = "$("$root/static/commit")" ]
	[ "$("$tree/static/commit")" = "$("$BUILD/tcplife" -V | sed 's/.*(\(.*\))/\1/')" ]
	# All files of the clone are there as they are here.
	git -C "$root" -c safe.directory='*' ls-files >"$BATS_TEST_TMPDIR/files"
	grep -qx Makefile "$BATS_TEST_TMPDIR/files"
	while read -r file; do cmp "$root/$file" "$tree/$file"; done <"$BATS_TEST_TMPDIR/files"
	cp "$dist/tcplife-$version.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
	make_alone source
	cmp "$dist/tcplife-$version.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
}

@test "the rpm package's binary, built from the source tarball, is the usual build's, byte for byte" {
	rpm2cpio "$dist"/tcplife-"$version"-1.*.rpm | cpio --quiet -D "$packages" -id
	cmp "$packages/usr/bin/tcplife" "$BUILD/tcplife"
}

@test "lintian and rpmlint have nothing to say" {
	run -0 lintian --allow-root --fail-on warning "$dist"/tcplife_*.deb "$dist"/tcplife-dbgsym_*.deb
	[ -z "$output" ]
	run -0 rpmlint -c "$root/packaging/rpmlint.toml" "$dist"/*.rpm
	[[ $output == *"0 errors, 0 warnings"* ]]
}

@test "the Debian package's debug symbols belong to its binary" {
	local id
	dpkg-deb -x "$dist"/tcplife_*.deb "$packages"
	id=$(readelf -n "$packages/usr/bin/tcplife" | awk '/Build ID/ { print $3 }')
	dpkg-deb -c "$dist"/tcplife-dbgsym_*.deb | grep -q "/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug$"
	"$root/static/verify" "$packages/usr/bin/tcplife"
}

@test "with a build profile, Debian's own libraries are linked, and the records are right" {
	local library
	cp "$dist/tcplife-$version.tar.gz" "$packages"
	DEB_BUILD_PROFILES=pkg.tcplife.system-libs "$root/packaging/deb" "tcplife-$version" "$(uname -m | sed s/aarch64/arm64/)" "$packages"
	dpkg-deb -x "$packages"/tcplife_*.deb "$packages"
	for library in libbpf libelf zlib; do
		"$packages/usr/bin/tcplife" -V -v | grep -q "^$library $(pkg-config --modversion $library) "
	done
	dpkg-deb -f "$packages"/tcplife_*.deb Built-Using | grep -qE '\bglibc \(= .*\blibbpf \(= '
	"$root/static/verify" "$packages/usr/bin/tcplife" glibc
	lintian --allow-root --fail-on warning "$packages"/tcplife_*.deb
	mkdir "$packages/tests"
	ln -s "$BUILD"/tests/{workload,compare} "$packages/tests"
	ln -s "$BUILD/bench" "$packages/usr/bin/tcplife" "$packages"
	BUILD=$packages bats --filter 'every scenario, in JSON|filter refuses no call' "$root"/tests/bats/{truth,privilege}.bats
	"$packages/usr/bin/tcplife" --uid root -d 0.01
}

# names TARBALL MAINTAINER: the packages that are built from it name this maintainer.
names() {
	rm -rf "$BATS_TEST_TMPDIR/tree"
	mkdir "$BATS_TEST_TMPDIR/tree"
	tar -C "$BATS_TEST_TMPDIR/tree" --strip-components=1 -xf "$1"
	grep -qxF "Maintainer: $2" "$BATS_TEST_TMPDIR/tree/debian/control"
	grep -qF -- " -- $2  " "$BATS_TEST_TMPDIR/tree/debian/changelog"
	grep -qF " $2 - $version-1" "$BATS_TEST_TMPDIR/tree/tcplife.spec"
}

@test "the packages name the maintainer that MAINTAINER, or DEBFULLNAME and DEBEMAIL, says" {
	names "$dist/tcplife-$version.tar.gz" "$(dpkg-deb -f "$dist"/tcplife_*.deb Maintainer)"
	make_alone source dist="$packages" MAINTAINER="Jo O'Doe & Co <jo@example.org>"
	names "$packages/tcplife-$version.tar.gz" "Jo O'Doe & Co <jo@example.org>"
	DEBFULLNAME='Jo Doe' DEBEMAIL=jo@example.net make_alone source dist="$packages"
	names "$packages/tcplife-$version.tar.gz" 'Jo Doe <jo@example.net>'
	run -2 make_alone source dist="$packages" MAINTAINER=jo@example.org
	[[ $output == *"packaging/source: MAINTAINER is 'jo@example.org', not 'NAME <ADDRESS>'"* ]]
}

# readme TOOL: README's command that installs with it.
readme() { grep -m1 "^$1 .*tcplife[_-]\*" "$root/README.md"; }

# install_deb ROOT: as README says, over an older version; up to purge.
# shellcheck disable=SC2016 # for the inner shell
install_deb() {
	cp "$dist"/tcplife_*.deb "$packages"
	dpkg-deb -R "$packages"/tcplife_*.deb "$packages/old"
	sed -i 's/^Version: .*/Version: 0.9/' "$packages/old/DEBIAN/control"
	echo old >"$packages/old/usr/bin/tcplife"
	touch "$packages/old/usr/share/doc/tcplife/gone"
	dpkg-deb --root-owner-group -b "$packages/old" "$packages/old.deb"
	"$root/tests/distro/fresh" "$1" bash -euxc '"$0/tests/distro/enter" "$ROOT" --bind "$1:/shipped" bash -euxc "$2" "$3"' \
		"$root" "$packages" '
		shopt -s nullglob
		files() { find /usr /etc /lib /var/lib/dpkg/info /var/lib/systemd -name "*tcplife*"; }
		files >/before
		apt-get -qy install /shipped/old.deb
		[ -e /usr/share/doc/tcplife/gone ]
		(cd /shipped && eval "$0")
		[ ! -e /usr/share/doc/tcplife/gone ]
		[ "$(/usr/bin/tcplife -V | cut -d" " -f2)" = "$(dpkg-query -f "\${Version}" -W tcplife)" ]
		/usr/bin/tcplife --check | grep "^Tracing can start"
		verified=$(dpkg -V tcplife)
		[ -z "$verified" ]
		for file in /usr/share/{man/man8/tcplife.8.gz,bash-completion/completions/tcplife,zsh/vendor-completions/_tcplife} \
			/usr/share/{fish/vendor_completions.d/tcplife.fish,doc/tcplife/docs/records.schema.json} /lib/systemd/system/tcplife.service; do
			[ -s $file ] || [[ $file = /usr/share/* && -n "$(grep -rl "^path-exclude" /etc/dpkg)" ]]
		done
		grep "^ExecStart=/usr/bin/tcplife" /lib/systemd/system/tcplife.service
		enabled=$(echo /etc/systemd/system/*/tcplife*)
		[ -z "$enabled" ]
		apt-get -qy remove tcplife
		[ ! -e /usr/bin/tcplife ]
		[ ! -e /lib/systemd/system/tcplife.service ]
		apt-get -qy purge tcplife
		files | cmp - /before' "$(readme apt)"
}

@test "Debian 13 installs, upgrades and removes its package; the unit is not enabled" {
	install_deb "$("$root/tests/distro/root" trixie)"
}

@test "this Debian does so, too" {
	install_deb /
}

@test "rpm installs, upgrades and removes its package in a root of its own; the unit is not enabled" {
	cp "$dist"/tcplife-"$version"-1.*.rpm "$packages"
	cat >"$packages/old.spec" <<-'END'
		Name: tcplife
		Version: 0.9
		Release: 1
		Summary: an older version
		License: MIT
		%description
		%install
		mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/doc/tcplife
		echo old >%{buildroot}/usr/bin/tcplife
		echo old >%{buildroot}/usr/share/doc/tcplife/gone
		%files
		/usr/bin/tcplife
		/usr/share/doc/tcplife
	END
	rpmbuild --quiet -bb --define "_topdir $packages/top" --define 'debug_package %{nil}' "$packages/old.spec"
	cp "$packages"/top/RPMS/*/*.rpm "$packages/old.rpm"
	# No package in there provides /bin/sh in the eyes of rpm.
	# shellcheck disable=SC2016 # for the inner shell
	"$root/tests/distro/fresh" "$("$root/tests/distro/root" trixie)" bash -euxc '
		shopt -s nullglob
		cd "$0"
		rpm() { command rpm --root "$ROOT" "$@"; }
		rpm --initdb
		rpm -i --nodeps old.rpm
		[ -e "$ROOT/usr/share/doc/tcplife/gone" ]
		eval "$2 --nodeps"
		[ ! -e "$ROOT/usr/share/doc/tcplife/gone" ]
		[ "$(rpm -q tcplife)" = "tcplife-$1-1.$(uname -m)" ]
		chroot "$ROOT" /usr/bin/tcplife -V
		rpm -V --nodeps tcplife
		for file in man/man8/tcplife.8.gz bash-completion/completions/tcplife zsh/site-functions/_tcplife \
			fish/vendor_completions.d/tcplife.fish doc/tcplife/docs/records.schema.json doc/tcplife/LICENSES/BSD-2-Clause.txt; do
			[ -s "$ROOT/usr/share/$file" ]
		done
		grep "^ExecStart=/usr/bin/tcplife" "$ROOT/usr/lib/systemd/system/tcplife.service"
		enabled=$(echo "$ROOT"/etc/systemd/system/*/tcplife*)
		[ -z "$enabled" ]
		rpm -e tcplife
		left=$(find "$ROOT/usr" "$ROOT/etc" "$ROOT/var" -name "*tcplife*")
		[ -z "$left" ]' "$packages" "$version" "$(readme rpm)"
}

@test "CHANGELOG.md names the version first, and is what the packages say" {
	[ "$(grep -m1 '^## ' "$root/CHANGELOG.md")" = "## $version - $("$root/packaging/changelog" date <"$root/CHANGELOG.md" | xargs -I{} date -u -d @{} +%F)" ]
	[ "$(dpkg-deb -f "$dist"/tcplife_*.deb Version)" = "$version" ]
	rpm -qp --changelog "$dist"/*.rpm | sed 1d | diff -B - <(sed -n '/^- /,/^## /{/^##/!p}' "$root/CHANGELOG.md")
	printf '## 1.0\n- x\n' >"$packages/bad"
	run -1 "$root/packaging/changelog" rpm <"$packages/bad"
	[ "$output" = "packaging/changelog: '## 1.0' is not '## VERSION - YYYY-MM-DD'" ]
}

@test "SECURITY.md: each command that verifies a release works, and notices a changed file" {
	local commands=() line
	mapfile -t commands < <(sed -nE '/^(sha256sum -c|ssh-keygen|minisign) / p' "$root/SECURITY.md")
	[ "${#commands[@]}" = 3 ]
	cp "$dist"/tcplife_*.deb "$dist"/*.rpm "$packages"
	cd "$BATS_TEST_TMPDIR"
	ssh-keygen -q -t ed25519 -N '' -f ssh-key
	minisign -G -W -p tcplife.pub -s minisign-key >/dev/null
	"$root/packaging/release" seal "$packages" "$version" ssh-key
	mv "$packages"/*.sig .
	"$root/packaging/release" seal "$packages" "$version" minisign-key
	[ "$(ls "$packages")" = "$(cd "$packages" && ls -- *.deb *.rpm "tcplife-$version.sha256" "tcplife-$version.sha256.minisig")" ]
	echo "maintainers $(cat ssh-key.pub)" >"$packages/allowed_signers"
	mv tcplife.pub ./*.sig "$packages"
	cd "$packages"
	for line in "${commands[@]}"; do bash -euc "$line"; done
	echo >>"$(echo *.rpm)"
	run ! bash -euc "${commands[0]}"
	sha256sum -- *.deb *.rpm >"tcplife-$version.sha256"
	bash -euc "${commands[0]}"
	run ! bash -euc "${commands[1]}"
	run ! bash -euc "${commands[2]}"
}

@test "a release needs its tag, no other change, and its entry in CHANGELOG.md" {
	local git=(git -c user.name=x -c user.email=x@y -c init.defaultBranch=main) folder=$BATS_TEST_TMPDIR/clone
	mkdir "$folder"
	cp -r "$root"/{packaging,CHANGELOG.md} "$folder"
	cd "$folder"
	"${git[@]}" init -q
	"${git[@]}" add .
	"${git[@]}" commit -q -m x
	run -1 packaging/release check "$version"
	[ "$output" = "packaging/release: the commit does not have the tag v$version: git tag -s v$version" ]
	"${git[@]}" tag "v$version"
	packaging/release check "$version"
	run -1 packaging/release check 9.9.9
	[ "$output" = "packaging/release: the newest version in CHANGELOG.md is $version, in src/cli/version.h it is 9.9.9" ]
	echo >>CHANGELOG.md
	run -1 packaging/release check "$version"
	[ "$output" = 'packaging/release: files have changed since the commit' ]
}
