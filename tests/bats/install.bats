#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is installed and distributed: the binary, its manual, completions and unit.

setup() {
	bats_require_minimum_version 1.5.0
	root=$BATS_TEST_DIRNAME/../..
	build=${BUILD:-$root/build}
	tcplife=$build/tcplife
}

# Runs make without the variables of the make that runs the tests.
make_alone() {
	env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" BUILD="$build" "$@"
}

# Everything that README and SECURITY.md link to, or name as a document, is next to them.
links_hold() {
	local name names
	names=$(cd "$1" && grep -ohE '\]\([^)#:]+\)|(docs/)?[A-Za-z.]+\.(md|json)\b' README.md SECURITY.md | sed -E 's/^\]\((.*)\)$/\1/' | sort -u)
	grep -qx docs/performance.md <<<"$names"
	for name in $names; do
		if [ "$name" != tcplife.spdx.json ]; then [ -e "$1/$name" ] || { echo "$name is missing in $1" >&2; return 1; }; fi
	done
}

# commands_with DOCUMENT WORD: prints the document's displayed commands that contain WORD.
commands_with() { # DOCUMENT WORD
	awk -v word="$2" '/^```/ { if (within && index(text, word)) printf "%s", text; within = !within; text = ""; next }
		within { text = text $0 "\n" }' "$root/$1"
}

# Prints the long options of --help, one per line.
options() {
	"$tcplife" --help | grep -oE '^  (-.,|   ) --[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'
}

# completed WORD...: what bash offers after these words; the last one is incomplete.
completed() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'eval "$("$0" --completion bash)"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_tcplife && printf "%s\n" "${COMPREPLY[@]}"' "$tcplife" tcplife "$@"
}

@test "make install, and uninstall, under DESTDIR and PREFIX" {
	local to="$BATS_TEST_TMPDIR/where to"
	make_alone install DESTDIR="$to" PREFIX=/opt/tcplife
	(cd "$to" && find . -type f | grep -v /doc/ | sort) >"$BATS_TEST_TMPDIR/found"
	diff "$BATS_TEST_TMPDIR/found" - <<-'END'
		./opt/tcplife/bin/tcplife
		./opt/tcplife/lib/systemd/system/tcplife.service
		./opt/tcplife/share/bash-completion/completions/tcplife
		./opt/tcplife/share/fish/vendor_completions.d/tcplife.fish
		./opt/tcplife/share/man/man8/tcplife.8
		./opt/tcplife/share/zsh/site-functions/_tcplife
	END
	cmp "$to/opt/tcplife/bin/tcplife" "$tcplife"
	links_hold "$to/opt/tcplife/share/doc/tcplife"
	grep -qx 'ExecStart=/opt/tcplife/bin/tcplife --json' "$to/opt/tcplife/lib/systemd/system/tcplife.service"
	make_alone uninstall DESTDIR="$to" PREFIX=/opt/tcplife
	[ -z "$(find "$to" -type f)" ]
}

@test "systemd accepts the unit" {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cp "$tcplife" "$BATS_TEST_TMPDIR/bin"
	sed "s|/usr/local/bin|$BATS_TEST_TMPDIR/bin|" "$root/systemd/tcplife.service" \
		>"$BATS_TEST_TMPDIR/tcplife.service"
	run -0 systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/tcplife.service"
	[ -z "$(grep tcplife <<<"$output")" ]
	echo 'Restart=perhaps' >>"$BATS_TEST_TMPDIR/tcplife.service"
	run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/tcplife.service"
	[ -n "$(grep tcplife <<<"$output")" ]
}

@test "the manual and --help have the same options" {
	run -0 mandoc -Tlint -Wwarning "$root/docs/tcplife.8"
	[ -z "$output" ]
	options | sort >"$BATS_TEST_TMPDIR/help"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 30 ]
	grep -oE '^\.It .*Fl Fl [a-z0-9-]+.*' "$root/docs/tcplife.8" | grep -oE 'Fl Fl [a-z0-9-]+' |
		sed 's/Fl Fl /--/' | sort >"$BATS_TEST_TMPDIR/manual"
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
	# The letters are the same too.
	diff <("$tcplife" --help | sed -nE 's/^  -(.), (--[a-z0-9-]+).*/\1 \2/p' | sort) <(
		sed -nE 's/^\.It Fl (.) , Fl Fl ([a-z0-9-]+).*/\1 --\2/p' "$root/docs/tcplife.8" | sort)
}

# fish_completed COMMAND-LINE: what fish offers at its end.
fish_completed() {
	# shellcheck disable=SC2016 # for the inner shell
	HOME=$BATS_TEST_TMPDIR fish --no-config -c '$argv[1] --completion fish | source; complete -C $argv[2]' "$tcplife" "$1" | cut -f1
}

@test "bash, zsh and fish accept the completions" {
	"$tcplife" --completion bash >"$BATS_TEST_TMPDIR/bash"
	bash -n "$BATS_TEST_TMPDIR/bash"
	"$tcplife" --completion zsh >"$BATS_TEST_TMPDIR/zsh"
	zsh -n "$BATS_TEST_TMPDIR/zsh"
	"$tcplife" --completion fish >"$BATS_TEST_TMPDIR/fish"
	fish -n "$BATS_TEST_TMPDIR/fish"
	run -2 "$tcplife" --completion csh
	[ "$output" = "tcplife: --completion: 'csh' is not a shell (bash, zsh, fish); try --help" ]
}

