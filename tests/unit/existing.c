// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "session/existing.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include "bpf/tcp_state.h"
#include "check.h"
#include "session/sock_diag.h"

#define SINCE 1000

/* An IPv4 session between two addresses in 10.0.0.0/8. */
static struct record session(uint8_t from, uint16_t lport, uint8_t to, uint16_t rport)
{
	return (struct record){
		.laddr = { [10] = 0xff, [11] = 0xff, 10, 0, 0, from },
		.raddr = { [10] = 0xff, [11] = 0xff, 10, 0, 0, to },
		.lport = lport,
		.rport = rport,
		.netns = 7,
		.state = STATE_ESTABLISHED,
	};
}

static struct record owned(struct record r, uint32_t pid, enum direction direction)
{
	r.pid = pid;
	r.owner = OWNER_PROC;
	r.direction = (uint8_t)direction;
	strcpy(r.comm, "holder");
	return r;
}

/* The same session as the kernel side reports it when it ends. */
static struct record ended(struct record r)
{
	r.preexisting = 1;
	r.closed_ns = SINCE + 1;
	return r;
}

static void test_owner(void)
{
	struct existing *e = existing_empty(16, SINCE);
	const struct record plain = session(1, 4000, 2, 80);
	struct record out = owned(plain, 42, DIRECTION_OUT), r = ended(plain);

	CHECK(!existing_add(e, &out, 5));
	CHECK(existing_find(e, &plain));
	existing_complete(e, &r);
	CHECK(r.pid == 42 && r.owner == OWNER_PROC && r.direction == DIRECTION_OUT);
	CHECK_TEXT(r.comm, "holder");
	/* Only once: a later session with these addresses and ports is another one. */
	CHECK(!existing_find(e, &plain));
	r = ended(plain);
	existing_complete(e, &r);
	CHECK(r.pid == 0 && r.direction == DIRECTION_UNKNOWN);
	existing_free(e);
}

/* The closing process owns inbound sessions, but not outbound ones. */
static void test_closer(void)
{
	struct existing *e = existing_empty(16, SINCE);
	const struct record a = session(1, 4000, 2, 80), b = session(1, 22, 3, 5000);
	struct record out = owned(a, 42, DIRECTION_OUT), in = owned(b, 43, DIRECTION_IN), r;

	existing_add(e, &out, 5);
	existing_add(e, &in, 6);
	r = ended(a);
	r.pid = 99;
	r.owner = OWNER_CLOSE;
	existing_complete(e, &r);
	CHECK(r.pid == 42 && r.owner == OWNER_PROC);
	r = ended(b);
	r.pid = 99;
	r.owner = OWNER_CLOSE;
	existing_complete(e, &r);
	CHECK(r.pid == 99 && r.owner == OWNER_CLOSE && r.direction == DIRECTION_IN);
	existing_free(e);
}

/* A session that began during the dump is recognized by its birth, and its entry is removed. */
static void test_born(void)
{
	struct existing *e = existing_empty(16, SINCE);
	const struct record plain = session(1, 4000, 2, 80);
	struct record known = owned(plain, 42, DIRECTION_OUT), r = ended(plain);

	existing_add(e, &known, 5);
	r.preexisting = 0;
	r.born_ns = SINCE - 1;
	existing_complete(e, &r);
	CHECK(r.pid == 0 && !r.direction);
	r = ended(plain);
	existing_complete(e, &r);
	CHECK(r.pid == 0);
	existing_free(e);
}

/* A session that ended before the dump is not the one in the dump. */
static void test_ended_before(void)
{
	struct existing *e = existing_empty(16, SINCE);
	const struct record plain = session(1, 4000, 2, 80);
	struct record known = owned(plain, 42, DIRECTION_OUT), r = ended(plain);

	existing_add(e, &known, 5);
	r.closed_ns = SINCE - 1;
	existing_complete(e, &r);
	CHECK(r.pid == 0);
	CHECK(existing_find(e, &plain));
	existing_free(e);
}

static void test_namespaces(void)
{
	struct existing *e = existing_empty(16, SINCE);
	const struct record plain = session(1, 4000, 2, 80);
	struct record one = owned(plain, 42, DIRECTION_OUT), other = owned(plain, 43, DIRECTION_IN),
		      r;

	other.netns = 8;
	existing_add(e, &one, 5);
	existing_add(e, &other, 6);
	/* If the kernel side cannot tell two sessions apart, neither is used. */
	r = ended(plain);
	r.netns = 0;
	existing_complete(e, &r);
	CHECK(r.pid == 0);
	r = ended(plain);
	r.netns = 8;
	existing_complete(e, &r);
	CHECK(r.pid == 43);
	r.netns = 0;
	r.pid = 0;
	existing_complete(e, &r);
	CHECK(r.pid == 42);
	existing_free(e);
}

static enum direction directed(const struct record *listener, struct record plain)
{
	struct existing *e = existing_empty(16, SINCE);
	struct record r = ended(plain);

	existing_add(e, listener, 1);
	existing_add(e, &plain, 2);
	existing_direct(e);
	existing_complete(e, &r);
	existing_free(e);
	return (enum direction)r.direction;
}

