#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How tcplife gets onto many machines: fleet/ansible with real sshds.

load tracer.bash

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	build=${BUILD:-$root/build}
	tcplife=$build/tcplife
	started=() hosts=()
}

teardown() {
	local name
	# Connections that ansible keeps open for its next task.
	for name in "$BATS_TEST_TMPDIR"/mux/*; do
		if [ -S "$name" ]; then ssh -F none -o ControlPath="$name" -O exit any 2>/dev/null || true; fi
	done
	if [ ${#started[@]} != 0 ]; then kill -KILL "${started[@]}" 2>/dev/null || true; fi
	for name in "${hosts[@]}"; do ip netns del "$name" || true; done
}

# netns_new NAME: its full name is in $netns.
netns_new() {
	netns=tcplife-$$-$1
	ip netns add "$netns"
	hosts+=("$netns")
	ip -n "$netns" link set lo up
}

# serve NETNS COMMAND...: runs it for the time of the test; what it says is in the file $said.
serve() {
	: >"$said"
	ip netns exec "$@" >"$said" 2>&1 3>&- &
	started+=($!)
}

# sshd_start NAME NUMBER: a host that the controller reaches at 10.0.NUMBER.2, with an sshd of its own.
sshd_start() {
	local folder=$BATS_TEST_TMPDIR/$1
	mkdir -m 700 "$folder"
	netns_new "$1"
	ip -n "$controller" link add "$1" type veth peer name eth0 netns "$netns"
	ip -n "$controller" addr add "10.0.$2.1/24" dev "$1"
	ip -n "$controller" link set "$1" up
	ip -n "$netns" addr add "10.0.$2.2/24" dev eth0
	ip -n "$netns" link set eth0 up
	ssh-keygen -q -t ed25519 -N '' -f "$folder/host_key"
	echo "[10.0.$2.2]:$((2200 + $2)) $(cut -d' ' -f1,2 "$folder/host_key.pub")" >>"$BATS_TEST_TMPDIR/known_hosts"
	cat >"$folder/sshd_config" <<-END
		Port $((2200 + $2))
		HostKey $folder/host_key
		AuthorizedKeysFile $BATS_TEST_TMPDIR/key.pub
		PidFile none
		StrictModes no
		PermitRootLogin prohibit-password
		PasswordAuthentication no
		UsePAM yes
		Subsystem sftp internal-sftp
	END
	mkdir -p /run/sshd
	said=$folder/said
	serve "$netns" /usr/sbin/sshd -D -e -f "$folder/sshd_config"
	await grep -q 'Server listening' "$said"
	echo "$1 ansible_host=10.0.$2.2 ansible_port=$((2200 + $2)) netns=$netns" >>"$BATS_TEST_TMPDIR/hosts.ini"
}

# fleet_start: two hosts with an sshd, and one that is not there.
fleet_start() {
	netns_new controller
	controller=$netns
	ssh-keygen -q -t ed25519 -N '' -f "$BATS_TEST_TMPDIR/key"
	sshd_start alpha 1
	sshd_start beta 2
	cat >>"$BATS_TEST_TMPDIR/hosts.ini" <<-END
		gone ansible_host=127.0.0.1 ansible_port=1
		[all:vars]
		ansible_user=root
		ansible_python_interpreter=/usr/bin/python3
		ansible_remote_tmp=$BATS_TEST_TMPDIR/remote
		ansible_ssh_private_key_file=$BATS_TEST_TMPDIR/key
		ansible_ssh_common_args=-F none -o UserKnownHostsFile=$BATS_TEST_TMPDIR/known_hosts
		tcplife_folder=$BATS_TEST_TMPDIR/folder
		tcplife_binaries=$BATS_TEST_TMPDIR/binaries
		tcplife_results=$BATS_TEST_TMPDIR
	END
	: >"$BATS_TEST_TMPDIR/ansible.cfg"
	mkdir "$BATS_TEST_TMPDIR"/{folder,async,binaries}
	cp "$tcplife" "$BATS_TEST_TMPDIR/binaries/tcplife-$(uname -m)"
}

# play BOOK ARGS...: what ansible-playbook says is in $BATS_TEST_TMPDIR/BOOK.said.
play() {
	ip netns exec "$controller" env ANSIBLE_HOME="$BATS_TEST_TMPDIR/ansible" ANSIBLE_CONFIG="$BATS_TEST_TMPDIR/ansible.cfg" \
		ANSIBLE_ASYNC_DIR="$BATS_TEST_TMPDIR/async" ANSIBLE_PIPELINING=1 \
		ANSIBLE_SSH_CONTROL_PATH_DIR="$BATS_TEST_TMPDIR/mux" ansible-playbook -i "$BATS_TEST_TMPDIR/hosts.ini" \
		"$root/fleet/ansible/$1" "${@:2}" >"$BATS_TEST_TMPDIR/$1.said" 2>&1 3>&-
}

# left_nothing: nothing on the hosts that was not there.
left_nothing() {
	[ -z "$(find "$BATS_TEST_TMPDIR/folder" "$BATS_TEST_TMPDIR/async" -mindepth 1)" ]
}

@test "ansible: what each host offers, in tables; who may not trace, fails or is not there is a row, too" {
	fleet_start
	# Beta may not trace, and the third host has a binary that is none.
	mkdir "$BATS_TEST_TMPDIR"/{weak,bad}
	printf '#!/bin/sh\nexec setpriv --bounding-set -all --inh-caps -all --reuid 0 --securebits +noroot %s "$@"\n' "$tcplife" \
		>"$BATS_TEST_TMPDIR/weak/tcplife-$(uname -m)"
	printf '#!/bin/sh\necho "no, \\"never\\"" >&2; exit 3\n' >"$BATS_TEST_TMPDIR/bad/tcplife-$(uname -m)"
	sed -i "s|^beta .*|& tcplife_binaries=$BATS_TEST_TMPDIR/weak|
		/^alpha /{h; s|^alpha|broken|; s|\$| tcplife_binaries=$BATS_TEST_TMPDIR/bad|; x; G}" "$BATS_TEST_TMPDIR/hosts.ini"
	run -2 play check.yml
	cat "$BATS_TEST_TMPDIR/check.yml.said" "$BATS_TEST_TMPDIR/check".{csv,md}
	left_nothing
	python3 -c 'import csv, json, sys; print(json.dumps({row.pop("host"): row for row in csv.DictReader(sys.stdin)}))' \
		<"$BATS_TEST_TMPDIR/check.csv" >"$BATS_TEST_TMPDIR/answers"
	"$tcplife" --check --json >"$BATS_TEST_TMPDIR/here"
	jq -e --slurpfile here "$BATS_TEST_TMPDIR/here" '
		(map_values(.state) == {alpha: "traces", broken: "failed", beta: "cannot", gone: "unreachable"}) and
		(.alpha | .kernel == $here[0].facts.release and .accept == $here[0].accept and .why_code == "" and
			.unknown == ([$here[0].unknown[].field] | unique | join(" "))) and
		.beta.why_code == "not-permitted" and (.beta.why | test("CAP_PERFMON")) and
		.broken.why == "no, \"never\"" and (.gone.why | test("port 1: Connection refused"))' "$BATS_TEST_TMPDIR/answers"
	grep -q '^| 1 | cannot |  | not-permitted | .* | beta |$' "$BATS_TEST_TMPDIR/check.md"
	[ "$(grep -c '^| 1 ' "$BATS_TEST_TMPDIR/check.md")" = 4 ]
}

@test "ansible: traces on all hosts for a while, and fetches what was played there" {
	local name
	fleet_start
	# It ends as soon as there are three records.
	cat >"$BATS_TEST_TMPDIR/options" <<-'END'
		tcplife_options: "-D 9 -n 3 --netns /run/netns/{{ netns }}"
		tcplife_seconds: 600
		tcplife_poll: 1
	END
	for name in "${hosts[@]:1}"; do
		# shellcheck disable=SC2016 # for the inner shell
		said=$BATS_TEST_TMPDIR/$name.said
		serve "$name" bash -c 'while :; do (: 7<>/dev/tcp/127.0.0.1/9); sleep 0.1; done'
	done
	play trace.yml --limit alpha,beta -e "@$BATS_TEST_TMPDIR/options" || { cat "$BATS_TEST_TMPDIR/trace.yml.said"; false; }
	for name in alpha beta; do
		zcat "$BATS_TEST_TMPDIR/$name.jsonl.gz" | jq -es --arg ino "$(stat -Lc %i "/run/netns/tcplife-$$-$name")" '
			map(select(.type == "session")) | length == 3 and all(.rport == 9 and .ending == "refused" and
			(.netns | tostring) == $ino)'
	done
	[ "$(zcat "$BATS_TEST_TMPDIR"/*.jsonl.gz | "$tcplife" --read - --stats -j | jq 'select(.of == "all") | .sessions')" = 6 ]
	left_nothing
}
