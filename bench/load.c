// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

#define ONCE_PREFIX  "127.78." /* used by load_once(); not counted */
#define PER_ADDRESS  20000     /* connections to one address; it has more ports than that */
#define WORKERS_MOST 250       /* each has its own range of addresses */
#define SPARE_FILES  64

/* A listening socket and its address. */
struct side {
	int listener;
	uint32_t network; /* 127.77.worker.0, host order */
	in_port_t port;
};

struct load {
	unsigned int workers;
	struct load_result *results; /* one per worker, in shared memory */
	int ready[2];		     /* pipe: a byte from each worker that has opened everything */
	int go[2];		     /* pipe: closing it tells the workers to close */
	long in_use;		     /* sockets that existed before */
	pid_t pids[];
};

uint16_t load_port;

static void sysctl_set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s", path);
	close(fd);
}

void load_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		die("a network namespace of our own");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		die("loopback up");
	close(fd);
	sysctl_set("/proc/sys/net/ipv4/ip_local_port_range", "1024 65535");
	/* Sockets in TIME_WAIT cost the load time, and concern no tracer. */
	sysctl_set("/proc/sys/net/ipv4/tcp_max_tw_buckets", "64");
	sysctl_set("/proc/sys/net/core/somaxconn", "4096");
}

static void side_open(struct side *side, const char *prefix, unsigned int worker)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	const int yes = 1;
	socklen_t size = sizeof(any);
	char network[16];

	side->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(network, sizeof(network), "%s%u.0", prefix, worker);
	side->network = ntohl(inet_addr(network));
	if (load_port && !strcmp(prefix, LOAD_PREFIX)) {
		any.sin_port = htons((uint16_t)(load_port + worker));
		/* Sockets of the previous load may be in TIME_WAIT. */
		setsockopt(side->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	}
	if (side->listener < 0 || bind(side->listener, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(side->listener, 4096) ||
	    getsockname(side->listener, (struct sockaddr *)&any, &size))
		die("a socket that listens");
	side->port = any.sin_port;
}

/* Opens a connection to one of 250 addresses and returns both ends. */
static void side_connect(const struct side *side, uint32_t address, int ends[2])
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = side->port,
		.sin_addr.s_addr = htonl(side->network | (address % 250 + 1)),
	};

	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (ends[0] < 0 || connect(ends[0], (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	ends[1] = accept4(side->listener, NULL, NULL, SOCK_CLOEXEC);
	if (ends[1] < 0)
		die("accept");
}

static void transfer(const int ends[2], uint32_t bytes)
{
	static char buffer[16384];

	while (bytes) {
		uint32_t now = bytes < sizeof(buffer) ? bytes : sizeof(buffer);

		if (write(ends[0], buffer, now) != (ssize_t)now ||
		    recv(ends[1], buffer, now, MSG_WAITALL) != (ssize_t)now)
			die("transfer");
		bytes -= now;
	}
}

void load_once(void)
{
	/* Makes the second close(2) return only once the session has ended. */
	const struct linger patient = { .l_onoff = 1, .l_linger = 10 };
	static struct side side;
	static bool open;
	int ends[2];

	if (!open)
		side_open(&side, ONCE_PREFIX, 0);
	open = true;
	side_connect(&side, 0, ends);
	setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &patient, sizeof(patient));
	close(ends[0]);
	close(ends[1]);
}

static int64_t cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static void churn(unsigned int worker, uint32_t bytes, int64_t ns, struct load_result *result)
{
	const int64_t begin = clock_ns(CLOCK_MONOTONIC);
	struct side side;
	uint32_t n = 0;
	int ends[2];

	side_open(&side, LOAD_PREFIX, worker);
	do {
		side_connect(&side, n++ / 256, ends);
		transfer(ends, bytes);
		close(ends[n % 2]);
		close(ends[!(n % 2)]);
	} while (n % 32 || clock_ns(CLOCK_MONOTONIC) - begin < ns);
	result->sessions = 2 * (uint64_t)n;
	result->elapsed_ns = clock_ns(CLOCK_MONOTONIC) - begin;
	result->cpu_ns = cpu_ns();
}

/* Number of TCP sockets in our network namespace, without those in TIME_WAIT. */
static long sockets_in_use(void)
{
	FILE *file = fopen("/proc/self/net/sockstat", "re");
	char line[256];
	long count = -1;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "TCP: inuse ", 11))
			count = strtol(line + 11, NULL, 10);
	if (count < 0)
		die("/proc/self/net/sockstat");
	fclose(file);
	return count;
}

