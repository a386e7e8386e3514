// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "session.h"

#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/host.h"
#include "base/table.h"
#include "bpf/tcp_state.h"

/* Bits of struct sock.sk_flags (enum sock_flags in include/net/sock.h, unchanged since 2.6). */
#define SOCK_DEAD 0x1 /* no descriptor refers to it */
#define SOCK_DONE 0x2 /* the peer's FIN has arrived */

const char *ending_name(enum ending ending)
{
	static const char *const names[ENDINGS] = {
		[ENDING_UNKNOWN] = "unknown",	      [ENDING_OPEN] = "open",
		[ENDING_FIN_LOCAL] = "fin-local",     [ENDING_FIN_REMOTE] = "fin-remote",
		[ENDING_FIN_BOTH] = "fin-both",	      [ENDING_RST_LOCAL] = "rst-local",
		[ENDING_RST_REMOTE] = "rst-remote",   [ENDING_RST_CLOSED] = "rst-closed",
		[ENDING_TIMEOUT] = "timeout",	      [ENDING_REFUSED] = "refused",
		[ENDING_UNREACHABLE] = "unreachable", [ENDING_CANCELLED] = "cancelled",
		[ENDING_ABORTED] = "aborted",	      [ENDING_ERROR] = "error",
		[ENDING_NO_PORT] = "no-port",	      [ENDING_CHECKPOINT] = "checkpoint",
	};

	return names[ending];
}

bool ending_is_failure(enum ending ending)
{
	return ending == ENDING_REFUSED || ending == ENDING_TIMEOUT ||
	       ending == ENDING_UNREACHABLE || ending == ENDING_NO_PORT ||
	       ending == ENDING_CANCELLED || ending == ENDING_ERROR;
}

bool session_failed(const struct session *s)
{
	/* Established sessions never end like this. */
	if (s->ending == ENDING_REFUSED || s->ending == ENDING_NO_PORT ||
	    s->ending == ENDING_CANCELLED)
		return true;
	return ending_is_failure(s->ending) && s->direction == DIRECTION_OUT && s->age_known &&
	       s->connect_ns < 0;
}

const char *direction_name(enum direction direction)
{
	static const char *const names[] = { NULL, "out", "in" };

	return names[direction];
}

const char *owner_name(enum owner owner)
{
	static const char *const names[] = { NULL, "connect", "accept", "close", "proc" };

	return names[owner];
}

const char *state_name(enum tcp_state state)
{
	static const char *const names[] = {
		NULL,	     "ESTABLISHED", "SYN_SENT",	  "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE",	    "CLOSE_WAIT", "LAST_ACK", "LISTEN",	   "CLOSING",
	};

	return (size_t)state < sizeof(names) / sizeof(*names) ? names[state] : NULL;
}

static bool knows(const struct session_view *view, uint64_t what)
{
	return (view->known & what) == what;
}

static bool knows_error(const struct session_view *view)
{
	return knows(view, KNOWS(FIELD_SK_ERR));
}

static bool knows_bytes(const struct session_view *view)
{
	return knows(view, KNOWS(FIELD_BYTES_ACKED) | KNOWS(FIELD_BYTES_RECEIVED));
}

/* True if sk_flags is known and has none of these bits. */
static bool flags_lack(const struct record *r, const struct session_view *view, uint64_t bits)
{
	return knows(view, KNOWS(FIELD_SK_FLAGS)) && !(r->sk_flags & bits);
}

/* The ending of a session without sk_err. */
static enum ending ending_quiet(const struct record *r, const struct session_view *view)
{
	switch (r->state) {
	case STATE_SYN_SENT:
		return knows_error(view) ? ENDING_CANCELLED : ENDING_UNKNOWN;
	case STATE_FIN_WAIT1:
	case STATE_FIN_WAIT2:
		/* Not closed, and no FIN of the peer: shut down for writing, then reset. */
		return flags_lack(r, view, SOCK_DEAD | SOCK_DONE) ? ENDING_RST_LOCAL
								  : ENDING_FIN_LOCAL;
	case STATE_CLOSING:
		return ENDING_FIN_BOTH;
	case STATE_LAST_ACK:
		return ENDING_FIN_REMOTE;
	default:
		return knows_error(view) ? ENDING_RST_LOCAL : ENDING_UNKNOWN;
	}
}

