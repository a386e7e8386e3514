// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Many sessions on a private loopback, whose packets are handled by all processors in turn, like
 * those of a network card: crowd [CLIENTS]. Prints "busy" once all clients run. Kill it to end it
 * and all of its processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) __attribute__((noreturn));
static void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

/*
 * Lets every processor handle packets of loopback (RPS). /sys shows the namespace of who mounts it.
 */
static void spread_packets(void)
{
	char mask[16];
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int fd;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL)
		die("private mounts");
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		die("/sys");
	fd = open("/sys/class/net/lo/queues/rx-0/rps_cpus", O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return; /* the kernel has no SMP */
	snprintf(mask, sizeof(mask), "%lx", cpus < 32 ? (1L << cpus) - 1 : 0xffffffffL);
	if (fd < 0 || write(fd, mask, strlen(mask)) < 0)
		die("rps_cpus");
	close(fd);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		die("loopback");
	close(fd);
}

/* Forks a child that dies with its parent. Returns 0 in the child. */
static pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid && prctl(PR_SET_PDEATHSIG, SIGKILL))
		die("prctl");
	return pid;
}

static void serve(int listener) __attribute__((noreturn));
static void serve(int listener)
{
	char bytes[4096] = { 0 };

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			continue;
		if (read(fd, bytes, sizeof(bytes)) > 0 && write(fd, bytes, 200) < 0)
			perror("crowd: write");
		close(fd);
	}
}

static void call(const struct sockaddr_in *server) __attribute__((noreturn));
static void call(const struct sockaddr_in *server)
{
	char bytes[4096] = { 0 };

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (!connect(fd, (const struct sockaddr *)server, sizeof(*server)) &&
		    write(fd, bytes, 100) == 100)
			while (read(fd, bytes, sizeof(bytes)) > 0)
				;
		else
			usleep(1000); /* all ports are in TIME_WAIT */
		close(fd);
	}
}

static void pair_start(void)
{
	struct sockaddr_in server = { .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(server);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&server, length) ||
	    listen(listener, 128) || getsockname(listener, (struct sockaddr *)&server, &length))
		die("listen");
	if (!spawn())
		serve(listener);
	close(listener);
	if (!spawn())
		call(&server);
}

int main(int argc, char **argv)
{
	const int clients = argc > 1 ? atoi(argv[1]) : 3;

	signal(SIGPIPE, SIG_IGN);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		die("namespaces");
	spread_packets();
	loopback_up();
	for (int i = 0; i < clients; i++)
		pair_start();
	puts("busy");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	die("all have ended");
}