static struct load *load_new(unsigned int workers)
{
	struct load *load = calloc(1, sizeof(*load) + workers * sizeof(load->pids[0]));

	if (!load)
		die("memory");
	load->workers = workers;
	load->in_use = sockets_in_use();
	load->results = mmap(NULL, workers * sizeof(*load->results), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load->results == MAP_FAILED || pipe(load->ready) || pipe(load->go))
		die("memory");
	return load;
}

/* Waits for the workers. Returns their sums, and the longest elapsed time. */
static struct load_result load_finish(struct load *load)
{
	struct load_result sum = {};

	for (unsigned int i = 0; i < load->workers; i++) {
		const struct load_result *r = &load->results[i];
		int status;

		if (waitpid(load->pids[i], &status, 0) < 0 || status)
			die("a worker of the load has failed");
		sum.sessions += r->sessions;
		sum.cpu_ns += r->cpu_ns;
		if (r->elapsed_ns > sum.elapsed_ns)
			sum.elapsed_ns = r->elapsed_ns;
	}
	/* The last sockets closed may not have reached their end yet. */
	while (sockets_in_use() > load->in_use)
		usleep(1000);
	/*
	 * A socket leaves the count just before its last change of state, in the same RCU read-side
	 * section.
	 */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0);
	munmap(load->results, load->workers * sizeof(*load->results));
	close(load->ready[0]);
	close(load->ready[1]);
	close(load->go[0]);
	close(load->go[1]);
	free(load);
	return sum;
}

struct load_result load_churn(unsigned int workers, uint32_t bytes, int64_t ns)
{
	struct load *load = load_new(workers);

	for (unsigned int i = 0; i < workers; i++) {
		load->pids[i] = fork();
		if (!load->pids[i]) {
			churn(i, bytes, ns, &load->results[i]);
			_exit(0);
		}
	}
	return load_finish(load);
}

static void hold(const struct load *load, unsigned int worker, uint64_t connections)
{
	struct load_result *result = &load->results[worker];
	int(*ends)[2] = calloc(connections, sizeof(*ends));
	struct side side;
	int64_t begin;
	char byte = 0;

	if (!ends)
		die("memory");
	close(load->go[1]);
	side_open(&side, LOAD_PREFIX, worker);
	for (uint64_t i = 0; i < connections; i++)
		side_connect(&side, (uint32_t)(i / PER_ADDRESS), ends[i]);
	if (write(load->ready[1], &byte, 1) != 1 || read(load->go[0], &byte, 1))
		die("the word to close");
	begin = clock_ns(CLOCK_MONOTONIC);
	for (uint64_t i = 0; i < connections; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	result->sessions = connections * 2;
	result->elapsed_ns = clock_ns(CLOCK_MONOTONIC) - begin;
	result->cpu_ns = cpu_ns();
	_exit(0);
}

/* How many connections a worker may hold under the limit of open files. Raises the soft limit. */
static uint64_t worker_capacity(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("the limit of open files");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("the limit of open files");
	return (limit.rlim_cur - SPARE_FILES) / 2;
}

struct load *load_open(unsigned int workers, uint64_t sessions)
{
	const uint64_t capacity = worker_capacity();
	struct load *load;
	char byte;

	while ((sessions / 2 + workers - 1) / workers > capacity)
		workers++;
	if (workers > WORKERS_MOST) {
		errno = EMFILE;
		die("%" PRIu64 " sessions need a larger limit of open files (ulimit -n)", sessions);
	}
	load = load_new(workers);

	for (unsigned int i = 0; i < workers; i++) {
		load->pids[i] = fork();
		if (!load->pids[i])
			hold(load, i, (sessions / 2 + workers - 1) / workers);
	}
	/* Only workers keep the write end, so that read() returns 0 if one fails. */
	close(load->ready[1]);
	load->ready[1] = -1;
	for (unsigned int i = 0; i < workers; i++)
		if (read(load->ready[0], &byte, 1) != 1)
			die("a worker of the load has failed");
	return load;
}

struct load_result load_close(struct load *load)
{
	close(load->go[1]);
	load->go[1] = -1;
	return load_finish(load);
}