static enum ending ending_of(const struct record *r, const struct session_view *view)
{
	if (r->manner == MANNER_CHECKPOINT)
		return ENDING_CHECKPOINT;
	if (r->manner == MANNER_GIVEN_UP)
		return ENDING_RST_LOCAL;
	switch (knows_error(view) ? r->sk_err : 0) {
	case 0:
		return ending_quiet(r, view);
	case ECONNRESET:
	case EPIPE: /* a reset after the peer's FIN */
		/* Data that arrives after a full close makes our own kernel reset the session. */
		if ((r->state == STATE_FIN_WAIT1 || r->state == STATE_FIN_WAIT2) &&
		    !flags_lack(r, view, SOCK_DEAD))
			return ENDING_RST_CLOSED;
		return ENDING_RST_REMOTE;
	case ECONNREFUSED:
		return ENDING_REFUSED;
	case ETIMEDOUT:
		return ENDING_TIMEOUT;
	case EADDRNOTAVAIL:
		return ENDING_NO_PORT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
		return ENDING_UNREACHABLE;
	case ECONNABORTED:
		return ENDING_ABORTED;
	default:
		return ENDING_ERROR;
	}
}

/* The payload in a byte counter that also counts `other` (SYN and FIN). */
static int64_t payload(uint64_t counter, unsigned other)
{
	return counter > other && counter <= INT64_MAX ? (int64_t)(counter - other) : 0;
}

/* bytes_acked counts the SYN of an active open, but it is unknown which side opened. */
static bool is_syn_unknown(const struct record *r)
{
	return r->preexisting && r->direction == DIRECTION_UNKNOWN && r->bytes_acked;
}

/* bytes_acked counts our SYN (active open) and our FIN once they are acknowledged. */
static int64_t payload_sent(const struct record *r, const struct session_view *view)
{
	const bool quiet = !knows_error(view) || !r->sk_err;
	const bool syn = r->direction == DIRECTION_OUT;
	const bool fin = r->state == STATE_FIN_WAIT2 ||
			 (quiet && (r->state == STATE_CLOSING || r->state == STATE_LAST_ACK));

	return payload(r->bytes_acked, syn + fin);
}

/* bytes_received counts the peer's FIN. */
static int64_t payload_received(const struct record *r, const struct session_view *view)
{
	bool fin = r->state == STATE_CLOSE_WAIT || r->state == STATE_LAST_ACK ||
		   r->state == STATE_CLOSING;

	if (r->state == STATE_FIN_WAIT2) {
		if (!knows(view, KNOWS(FIELD_SK_FLAGS)))
			return -1;
		fin = r->sk_flags & SOCK_DONE;
	}
	return payload(r->bytes_received, fin);
}

static void read_address(uint8_t to[16], const uint8_t from[16], uint8_t ip)
{
	memset(to, 0, 16);
	if (ip == 4)
		memcpy(to, from + 12, 4);
	else
		memcpy(to, from, 16);
}

/* Bytes after the NUL may hold anything. */
static void read_comm(char to[COMM_LEN + 1], const char *from)
{
	memset(to, 0, COMM_LEN + 1);
	memcpy(to, from, strnlen(from, COMM_LEN));
}

uint16_t session_service_port(const struct session *s)
{
	if (s->direction == DIRECTION_IN)
		return s->lport;
	if (s->direction == DIRECTION_OUT)
		return s->rport;
	return s->lport < s->rport ? s->lport : s->rport;
}

/*
 * Two halves of a hash of all that tells sessions apart: the boot, the beginning and the tuple. The
 * beginning is by the kernel's clock, so that setting the wall clock changes nothing.
 */
static void identify(struct session *s, const struct record *r, int64_t started,
		     const struct host *host)
{
	uint64_t words[6] = { (uint64_t)started, (uint64_t)r->lport << 16 | r->rport };

	memcpy(words + 2, r->laddr, 16);
	memcpy(words + 4, r->raddr, 16);
	for (unsigned half = 0; half < 2; half++) {
		s->id[half] = host->boot[half];
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			s->id[half] = table_mix(s->id[half], words[i]);
	}
	s->host = host->name;
	s->boot_id = host->boot_id;
}

