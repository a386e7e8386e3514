/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sessions to write, and to read back. */
#ifndef TESTS_SESSIONS_H
#define TESTS_SESSIONS_H

#include <arpa/inet.h>
#include <string.h>

#include "check.h"
#include "session/fields.h"

#define SECOND 1000000000ll

static inline void set_addresses(struct session *s, const char *laddr, const char *raddr)
{
	const int family = strchr(laddr, ':') ? AF_INET6 : AF_INET;

	s->ip = family == AF_INET ? 4 : 6;
	CHECK(inet_pton(family, laddr, s->laddr) == 1 && inet_pton(family, raddr, s->raddr) == 1);
}

/* Ends at 2026-01-02 03:04:05.123456789, with everything known. */
static inline struct session plain_session(void)
{
	struct session s = {
		.host = "web-1",
		.boot_id = "0a1b2c3d-0000-4000-8000-000000000000",
		.id = { 0xdeadbeef, 0x0123456789abcdef },
		.started_ns = 1767323045123456789 - 263850000,
		.ended_ns = 1767323045123456789,
		.duration_ns = 263850000,
		.connect_ns = 1234567,
		.accept_wait_ns = -1,
		.scope_id = -1,
		.tx_bytes = 78,
		.rx_bytes = 2047,
		.retrans = 2,
		.rtt_us = 1042,
		.uid = 1000,
		.netns = 4026531840,
		.cgroup_id = 4711,
		.cgroup = "/kubepods/cri-0123456789abcdef0123456789abcdef"
			  "0123456789abcdef0123456789abcdef.scope",
		.container_id = "0123",
		.pod_uid = "4567",
		.pid = 27448,
		.lport = 54146,
		.rport = 80,
		.direction = DIRECTION_OUT,
		.ending = ENDING_FIN_LOCAL,
		.owner = OWNER_CONNECT,
		.age_known = true,
		.comm = "curl",
	};

	set_addresses(&s, "100.66.11.247", "54.154.224.174");
	return s;
}

/* Nothing is known but addresses, ports, and when it ended. */
static inline struct session unknown_session(void)
{
	struct session s;

	fields_forget(&s);
	s.started_ns = 1767323046 * SECOND;
	s.ended_ns = 1767323045 * SECOND;
	s.duration_ns = 1234560000;
	s.lport = 22;
	s.rport = 50000;
	set_addresses(&s, "10.0.0.1", "10.0.0.2");
	return s;
}

#endif
