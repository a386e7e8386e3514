// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sampler.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/helper.h"
#include "hook.h"
#include "layout.h"
#include "base/objects.h"
#include "bpf/record.h"

#define PAIRS	     5	 /* sessions that are made; what becomes of each is in make_samples() */
#define PAIR_MAPPED  4	 /* the one on dual-stack sockets */
#define PATIENCE_MS  500 /* for one state change; on loopback it takes microseconds */
#define PENDING_MOST 16

/* Socket flags as samples know them: neither, the peer's FIN arrived, no descriptor left. */
#define FLAG_DEAD 1
#define FLAG_DONE 2

/* A socket of ours and what is known of it. */
struct end {
	int fd;
	struct sockaddr_in local, remote; /* IPv4 even on a dual-stack socket */
	int family;
};

struct pair {
	struct end client, server;
};

/* What the helper process opens, in a network namespace of its own. */
struct room {
	bool own; /* false: it had to be the host's loopback */
	bool ipv6;
	int listener;
	int listener6;
	int clients[PAIRS];
	int refused;	/* a client that nobody will answer */
	uint64_t inode; /* of the network namespace; 0: unknown */
};

struct sampler {
	struct bpf_object *object;
	struct hook_event *event;
	struct perf_buffer *perf;
	struct room room;
	int host; /* a client in the host's network */
	uint64_t host_inode;
	struct sample pending[PENDING_MOST]; /* arrived, but not yet asked for */
	uint64_t ids[PENDING_MOST];	     /* of `pending`; 0: free */
	struct samples *samples;
};

static void expect(struct sample *sample, enum layout_field field, const void *bytes)
{
	struct expectation *expectation = &sample->expected[field];

	expectation->given = true;
	memcpy(expectation->bytes, bytes, (size_t)layout_field_bytes(field));
}

static void expect_u64(struct sample *sample, enum layout_field field, uint64_t value)
{
	expect(sample, field,
	       &value); /* little-endian, as both architectures are: the low bytes come first */
}

/* --- arrival --------------------------------------------------------------------------------- */

static enum bpf_perf_event_ret on_chunk(void *arg, int cpu, struct perf_event_header *header)
{
	struct sampler *sampler = arg;
	struct chunk chunk;
	size_t slot = 0, oldest = 0;
	struct sample *sample;
	uint32_t size;

	(void)cpu;
	memcpy(&size, (const char *)header + sizeof(*header), sizeof(size));
	if (header->type != PERF_RECORD_SAMPLE || size < sizeof(chunk))
		return LIBBPF_PERF_EVENT_CONT;
	memcpy(&chunk, (const char *)header + sizeof(*header) + sizeof(size), sizeof(chunk));
	if (chunk.index >= SNAPSHOT_CHUNKS)
		return LIBBPF_PERF_EVENT_CONT;
	for (slot = 0; slot < PENDING_MOST && sampler->ids[slot] != chunk.id; slot++)
		if (sampler->ids[slot] < sampler->ids[oldest])
			oldest = slot;
	if (slot == PENDING_MOST)
		slot = oldest; /* free ones have 0 */
	sample = &sampler->pending[slot];
	if (sampler->ids[slot] != chunk.id) {
		memset(sample, 0, sizeof(*sample));
		sampler->ids[slot] = chunk.id;
		sample->oldstate = chunk.oldstate;
		sample->newstate = chunk.newstate;
	}
	sample->readable[chunk.index] = chunk.readable;
	memcpy(sample->memory + chunk.index * CHUNK_BYTES, chunk.bytes, CHUNK_BYTES);
	return LIBBPF_PERF_EVENT_CONT;
}

static int64_t now_ms(void)
{
	return clock_now_ns() / 1000000;
}

/* The earliest pending sample of this change, or PENDING_MOST. */
static size_t pending_find(const struct sampler *sampler, uint32_t oldstate, uint32_t newstate)
{
	size_t found = PENDING_MOST;

	for (size_t i = 0; i < PENDING_MOST; i++)
		if (sampler->ids[i] && sampler->pending[i].oldstate == oldstate &&
		    sampler->pending[i].newstate == newstate &&
		    (found == PENDING_MOST || sampler->ids[i] < sampler->ids[found]))
			found = i;
	return found;
}