void session_read(struct session *s, const struct record *r, const struct session_view *view)
{
	int64_t since = (int64_t)(r->established_ns ? r->established_ns : r->born_ns);
	int64_t started = (int64_t)r->born_ns, ended = (int64_t)r->closed_ns;

	memset(s, 0, sizeof(*s));
	s->age_known = !r->preexisting;
	if (r->preexisting && !r->born_ns)
		since = started = view->since_ns;
	s->extras = view->extras;
	if (view->host)
		identify(s, r, started, view->host);
	s->started_ns = started + view->wall_offset_ns;
	s->ended_ns = ended + view->wall_offset_ns;
	s->wall_offset_ns = view->wall_offset_ns;
	s->duration_ns = ended > since ? ended - since : 0;
	s->connect_ns = -1;
	if (r->direction == DIRECTION_OUT && r->born_ns && r->established_ns >= r->born_ns)
		s->connect_ns = (int64_t)(r->established_ns - r->born_ns);
	s->accept_wait_ns = -1;
	if (r->accepted_ns && r->established_ns)
		s->accept_wait_ns = r->accepted_ns > r->established_ns
					    ? (int64_t)(r->accepted_ns - r->established_ns)
					    : 0;
	s->scope_id = r->ifindex ? (int64_t)r->ifindex : -1;
	s->tx_delta = knows_bytes(view) ? payload_sent(r, view) : -1;
	s->rx_delta = knows_bytes(view) ? payload_received(r, view) : -1;
	s->tx_bytes = is_syn_unknown(r) ? -1 : s->tx_delta;
	s->rx_bytes = s->rx_delta;
	s->retrans = knows(view, KNOWS(FIELD_TOTAL_RETRANS)) ? (int64_t)r->total_retrans : -1;
	s->rtt_us = knows(view, KNOWS(FIELD_SRTT)) && r->srtt_us ? (int64_t)(r->srtt_us >> 3) : -1;
	s->netns = knows(view, KNOWS(FIELD_NETNS_INUM)) && r->netns ? (int64_t)r->netns : -1;
	s->cgroup_id = kin_cgroup_id(r->kin);
	s->error = knows_error(view) ? r->sk_err : -1;
	s->lport = r->lport;
	s->rport = r->rport;
	s->ip = address_is_mapped(r->laddr) || address_is_mapped(r->raddr) ? 4 : 6;
	read_address(s->laddr, r->laddr, s->ip);
	read_address(s->raddr, r->raddr, s->ip);
	s->direction =
		r->direction <= DIRECTION_IN ? (enum direction)r->direction : DIRECTION_UNKNOWN;
	s->ending = ending_of(r, view);
	s->port = session_service_port(s);
	s->owner = r->owner <= OWNER_PROC ? (enum owner)r->owner : OWNER_UNKNOWN;
	s->pid = r->pid;
	s->ppid = kin_ppid(r->kin) ? (int64_t)kin_ppid(r->kin) : -1;
	s->uid = r->pid ? (int64_t)r->uid : -1;
	read_comm(s->comm, r->pid ? r->comm : "");
}

/* Our FIN counts only once acknowledged. In FIN_WAIT2 the peer has not sent its FIN. */
static void count_open(struct session *s, const struct record *r)
{
	const bool acked = r->state == STATE_FIN_WAIT2;
	const bool ended = r->state == STATE_CLOSE_WAIT || r->state == STATE_LAST_ACK ||
			   r->state == STATE_CLOSING;

	s->tx_delta = payload(r->bytes_acked, (r->direction == DIRECTION_OUT) + acked);
	s->rx_delta = payload(r->bytes_received, ended);
	s->tx_bytes = is_syn_unknown(r) ? -1 : s->tx_delta;
	s->rx_bytes = s->rx_delta;
}

void session_read_open(struct session *s, const struct record *r, const struct session_view *view,
		       uint64_t counted)
{
	struct session_view now = *view;

	now.known = KNOWS(FIELD_NETNS_INUM) | (counted & SESSION_COUNTERS & ~SESSION_BYTES);
	session_read(s, r, &now);
	s->ending = ENDING_OPEN;
	s->state = (enum tcp_state)r->state;
	if ((counted & SESSION_BYTES) == SESSION_BYTES)
		count_open(s, r);
}

/* Returns the difference, and makes *before what is now. */
static int64_t delta_of(int64_t now, int64_t *before, bool known)
{
	const int64_t delta = now - *before;

	if (now < 0)
		return -1;
	*before = now;
	return !known ? -1 : delta > 0 ? delta : 0;
}

void session_since(struct session *s, struct session_moved *moved)
{
	const bool counted = s->tx_delta >= 0 && s->rx_delta >= 0;

	s->tx_delta = delta_of(s->tx_delta, &moved->tx, moved->known);
	s->rx_delta = delta_of(s->rx_delta, &moved->rx, moved->known);
	moved->known = moved->known || counted;
	s->live = true;
}