@test "every option of --help is completed" {
	diff <(completed -- | sort) <(options | sort)
	diff <(fish_completed 'tcplife --' | sort) <(options | sort)
	diff <("$tcplife" --completion zsh | grep -oE -- "['{,]--[a-z0-9-]+" | cut -c2- | sort) <(options | sort)
}

@test "values are completed: a word, a word of a list, behind =, a file" {
	[ "$(completed --header n)" = no ]
	[ "$(completed -x --end time)" = timeout ]
	[ "$(completed --end refused,time)" = refused,timeout ]
	[ "$(completed --by = com)" = comm ]
	[ "$(completed --color =)" = $'auto\nalways\nnever' ]
	touch "$BATS_TEST_TMPDIR/some.btf"
	[ "$(completed --btf "$BATS_TEST_TMPDIR/so")" = "$BATS_TEST_TMPDIR/some.btf" ]
	[ -z "$(completed -L '')" ]
	[ "$(completed --uid ro)" = root ]
	[ "$(completed --uid root,nobo)" = root,nobody ]
	[ "$(fish_completed 'tcplife --header n')" = no ]
	[ "$(fish_completed 'tcplife --end time')" = timeout ]
	[ "$(fish_completed 'tcplife --end=time')" = --end=timeout ]
	[ "$(fish_completed 'tcplife --end refused,time')" = refused,timeout ]
	[ "$(fish_completed "tcplife --btf $BATS_TEST_TMPDIR/so")" = "$BATS_TEST_TMPDIR/some.btf" ]
	[ -z "$(fish_completed 'tcplife -L ')" ]
	[ "$(fish_completed 'tcplife --uid root,nobo')" = root,nobody ]
	grep -qF -- ':USERS:_sequence _users' <("$tcplife" --completion zsh)
}

@test "make dist makes a complete tarball, identical each time" {
	local name docs tree=$BATS_TEST_TMPDIR/tree
	make_alone dist >/dev/null
	name=$(cd "$build/dist" && echo *-linux-"$(uname -m | sed s/aarch64/arm64/)".tar.gz)
	name=${name%.tar.gz}
	[[ $name = "tcplife-$("$tcplife" --version | cut -d' ' -f2)-linux-"* ]]
	mkdir "$tree"
	tar -C "$tree" -xf "$build/dist/$name.tar.gz"
	cmp "$tree/usr/local/bin/tcplife" "$tcplife"
	grep -qx 'ExecStart=/usr/local/bin/tcplife --json' "$tree/usr/local/lib/systemd/system/tcplife.service"
	docs=$tree/usr/local/share/doc/tcplife
	links_hold "$docs"
	for file in tcplife.spdx.json LICENSE LICENSES/GPL-2.0-only.txt LICENSES/BSD-2-Clause.txt ../../man/man8/tcplife.8; do
		[ -s "$docs/$file" ]
	done
	cp "$build/dist/$name.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
	make_alone dist >/dev/null
	cmp "$build/dist/$name.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
}

@test "unpacking the tarball at / keeps links and modes of existing directories" {
	local system=$BATS_TEST_TMPDIR/system
	make_alone dist >/dev/null
	mkdir -p "$system"/usr/{bin,lib/systemd/system,share,local/bin}
	ln -s usr/bin "$system/bin"
	ln -s usr/lib "$system/lib"
	echo tool >"$system/usr/bin/tool"
	# As on some distributions.
	chown 0:50 "$system/usr/local"
	chmod 2775 "$system/usr/local"
	ln -s share/man "$system/usr/local/man"
	tar -C "$system" -xzf "$build"/dist/*-linux-*.tar.gz
	[ "$(readlink "$system/bin")" = usr/bin ]
	[ "$(readlink "$system/lib")" = usr/lib ]
	[ "$(readlink "$system/usr/local/man")" = share/man ]
	[ "$(cat "$system/bin/tool")" = tool ]
	[ "$(stat -c '%u %g %a' "$system/usr/local")" = '0 50 2775' ]
	[ -x "$system/usr/local/bin/tcplife" ]
	[ -z "$(find "$system" -newer "$system/usr/bin/tool" -not -path "$system/usr/local*" -type f)" ]
}

@test "the commands of README and SECURITY.md install a release and verify it" {
	local install verify
	install=$(commands_with README.md 'tar -C /')
	verify=$(commands_with SECURITY.md 'make dist')
	[ -n "$install" ]
	[ -n "$verify" ]
	# As root, with a private /usr/local that goes away with it.
	run -0 unshare --mount --propagation private env -u BUILD -u MAKEFLAGS -u MAKELEVEL bash -euxc "
		mount -t tmpfs none /usr/local
		cd '$(realpath "$root")'
		make -s dist >/dev/null
		(cd build/dist && $install)
		/usr/local/bin/tcplife -V
		$verify"
	[[ $output == *": OK"* ]]
	[ "$(grep -cE "^$(sha256sum "$root/build/tcplife" | cut -d' ' -f1)  (build|/usr/local/bin)/tcplife$" <<<"$output")" = 2 ]
}