/* Waits for one of our sockets to make this change. NULL: it does not come. */
static struct sample *collect(struct sampler *sampler, uint32_t oldstate, uint32_t newstate)
{
	const int64_t deadline = now_ms() + PATIENCE_MS;
	struct sample *sample;
	uint64_t value = oldstate;
	size_t slot;

	for (;;) {
		int64_t left = deadline - now_ms();

		perf_buffer__consume(sampler->perf);
		slot = pending_find(sampler, oldstate, newstate);
		if (slot < PENDING_MOST || left <= 0)
			break;
		perf_buffer__poll(sampler->perf, (int)left);
	}
	if (slot == PENDING_MOST || sampler->samples->count == SAMPLES_MOST)
		return NULL;
	sample = &sampler->samples->list[sampler->samples->count++];
	*sample = sampler->pending[slot];
	sampler->ids[slot] = 0;
	expect(sample, FIELD_STATE, &value);
	return sample;
}

/* --- expectations ---------------------------------------------------------------------------- */

static void expect_mapped(struct sample *sample, enum layout_field field, struct in_addr address)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };

	memcpy(bytes + 12, &address, 4);
	expect(sample, field, bytes);
}

/* Who talks to whom. */
static void expect_ends(struct sample *sample, const struct end *end)
{
	uint64_t family = (uint64_t)end->family, port = ntohs(end->local.sin_port);

	if (!sample)
		return;
	expect(sample, FIELD_FAMILY, &family);
	/* The tracepoint comes when an ended socket has already given up its port. */
	if (sample->newstate != STATE_CLOSE)
		expect(sample, FIELD_NUM, &port);
	expect(sample, FIELD_DPORT, &end->remote.sin_port);
	expect(sample, FIELD_SPORT, &end->local.sin_port);
	if (end->family == AF_INET) {
		expect(sample, FIELD_DADDR, &end->remote.sin_addr);
		expect(sample, FIELD_RCV_SADDR, &end->local.sin_addr);
	} else {
		expect_mapped(sample, FIELD_V6_DADDR, end->remote.sin_addr);
		expect_mapped(sample, FIELD_V6_RCV_SADDR, end->local.sin_addr);
	}
}

static bool info_read(int fd, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) &&
	       length >= offsetof(struct tcp_info, tcpi_bytes_received) +
				 sizeof(info->tcpi_bytes_received);
}

/* What has passed; info is from before the change, with nothing under way since. */
static void expect_counters(struct sample *sample, const struct tcp_info *info)
{
	if (!sample)
		return;
	expect_u64(sample, FIELD_BYTES_ACKED, info->tcpi_bytes_acked);
	expect_u64(sample, FIELD_BYTES_RECEIVED, info->tcpi_bytes_received);
	expect_u64(sample, FIELD_SRTT, info->tcpi_rtt);
}

static void expect_flags(struct sample *sample, uint64_t flags)
{
	if (sample)
		expect_u64(sample, FIELD_SK_FLAGS, flags);
}

static void expect_error(struct sample *sample, uint32_t error)
{
	if (sample)
		expect_u64(sample, FIELD_SK_ERR, error);
}

static void expect_net(struct sample *sample, uint64_t inode)
{
	if (sample && inode)
		expect_u64(sample, FIELD_NETNS_INUM, inode);
}

/* --- the sessions ---------------------------------------------------------------------------- */

static uint64_t net_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static int tcp_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

/* Runs in the helper process: the sockets stay in the network that they were made in. */
static int open_room(void *arg)
{
	struct room *room = arg;

	room->own = !unshare(CLONE_NEWNET);
	if (room->own)
		loopback_up();
	room->inode = net_inode();
	room->listener = tcp_socket(AF_INET);
	room->listener6 = tcp_socket(AF_INET6);
	room->ipv6 = room->listener6 >= 0;
	for (int i = 0; i < PAIRS; i++)
		room->clients[i] = tcp_socket(i == PAIR_MAPPED && room->ipv6 ? AF_INET6 : AF_INET);
	room->refused = tcp_socket(AF_INET);
	return 0;
}

