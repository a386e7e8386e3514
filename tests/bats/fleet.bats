#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How tcplife gets onto many machines: by Ansible, with real sshds, as a container image, and in Kubernetes.

load tracer.bash
load podman.bash

setup_file() {
	local root=$BATS_TEST_DIRNAME/../..
	export BUILD=${BUILD:-$root/build}
	env -u BUILD -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" BUILD="$BUILD" image >/dev/null
}

teardown_file() {
	podman rm -af >/dev/null
	rm -rf "$BATS_FILE_TMPDIR/root"
}

setup() {
	bats_require_minimum_version 1.5.0
	root=$(realpath "$BATS_TEST_DIRNAME/../..")
	build=${BUILD:-$root/build}
	tcplife=$build/tcplife
	version=$("$tcplife" -V | cut -d' ' -f2)
	image=$build/dist/tcplife-$version-linux-$(uname -m | sed s/aarch64/arm64/).oci.tar
	cidfile=$BATS_TEST_TMPDIR/cid
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

# connects_start NETNS: sessions to port 9 there, which are refused, for the time of the test.
connects_start() {
	said=$BATS_TEST_TMPDIR/connects
	serve "$1" bash -c 'while :; do (: 7<>/dev/tcp/127.0.0.1/9); sleep 0.1; done'
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
		connects_start "$name"
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

# blob ARCHIVE [PATH]...: a file of an OCI archive, followed from its index by paths of jq.
blob() {
	local path digest name=index.json
	for path in "${@:2}"; do
		digest=$(tar -xOf "$1" "$name" | jq -er "$path")
		name=blobs/${digest/://}
	done
	tar -xOf "$1" "$name"
}

@test "make image: the binary and its licences, labelled, with the same bytes each time, for both architectures" {
	local arch
	for arch in x86_64 arm64; do
		"$root/packaging/image" "$tcplife" "$version" "$arch" "$BATS_TEST_TMPDIR/$arch.tar"
		(umask 077; "$root/packaging/image" "$tcplife" "$version" "$arch" "$BATS_TEST_TMPDIR/again.tar")
		cmp "$BATS_TEST_TMPDIR/$arch.tar" "$BATS_TEST_TMPDIR/again.tar"
		blob "$BATS_TEST_TMPDIR/$arch.tar" .manifests[0].digest .config.digest |
			jq -e --arg arch "$arch" --arg version "$version" '
				.os == "linux" and .architecture == {x86_64: "amd64", arm64: "arm64"}[$arch] and
				(.config | .Entrypoint == ["/tcplife"] and (.Labels | with_entries(.key |= split(".")[-1]) |
				.version == $version and .licenses == "GPL-2.0-only OR BSD-2-Clause")) and (.rootfs.diff_ids | length) == 1'
	done
	[ "$(blob "$image" .manifests[0].digest .layers[0].digest | tar -tz | grep -v '/$' | sort)" = \
		"$(cd "$root" && printf '%s\n' licenses/LICENSE LICENSES/* tcplife | sed s/LICENSES/licenses/ | LC_ALL=C sort)" ]
	blob "$image" .manifests[0].digest .layers[0].digest | tar -xzO tcplife | cmp - "$tcplife"
	cd "$BATS_TEST_TMPDIR"
	for arch in x86_64 arm64; do mv $arch.tar "tcplife-$version-linux-$arch.oci.tar"; done
	printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/root"\nrunroot = "%s/run"\n' "$PWD" "$PWD" >storage.conf
	sed -n "s|docker://registry.example.com/tcplife:1.0.0|oci:$PWD/both:tcplife|; s/1\.0\.0/$version/; /^buildah /p" \
		"$root/docs/fleet.md" >commands
	[ "$(wc -l <commands)" = 4 ]
	CONTAINERS_STORAGE_CONF=$PWD/storage.conf bash -eu commands
	jq -e '[.manifests[].platform.architecture] == ["amd64", "arm64"]' \
		"both/blobs/$(jq -r '.manifests[0].digest | sub(":"; "/")' both/index.json)"
}

@test "podman runs the image, as README shows it, and it prints the host's sessions" {
	local command options
	command=$(sed -n 's/^podman run --rm \(.*\) oci-archive:.*/\1/p' "$root/README.md")
	[ -n "$command" ]
	netns_new host
	connects_start "$netns"
	# As README has it, and as kubectl debug with the profile sysadmin makes its pod.
	for options in "$command" '--privileged --pid host -v /:/host'; do
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr contain $options "oci-archive:$image" -j -D 9 -n 1 --netns "$(stat -Lc %i "/run/netns/$netns")"
		echo "$stderr"
		[[ $stderr != *warning* ]]
		jq -es 'map(select(.type == "session")) | length == 1 and
			all(.rport == 9 and .ending == "refused" and .comm == "bash")' <<<"$output"
	done
}

# daemonset: as one object of JSON, as kubectl reads it, with the image from here.
daemonset() { kubectl set image --local -o json -f "$root/fleet/kubernetes/daemonset.yaml" "tcplife=localhost/tcplife:$version"; }

# as_podman: the options of podman run for the pod of the DaemonSet on standard input, one a line. contain gives it
# the host's network. It gets no cgroup: to limit its devices takes a privilege that some virtual machines lack. So it
# has to have its own PID namespace.
as_podman() {
	jq -r '(.spec.template.spec | select(.hostNetwork and .hostPID)) as $pod | $pod.containers[0] as $c | $c.securityContext as $s |
		($s.capabilities | (.drop[] | "--cap-drop=\(.)"), (.add[] | "--cap-add=\(.)")),
		"--user=\($s.runAsUser)",
		($s.allowPrivilegeEscalation | if . == false then "--security-opt=no-new-privileges" else empty end),
		($s.seccompProfile.type | if . == "Unconfined" then "--security-opt=seccomp=unconfined" else empty end),
		"--read-only=\($s.readOnlyRootFilesystem)", "--read-only-tmpfs=false",
		"--cgroups=disabled",
		($c.volumeMounts[] as $m | $pod.volumes[] | select(.name == $m.name) |
			"--volume=\(.hostPath.path):\($m.mountPath):\(if $m.readOnly then "ro" else "rw" end)"),
		$c.image, $c.args[]'
}

@test "kubernetes: kubectl knows every key of the DaemonSet" {
	daemonset >"$BATS_TEST_TMPDIR/read"
	python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
		<"$root/fleet/kubernetes/daemonset.yaml" >"$BATS_TEST_TMPDIR/written"
	# It drops what it does not know.
	jq -n --slurpfile read "$BATS_TEST_TMPDIR/read" --slurpfile written "$BATS_TEST_TMPDIR/written" -e '
		[$written[0] | paths(scalars) as $path | select(($path[-1] != "image") and
			(getpath($path) != ($read[0] | getpath($path)))) | $path] | . == []'
}

@test "kubernetes: with the pod's privileges and mounts, it prints records and keeps metrics" {
	local textfile=$BATS_TEST_TMPDIR/textfile options less cap
	mkdir "$textfile"
	mapfile -t options < <(daemonset | jq --arg textfile "$textfile" '.spec.template.spec |=
		((.volumes[] | select(.name == "textfile") | .hostPath.path) = $textfile |
		.containers[0].args |= map(if . == "1/100" then "1/1" else . end))' | as_podman)
	printf '%s\n' "${options[@]}"
	podman load -qi "$image"
	netns_new host
	connects_start "$netns"
	run -0 --separate-stderr contain "${options[@]}" -D 9 -n 3
	echo "$output$stderr"
	[[ $stderr != *warning* ]]
	jq -es 'map(select(.type == "session")) | length == 3 and all(.comm == "bash" and .ending == "refused")' <<<"$output"
	promtool check metrics <"$textfile/tcplife.prom"
	grep -q '^tcplife_sessions_total{port="9",dir="out",ending="refused"} [3-9]' "$textfile/tcplife.prom"
	# It has no capability that it does not need.
	for cap in BPF PERFMON; do
		mapfile -t less < <(printf '%s\n' "${options[@]}" | grep -vx -- "--cap-add=$cap")
		run -1 --separate-stderr contain "${less[@]}" -D 9 -n 3
		[[ $stderr == *"tracing needs CAP_$cap as well as"* ]]
	done
}
