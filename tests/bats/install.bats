#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is installed and handed on: the binary, its manual, its completions, its unit.

setup() {
	bats_require_minimum_version 1.5.0
	root=$BATS_TEST_DIRNAME/../..
	build=${BUILD:-$root/build}
	tcplife=$build/tcplife
}

# make without what the make that runs the tests has set.
make_alone() {
	env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" BUILD="$build" "$@"
}

# The long options of --help, a line each.
options() {
	"$tcplife" --help | grep -oE '^  (-.,|   ) --[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'
}

# completed WORD...: what bash offers behind these words, the last of which is begun.
completed() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'eval "$("$0" --completion bash)"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_tcplife && printf "%s\n" "${COMPREPLY[@]}"' "$tcplife" tcplife "$@"
}

@test "make install, and uninstall, under DESTDIR and PREFIX" {
	local to=$BATS_TEST_TMPDIR/to
	make_alone install DESTDIR="$to" PREFIX=/opt/tcplife
	(cd "$to" && find . -type f | sort) >"$BATS_TEST_TMPDIR/found"
	diff "$BATS_TEST_TMPDIR/found" - <<-'END'
		./opt/tcplife/bin/tcplife
		./opt/tcplife/lib/systemd/system/tcplife.service
		./opt/tcplife/share/bash-completion/completions/tcplife
		./opt/tcplife/share/man/man8/tcplife.8
		./opt/tcplife/share/zsh/site-functions/_tcplife
	END
	cmp "$to/opt/tcplife/bin/tcplife" "$tcplife"
	grep -qx 'ExecStart=/opt/tcplife/bin/tcplife --json' "$to/opt/tcplife/lib/systemd/system/tcplife.service"
	make_alone uninstall DESTDIR="$to" PREFIX=/opt/tcplife
	[ -z "$(find "$to" -type f)" ]
}

@test "the unit is one that systemd takes" {
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

@test "the manual has every option of --help, and no other" {
	run -0 mandoc -Tlint -Wwarning "$root/docs/tcplife.8"
	[ -z "$output" ]
	options | sort >"$BATS_TEST_TMPDIR/help"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 30 ]
	grep -oE '^\.It .*Fl Fl [a-z0-9-]+.*' "$root/docs/tcplife.8" | grep -oE 'Fl Fl [a-z0-9-]+' |
		sed 's/Fl Fl /--/' | sort >"$BATS_TEST_TMPDIR/manual"
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
	# And the same letters for them.
	diff <("$tcplife" --help | sed -nE 's/^  -(.), (--[a-z0-9-]+).*/\1 \2/p' | sort) <(
		sed -nE 's/^\.It Fl (.) , Fl Fl ([a-z0-9-]+).*/\1 --\2/p' "$root/docs/tcplife.8" | sort)
}

@test "the shells take the completions" {
	"$tcplife" --completion bash >"$BATS_TEST_TMPDIR/bash"
	bash -n "$BATS_TEST_TMPDIR/bash"
	"$tcplife" --completion zsh >"$BATS_TEST_TMPDIR/zsh"
	zsh -n "$BATS_TEST_TMPDIR/zsh"
	run -2 "$tcplife" --completion fish
	[ "$output" = "tcplife: --completion: 'fish' is not a shell (bash or zsh); try --help" ]
}

@test "every option of --help is completed" {
	diff <(completed -- | sort) <(options | sort)
	diff <("$tcplife" --completion zsh | grep -oE -- "['{,]--[a-z0-9-]+" | cut -c2- | sort) <(options | sort)
}

@test "values are completed: a word, a word of a list, behind =, a file" {
	[ "$(completed --header n)" = no ]
	[ "$(completed -x --end time)" = timeout ]
	[ "$(completed --end refused,time)" = refused,timeout ]
	[ "$(completed --by = co)" = comm ]
	[ "$(completed --color =)" = $'auto\nalways\nnever' ]
	touch "$BATS_TEST_TMPDIR/some.btf"
	[ "$(completed --btf "$BATS_TEST_TMPDIR/so")" = "$BATS_TEST_TMPDIR/some.btf" ]
	[ -z "$(completed -L '')" ]
}

@test "make dist: a tarball of all of it, the same to the byte each time, and its sha256" {
	local name tree=$BATS_TEST_TMPDIR/tree
	make_alone dist >/dev/null
	name=$(cd "$build/dist" && echo *.tar.gz)
	name=${name%.tar.gz}
	[[ $name = "tcplife-$("$tcplife" --version | cut -d' ' -f2)-linux-"* ]]
	mkdir "$tree"
	tar -C "$tree" -xf "$build/dist/$name.tar.gz"
	cmp "$tree/$name/bin/tcplife" "$tcplife"
	for file in share/man/man8/tcplife.8 lib/systemd/system/tcplife.service README.md LICENSE \
		LICENSES/GPL-2.0-only.txt LICENSES/BSD-2-Clause.txt; do
		[ -s "$tree/$name/$file" ]
	done
	(cd "$build/dist" && sha256sum -c "$name.sha256")
	cp "$build/dist/$name.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
	make_alone dist >/dev/null
	cmp "$build/dist/$name.tar.gz" "$BATS_TEST_TMPDIR/first.tar.gz"
}