static uint32_t random_u32(void)
{
	uint32_t value = 0;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value))
		value = (uint32_t)now_ms() * 2654435761U + (uint32_t)getpid();
	return value;
}

/* Any of 127.0.0.0/8, but none that somebody would use. */
static struct sockaddr_in random_loopback(void)
{
	uint32_t host = 0x7f400000 | (random_u32() & 0x3fffff) | 0x101;

	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(host) };
}

/* The same address as a socket of either family wants it. */
static socklen_t address_for(int family, const struct sockaddr_in *v4,
			     struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;

	memset(storage, 0, sizeof(*storage));
	if (family == AF_INET) {
		memcpy(storage, v4, sizeof(*v4));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = v4->sin_port;
	v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
	memcpy(&v6->sin6_addr.s6_addr[12], &v4->sin_addr, 4);
	return sizeof(*v6);
}

static bool bind_to(int fd, int family, const struct sockaddr_in *address)
{
	struct sockaddr_storage storage;
	socklen_t length = address_for(family, address, &storage);

	return !bind(fd, (struct sockaddr *)&storage, length);
}

/* Port of a bound socket, network order; it stands at the same place in both families. */
static in_port_t port_of(int fd)
{
	struct sockaddr_storage storage = {};
	socklen_t length = sizeof(storage);

	getsockname(fd, (struct sockaddr *)&storage, &length);
	return ((struct sockaddr_in *)&storage)->sin_port;
}

static bool listen_on(int fd, int family, struct sockaddr_in *address)
{
	const int off = 0;

	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	*address = random_loopback();
	if (!bind_to(fd, family, address) || listen(fd, PAIRS))
		return false;
	address->sin_port = port_of(fd);
	return true;
}

static bool pair_connect(struct pair *pair, int listener, int family,
			 const struct sockaddr_in *server)
{
	const int client = pair->client.fd;
	struct sockaddr_storage storage;
	struct sockaddr_in own = random_loopback();
	socklen_t length = address_for(family, server, &storage);

	if (!bind_to(client, family, &own) || connect(client, (struct sockaddr *)&storage, length))
		return false;
	own.sin_port = port_of(client);
	pair->client = (struct end){ client, own, *server, family };
	pair->server =
		(struct end){ accept4(listener, NULL, NULL, SOCK_CLOEXEC), *server, own, family };
	return pair->server.fd >= 0;
}

/* Sends a random number of bytes, small enough to need no reader, and takes them out again. */
static bool transfer(const struct end *from, const struct end *to)
{
	static const char bytes[32768];
	static char sink[sizeof(bytes)];
	const int on = 1;
	ssize_t left = (ssize_t)(sizeof(bytes) / 2 + random_u32() % (sizeof(bytes) / 2)), got;

	setsockopt(to->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	if (send(from->fd, bytes, (size_t)left, MSG_NOSIGNAL) != left)
		return false;
	for (; left > 0; left -= got) {
		got = recv(to->fd, sink, (size_t)left, 0);
		if (got <= 0)
			return false;
	}
	setsockopt(to->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	return true;
}

/* Waits until all that was sent is acknowledged, so that the counters stand still. */
static bool settle(const struct end *end, struct tcp_info *info)
{
	const int64_t deadline = now_ms() + PATIENCE_MS;

	while (info_read(end->fd, info) && info->tcpi_unacked && now_ms() < deadline)
		usleep(200);
	return !info->tcpi_unacked && info->tcpi_bytes_received;
}

/* The client closes first, all of it or only its sending half; then the server closes. */
static bool sample_orderly(struct sampler *sampler, struct pair *pair, bool half)
{
	struct tcp_info client, server;
	struct sample *sample;
	const int on = 1;
	char end;

	if (!settle(&pair->client, &client) || !settle(&pair->server, &server))
		return false;
	if (half)
		shutdown(pair->client.fd, SHUT_WR);
	else
		close(pair->client.fd);
	/* Else the acknowledgement of the FIN could wait for 40 ms: it is sent at once when nothing
	 * is unread. */
	recv(pair->server.fd, &end, sizeof(end), MSG_DONTWAIT);
	setsockopt(pair->server.fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	sample = collect(sampler, STATE_ESTABLISHED, STATE_FIN_WAIT1);
	expect_ends(sample, &pair->client);
	expect_counters(sample, &client);
	expect_flags(sample, 0);
	expect_error(sample, 0);
	expect_net(sample, sampler->room.inode);
	if (!half) {
		sample = collect(sampler, STATE_FIN_WAIT2, STATE_CLOSE);
		expect_ends(sample, &pair->client);
		expect_flags(sample, FLAG_DEAD);
		pair->client.fd = -1;
	}
	close(pair->server.fd);
	sample = collect(sampler, STATE_CLOSE_WAIT, STATE_LAST_ACK);
	expect_ends(sample, &pair->server);
	expect_counters(sample, &server);
	if (sample) /* the client's FIN has been counted since */
		expect_u64(sample, FIELD_BYTES_RECEIVED, server.tcpi_bytes_received + 1);
	expect_flags(sample, FLAG_DONE);
	expect_error(sample, 0);
	sample = collect(sampler, STATE_LAST_ACK, STATE_CLOSE);
	expect_ends(sample, &pair->server);
	expect_flags(sample, FLAG_DEAD | FLAG_DONE);
	pair->server.fd = -1;
	if (half) {
		sample = collect(sampler, STATE_FIN_WAIT2, STATE_CLOSE);
		expect_ends(sample, &pair->client);
		expect_flags(sample, FLAG_DONE);
	}
	return true;
}

/* The server resets: it has no error, the client gets one. */
static void sample_reset(struct sampler *sampler, struct pair *pair)
{
	const struct linger now = { .l_onoff = 1 };
	struct sample *sample;

	setsockopt(pair->server.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(pair->server.fd);
	pair->server.fd = -1;
	sample = collect(sampler, STATE_ESTABLISHED, STATE_CLOSE);
	expect_ends(sample, &pair->server);
	expect_error(sample, 0);
	sample = collect(sampler, STATE_ESTABLISHED, STATE_CLOSE);
	expect_ends(sample, &pair->client);
	expect_error(sample, ECONNRESET);
}

/* Nobody listens. */
static void sample_refused(struct sampler *sampler)
{
	struct sockaddr_in to = random_loopback();

	to.sin_port = htons(1);
	if (!connect(sampler->room.refused, (struct sockaddr *)&to, sizeof(to)) ||
	    errno != ECONNREFUSED)
		return;
	expect_error(collect(sampler, STATE_SYN_SENT, STATE_CLOSE), ECONNREFUSED);
}

/* In the host's network all that counts is that the socket ends; a firewall may do with it as it
 * likes. */
static void sample_host(struct sampler *sampler)
{
	struct sockaddr_in to = random_loopback();

	to.sin_port = htons(1);
	fcntl(sampler->host, F_SETFL, O_NONBLOCK);
	if (connect(sampler->host, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS &&
	    errno != ECONNREFUSED)
		return;
	close(sampler->host);
	sampler->host = -1;
	expect_net(collect(sampler, STATE_SYN_SENT, STATE_CLOSE), sampler->host_inode);
}

static bool make_samples(struct sampler *sampler, char *why, size_t size)
{
	struct room *room = &sampler->room;
	struct pair pairs[PAIRS];
	struct sockaddr_in server, server6;
	bool ok;

	for (int i = 0; i < PAIRS; i++) {
		pairs[i].client.fd = room->clients[i];
		pairs[i].server.fd = -1;
	}
	ok = listen_on(room->listener, AF_INET, &server);
	if (ok && room->ipv6)
		room->ipv6 = listen_on(room->listener6, AF_INET6, &server6);
	for (int i = 0; i < PAIRS && ok; i++) {
		bool mapped = i == PAIR_MAPPED && room->ipv6;

		ok = pair_connect(&pairs[i], mapped ? room->listener6 : room->listener,
				  mapped ? AF_INET6 : AF_INET, mapped ? &server6 : &server);
	}
	for (int i = 0; i < PAIRS && ok; i++)
		ok = transfer(&pairs[i].client, &pairs[i].server) &&
		     transfer(&pairs[i].server, &pairs[i].client);
	if (!ok) {
		snprintf(why, size, "no TCP session could be made on %s loopback: %s",
			 room->own ? "its own" : "the host's", strerror(errno));
	} else {
		ok = sample_orderly(sampler, &pairs[0], true) &&
		     sample_orderly(sampler, &pairs[1], false);
		if (ok) {
			sample_reset(sampler, &pairs[2]);
			sample_refused(sampler);
			sample_host(sampler);
			ok = sample_orderly(sampler, &pairs[3], true) &&
			     sample_orderly(sampler, &pairs[PAIR_MAPPED], false);
		}
		if (!ok)
			snprintf(why, size, "the sessions made on loopback did not settle");
	}
	for (int i = 0; i < PAIRS; i++) {
		if (pairs[i].server.fd >= 0)
			close(pairs[i].server.fd);
		room->clients[i] = pairs[i].client.fd;
	}
	return ok;
}

/* --- the program ----------------------------------------------------------------------------- */

static int program_start(struct sampler *sampler, enum hook hook, const struct layout *layout,
			 const struct facts *facts, const struct sources *sources)
{
	const struct object *object =
		hook == HOOK_KPROBE ? &object_calibrate_kprobe : &object_calibrate_raw;
	const struct bpf_program *program;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
	};
	char path[32], name[COMM_LEN] = {};
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "calibrate",
		    .btf_custom_path = path);
	int file = layout_to_btf_file(layout), result;
	const uint32_t zero = 0;

	if (file < 0)
		return file;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	sampler->object = object_open(object, &opts);
	result = sampler->object ? bpf_object__load(sampler->object) : -errno;
	close(file);
	if (result)
		return result;
	prctl(PR_GET_NAME, name);
	result = bpf_map__update_elem(bpf_object__find_map_by_name(sampler->object, "our_name"),
				      &zero, sizeof(zero), name, sizeof(name), BPF_ANY);
	if (result)
		return result;
	sampler->perf =
		perf_buffer__new_raw(bpf_object__find_map_fd_by_name(sampler->object, "chunks"), 16,
				     &attr, on_chunk, sampler, NULL);
	if (!sampler->perf)
		return -errno;
	program = bpf_object__next_program(sampler->object, NULL);
	if (hook == HOOK_RAW) {
		sampler->event = hook_attach_raw(program, "inet_sock_set_state");
		return sampler->event ? 0 : -errno;
	}
	sampler->event = hook_open_kprobe(facts, sources, "tcp_set_state", false);
	return sampler->event ? hook_attach(sampler->event, program) : -errno;
}

static void close_all(const struct sampler *sampler)
{
	const struct room *room = &sampler->room;

	for (int i = 0; i < PAIRS; i++)
		if (room->clients[i] >= 0)
			close(room->clients[i]);
	if (room->listener >= 0)
		close(room->listener);
	if (room->listener6 >= 0)
		close(room->listener6);
	if (room->refused >= 0)
		close(room->refused);
	if (sampler->host >= 0)
		close(sampler->host);
}

bool sampler_run(struct samples *samples, enum hook hook, const struct layout *layout,
		 const struct facts *facts, const struct sources *sources, char *why, size_t size)
{
	struct sampler *sampler = calloc(1, sizeof(*sampler));
	char before[COMM_LEN] = {}, name[COMM_LEN];
	bool ok = false;
	int result;

	if (!sampler) {
		snprintf(why, size, "no memory");
		return false;
	}
	sampler->samples = samples;
	prctl(PR_GET_NAME, before);
	snprintf(name, sizeof(name), "tcplife%08x", random_u32());
	prctl(PR_SET_NAME, name);
	helper_run(open_room, &sampler->room);
	sampler->host = tcp_socket(AF_INET);
	sampler->host_inode = net_inode();
	result = program_start(sampler, hook, layout, facts, sources);
	if (result)
		snprintf(why, size, "the calibration program does not run: %s", strerror(-result));
	else
		ok = make_samples(sampler, why, size);
	hook_retire(sampler->event);
	perf_buffer__free(sampler->perf);
	bpf_object__close(sampler->object);
	close_all(sampler);
	prctl(PR_SET_NAME, before);
	free(sampler);
	return ok;
}
