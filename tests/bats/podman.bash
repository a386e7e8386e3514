# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Containers of this file's own, in storage of its own.
# shellcheck shell=bash

# podman ARGS...: with cgroups of version 2 only, as on most machines, and storage of its own.
# shellcheck disable=SC2016 # the inner shell expands them
podman() {
	local storage=(--root "$BATS_FILE_TMPDIR/root" --runroot "$BATS_FILE_TMPDIR/run" --storage-driver vfs)
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		command podman "${storage[@]}" "$@"
	else
		unshare -m --propagation private sh -c 'umount -lR /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup &&
			exec podman "$@"' - "${storage[@]}" --cgroup-manager cgroupfs "$@"
	fi
}

# contain OPTIONS... COMMAND...: runs a container in the host's network. The limits are those that need no
# privilege that some virtual machines lack.
contain() {
	rm -f "$cidfile"
	podman run --rm --cidfile "$cidfile" --network host --pids-limit -1 --ulimit nofile=1000:1000 \
		--ulimit nproc=1000:1000 "$@" 3>&-
}
