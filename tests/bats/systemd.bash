# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Runs a systemd with journald in its own namespaces (with tracer.bash). The machine's root is read-only to
# it. Nothing that systemd does at boot (tmpfiles, sysctl, udev) runs, and /tmp is private.
# shellcheck shell=bash disable=SC2154

systemd='' systemd_parent=''

# systemd_start TCPLIFE UNIT OPTIONS...: installs the binary and the unit, which gets these options.
systemd_start() {
	local root=$BATS_TEST_TMPDIR/machine files=$BATS_TEST_TMPDIR/files
	mkdir "$root" "$files"
	cp "$1" "$files/tcplife"
	cp "$2" "$files/tcplife.service"
	printf '[Service]\nExecStart=\nExecStart=/usr/local/bin/tcplife %s\nRestartSec=0\n' "${*:3}" >"$files/drop-in"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --pid --fork --mount --cgroup --ipc --kill-child bash -ec '
		mount --make-rprivate /
		mount -t tmpfs none "$1"
		cp -r "$2" "$1/.files"
		mkdir "$1/root"
		files=$1/.files root=$1/root
		mount --bind -o ro / "$root"
		mount -o remount,bind,ro "$root"
		for each in run tmp var/tmp var/log var/lib etc/systemd usr/local/bin \
			usr/lib/systemd/system/sysinit.target.wants; do mount -t tmpfs none "$root/$each"; done
		mount --rbind /dev "$root/dev"
		mount -t proc none "$root/proc"
		mount --bind "$root/proc/sys" "$root/proc/sys"
		mount -o remount,bind,ro "$root/proc/sys"
		mount -t sysfs -o ro none "$root/sys"
		mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
		system=$root/etc/systemd/system
		mkdir -p "$system/tcplife.service.d"
		cp "$files/tcplife" "$root/usr/local/bin/"
		cp "$files/tcplife.service" "$system/"
		cp "$files/drop-in" "$system/tcplife.service.d/options.conf"
		printf "[Unit]\nRequires=systemd-journald.service\nAfter=systemd-journald.service\n" >"$system/test.target"
		# Its own limit, low enough for the load to exceed it by far, however much space there is.
		printf "[Journal]\nRateLimitIntervalSec=30s\nRateLimitBurst=1000\n" >"$root/etc/systemd/journald.conf"
		echo 0123456789abcdef0123456789abcdef >"$root/run/machine-id"
		mount --bind "$root/run/machine-id" "$root/etc/machine-id"
		# It must not be able to delete files of others.
		! touch "$root/systemd-was-here" 2>/dev/null
		[ -z "$(find "$root/tmp" "$root/var/tmp" -mindepth 1)" ]
		exec chroot "$root" env -i container=test PATH="$PATH" /lib/systemd/systemd --log-target=null \
			--show-status=0 --unit=test.target' - "$root" "$files" </dev/null >/dev/null 2>"$BATS_TEST_TMPDIR/boot" 3>&- &
	systemd_parent=$!
	await systemd_is_up && [ -n "$systemd" ] || { cat "$BATS_TEST_TMPDIR/boot" >&2; return 1; }
}

systemd_is_up() {
	kill -0 "$systemd_parent" 2>/dev/null || return 0
	systemd=$(pgrep -P "$systemd_parent" -x systemd) && within systemctl is-active -q test.target 2>/dev/null
}

# within COMMAND...: runs a command in that machine.
within() { nsenter --target "$systemd" --mount --pid --cgroup --ipc --root --wd=/ "$@" 3>&-; }

systemd_end() {
	if [ -n "$systemd_parent" ]; then
		# Killing the first process of the namespace kills all others.
		kill -KILL ${systemd:+"$systemd"} "$systemd_parent" 2>/dev/null || true
		wait "$systemd_parent" 2>/dev/null || true
		systemd='' systemd_parent=''
	fi
}