static void test_listeners(void)
{
	struct record listener = session(1, 80, 0, 0);
	const struct record in = session(1, 80, 2, 4000);

	listener.state = STATE_LISTEN;
	CHECK(directed(&listener, in) == DIRECTION_IN);
	CHECK(directed(&listener, owned(in, 1, DIRECTION_OUT)) == DIRECTION_OUT);
	CHECK(directed(&listener, session(1, 81, 2, 4000)) == DIRECTION_UNKNOWN);
	CHECK(directed(&listener, session(3, 80, 2, 4000)) == DIRECTION_UNKNOWN);
	memset(listener.laddr + 12, 0, 4);
	CHECK(directed(&listener, in) == DIRECTION_IN);
	memset(listener.laddr, 0, 16);
	CHECK(directed(&listener, in) == DIRECTION_IN);
	listener.netns = 8;
	CHECK(directed(&listener, in) == DIRECTION_UNKNOWN);
}

/*
 * Many sessions are all found again. Their number is limited. Sessions reported twice count once.
 */
static void test_many(void)
{
	struct existing *e = existing_empty(5000, SINCE);
	const struct record more = session(1, 6000, 2, 80);
	unsigned right = 0;

	for (int round = 0; round < 2; round++)
		for (uint16_t i = 0; i < 5000; i++) {
			struct record r = owned(session(1, i, 2, 80), i + 1U, DIRECTION_OUT);

			right += !existing_add(e, &r, i);
		}
	CHECK(right == 10000);
	for (uint16_t i = 0; i < 5000; i++) {
		struct record r = ended(session(1, i, 2, 80));

		existing_complete(e, &r);
		right -= r.pid == i + 1U;
	}
	CHECK(right == 5000);
	CHECK(existing_add(e, &more, 1) == -ENOSPC);
	existing_free(e);
}

/* The kernel's answer: a socket and the first bytes of its TCP_INFO. */
struct answer {
	struct nlmsghdr header;
	struct inet_diag_msg body;
	struct rtattr attribute;
	uint8_t info[sizeof(struct tcp_info)]; /* aligned to four bytes only */
};

static enum direction told(uint8_t state, uint64_t acked, uint32_t queued, uint32_t unsent,
			   uint64_t sent, size_t bytes)
{
	struct answer a = { .body = { .idiag_family = AF_INET } };
	struct sock_diag_socket socket;
	struct tcp_info info = {
		.tcpi_bytes_acked = acked,
		.tcpi_bytes_sent = sent + 5,
		.tcpi_bytes_retrans = 5,
		.tcpi_notsent_bytes = unsent,
	};

	memcpy(a.info, &info, sizeof(info));
	a.body.idiag_state = state;
	a.body.idiag_wqueue = queued;
	a.attribute.rta_type = INET_DIAG_INFO;
	a.attribute.rta_len = (unsigned short)RTA_LENGTH(bytes);
	a.header.nlmsg_len = (uint32_t)(offsetof(struct answer, info) + bytes);
	CHECK(sock_diag_read(&socket, &a.header));
	CHECK(socket.record.bytes_acked == acked);
	return (enum direction)socket.record.direction;
}

/* bytes_acked counts the SYN, bytes_sent does not. */
static void test_direction(void)
{
	const size_t whole = sizeof(struct tcp_info);
	const size_t before_4_19 = offsetof(struct tcp_info, tcpi_bytes_sent);

	CHECK(told(STATE_ESTABLISHED, 101, 0, 0, 100, whole) == DIRECTION_OUT);
	CHECK(told(STATE_ESTABLISHED, 100, 0, 0, 100, whole) == DIRECTION_IN);
	CHECK(told(STATE_ESTABLISHED, 1, 30, 20, 10, whole) == DIRECTION_OUT);
	CHECK(told(STATE_CLOSE_WAIT, 0, 30, 20, 10, whole) == DIRECTION_IN);
	CHECK(told(STATE_FIN_WAIT2, 102, 0, 0, 100, whole) == DIRECTION_OUT);
	CHECK(told(STATE_FIN_WAIT2, 101, 0, 0, 100, whole) == DIRECTION_IN);
	CHECK(told(STATE_FIN_WAIT1, 91, 11, 0, 100, whole) == DIRECTION_OUT);
	CHECK(told(STATE_LAST_ACK, 90, 11, 0, 100, whole) == DIRECTION_IN);
	CHECK(told(STATE_LAST_ACK, 91, 16, 6, 100, whole) == DIRECTION_OUT);
	CHECK(told(STATE_SYN_SENT, 0, 1, 0, 0, whole) == DIRECTION_OUT);
	CHECK(told(STATE_ESTABLISHED, 150, 0, 0, 100, whole) == DIRECTION_UNKNOWN);
	CHECK(told(STATE_ESTABLISHED, 90, 0, 0, 100, whole) == DIRECTION_UNKNOWN);
	CHECK(told(STATE_ESTABLISHED, 101, 0, 0, 100, before_4_19) == DIRECTION_UNKNOWN);
}

/* Sockets in TIME_WAIT report FIN_WAIT2 and have no TCP_INFO. */
static void test_remains(void)
{
	struct answer a = { .body = { .idiag_family = AF_INET, .idiag_state = STATE_FIN_WAIT2 } };
	struct sock_diag_socket socket;

	a.header.nlmsg_len = offsetof(struct answer, attribute);
	CHECK(!sock_diag_read(&socket, &a.header));
	a.header.nlmsg_len--;
	CHECK(!sock_diag_read(&socket, &a.header));
}

static const struct check_case cases[] = {
	{ "owner", test_owner },
	{ "closer", test_closer },
	{ "born", test_born },
	{ "ended-before", test_ended_before },
	{ "namespaces", test_namespaces },
	{ "listeners", test_listeners },
	{ "many", test_many },
	{ "direction", test_direction },
	{ "remains", test_remains },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
