// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "side.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <unistd.h>

#include "errands.h"

#define BACKLOG 16
#define GLANCES 3

/* --- opening --- */

/*
 * Escapes as \xNN what is not printable ASCII, since the truth consists of lines and names may be
 * any bytes.
 */
static void put_name(char to[COMM_TEXT], const char *name)
{
	for (; *name; name++) {
		const unsigned char byte = (unsigned char)*name;

		if (byte < 0x20 || byte > 0x7e || byte == '\\' || byte == '|')
			to += sprintf(to, "\\x%02x", byte);
		else
			*to++ = *name;
	}
	*to = '\0';
}

void side_owned(struct side *s, const struct actor *a, const char *owner)
{
	s->owner = owner;
	s->pid = a->pid;
	s->ppid = a->ppid;
	s->uid = a->uid;
	put_name(s->comm, a->name);
}

void side_unowned(struct side *s, const struct actor *closer)
{
	s->closer = closer;
	s->owner = "null";
	s->pid = 0;
	strcpy(s->comm, "-");
}

static void side_init(struct side *s, struct stage *stage, struct actor *a, int fd)
{
	*s = (struct side){ .stage = stage, .actor = a, .fd = fd };
}

static void side_made(struct side *s, int64_t lo, int64_t hi)
{
	s->made_lo = lo;
	s->made_hi = hi;
}

void side_connected(struct side *s, struct stage *stage, struct actor *a, int fd,
		    const struct endpoint *to, const struct answer *answer)
{
	side_init(s, stage, a, fd);
	s->outbound = true;
	side_owned(s, a, "connect");
	s->local = answer->local;
	s->remote = *to;
	s->tick = answer->tick_ns;
	s->begun_lo = answer->before_ns;
	s->begun_hi = answer->after_ns;
	if (!answer->error)
		side_made(s, answer->before_ns, answer->after_ns);
}

int side_connect_begin(struct side *s, struct stage *stage, struct actor *a, int fd,
		       const struct endpoint *to)
{
	struct answer answer = errand_connect(a, fd, to);

	side_connected(s, stage, a, fd, to, &answer);
	return answer.error;
}

int side_connect_finish(struct side *s)
{
	struct answer answer = errand_connected(s->actor, s->fd);

	if (!answer.error)
		side_made(s, s->begun_lo, answer.after_ns);
	return answer.error;
}

int side_connect(struct side *s, struct stage *stage, struct actor *a, int fd,
		 const struct endpoint *to)
{
	int error = side_connect_begin(s, stage, a, fd, to);

	return error && error != EINPROGRESS ? error : side_connect_finish(s);
}

static bool same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, sizeof(a->address));
}

void side_accepted(struct side *s, struct actor *a, const struct answer *answer,
		   const struct side *client)
{
	if (!same(&answer->remote, &client->local) || !same(&answer->local, &client->remote))
		stage_fail("%s accepted a stranger", a->name);
	side_init(s, client->stage, a, (int)answer->value);
	side_owned(s, a, "accept");
	s->local = answer->local;
	s->remote = answer->remote;
	s->tick = client->tick;
	s->begun_lo = client->begun_lo;
	s->begun_hi = answer->after_ns;
	s->accepted_lo = answer->before_ns;
	s->accepted_hi = answer->after_ns;
	side_made(s, s->begun_lo, s->begun_hi);
}

void side_accept(struct side *s, struct actor *a, int listener, const struct side *client)
{
	struct answer answer = errand_accept(a, listener);

	side_accepted(s, a, &answer, client);
}

void side_pending(struct side *s, struct actor *a, const struct side *client)
{
	side_init(s, client->stage, a, -1);
	side_owned(s, a, "accept");
	s->local = client->remote;
	s->remote = client->local;
	s->begun_lo = client->begun_lo;
	s->begun_hi = clock_now();
	side_made(s, s->begun_lo, s->begun_hi);
}

/* --- talking --- */

void side_move(struct side *from, struct side *to, uint64_t bytes)
{
	struct errand send = errand_for_send(from->fd, bytes);
	struct errand receive = errand_for_receive(to->fd, bytes);
	struct answer sent, received;

	actor_begin(from->actor, &send);
	actor_begin(to->actor, &receive);
	sent = actor_finish(from->actor);
	actor_check(from->actor, &sent);
	received = actor_finish(to->actor);
	actor_check(to->actor, &received);
	errand_await_acked(from->actor, from->fd);
	from->sent += bytes;
	to->received += bytes;
}

void side_move_unread(struct side *from, struct side *to, uint64_t bytes)
{
	errand_send(from->actor, from->fd, bytes);
	errand_await_unread(to->actor, to->fd, bytes);
	errand_await_acked(from->actor, from->fd);
	from->sent += bytes;
	to->received += bytes;
}

/* --- ending --- */

void side_ends_from_now(struct side *s)
{
	s->end_lo = clock_now();
}

static void side_says_fin(struct side *s)
{
	side_ends_from_now(s);
	if (!s->outbound && strcmp(s->owner, "close") != 0)
		side_owned(s, s->actor, "close");
}

void side_close(struct side *s)
{
	side_says_fin(s);
	errand_close(s->actor, s->fd);
}

void side_shutdown(struct side *s)
{
	side_says_fin(s);
	errand_shutdown(s->actor, s->fd);
}

/* Writes an address as /proc/net/tcp and tcp6 do: words in memory order, port in host order. */
static char *put_proc_end(char *to, const struct endpoint *e, bool wide)
{
	uint32_t words[4] = { 0, 0, htonl(0xffff) };
	int first = wide ? 0 : 3;

	if (e->ip == 6)
		memcpy(words, e->address, 16);
	else
		memcpy(&words[3], e->address, 4);
	for (int i = first; i < 4; i++)
		to += sprintf(to, "%08X", words[i]);
	return to + sprintf(to, ":%04X", e->port);
}

/* Whether a line of /proc/net/tcp is about `ends` and a socket that is alive. */
static bool row_lives(const char *row, const char *ends)
{
	unsigned state, timer;
	unsigned long out, in;
	const char *at = strstr(row, ends);

	if (!at || sscanf(at + strlen(ends), " %X %lX:%lX %X:", &state, &out, &in, &timer) != 4)
		return false;
	/* Timer 3 marks TIME_WAIT, whatever the state column says: there is no socket. */
	return timer != 3;
}

static bool table_has(const char *path, const struct side *s, bool wide)
{
	char ends[96], row[512], *to = ends;
	FILE *table = fopen(path, "re");
	bool has = false;

	if (!table)
		return false;
	*to++ = ' ';
	to = put_proc_end(to, &s->local, wide);
	*to++ = ' ';
	put_proc_end(to, &s->remote, wide);
	while (!has && fgets(row, sizeof(row), table))
		has = row_lives(row, ends);
	fclose(table);
	return has;
}

/*
 * Waits until the kernel has no socket of this session. The table is read in pieces, and may miss a
 * row if it changes meanwhile, so it takes several misses in a row.
 */
static void await_gone(const struct side *s)
{
	for (int absent = 0; absent < GLANCES; absent++) {
		if ((s->local.ip == 4 && table_has("/proc/net/tcp", s, false)) ||
		    table_has("/proc/net/tcp6", s, true)) {
			absent = -1;
			sched_yield();
		}
	}
}

static void put_owner(FILE *line, const struct side *s)
{
	char uid[16] = "null", ppid[16] = "null";

	if (s->pid)
		snprintf(uid, sizeof(uid), "%" PRIu32, s->uid);
	/* It is not read from /proc. */
	if (s->pid && strcmp(s->owner, "proc") != 0)
		snprintf(ppid, sizeof(ppid), "%d", s->ppid);
	if (s->pid)
		fprintf(line, "pid=%d\tcomm=%s", s->pid, *s->comm ? s->comm : "null");
	else
		fprintf(line, "pid=null\tcomm=null");
	fprintf(line, "\tppid=%s\tuid=%s\towner=%s", ppid, uid, s->owner);
	if (s->closer)
		fprintf(line, "\tcloser=%d", s->closer->pid);
}

static void put_tuple(FILE *line, const struct side *s)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT];

	endpoint_text(&s->local, local);
	endpoint_text(&s->remote, remote);
	fprintf(line, "\tip=%d\tladdr=%s\tlport=%d\traddr=%s\trport=%d", s->local.ip, local,
		s->local.port, remote, s->remote.port);
}

static int64_t at_least_0(int64_t n)
{
	return n < 0 ? 0 : n;
}

/* The kernel tells the age of older sessions in ticks, which may be late on an emulated machine. */
static int64_t earliest(const struct side *s)
{
	if (s->older)
		return s->tick;
	return s->made_lo ? s->made_lo : s->begun_lo;
}

static void put_times(FILE *line, const struct side *s, int64_t end_hi)
{
	const int64_t since_lo = earliest(s);
	const int64_t since_hi = s->made_hi ? s->made_hi : s->begun_hi;

	fprintf(line, "\tduration_ns=%" PRId64 "..%" PRId64, at_least_0(s->end_lo - since_hi),
		end_hi - since_lo);
	if (s->outbound && s->made_lo && !s->older)
		fprintf(line, "\tconnect_ns=%" PRId64 "..%" PRId64,
			at_least_0(s->made_lo - s->begun_hi), s->made_hi - s->begun_lo);
	else
		fputs("\tconnect_ns=null", line);
	/* Unknown for sessions that began before the tracer or were restored. */
	if (s->accepted_lo && !s->older && !s->restored)
		fprintf(line, "\taccept_wait_ns=%" PRId64 "..%" PRId64,
			at_least_0(s->accepted_lo - s->made_hi),
			at_least_0(s->accepted_hi - s->made_lo));
	else
		fputs("\taccept_wait_ns=null", line);
	if (s->local.scope || s->remote.scope)
		fprintf(line, "\tscope_id=%" PRIu32,
			s->local.scope ? s->local.scope : s->remote.scope);
	else
		fputs("\tscope_id=null", line);
}

static void side_tell(struct side *s, const char *end, const char *error, int64_t end_hi)
{
	char text[1024];
	FILE *line = fmemopen(text, sizeof(text), "w");

	if (!line)
		stage_fail("fmemopen: %s", strerror(errno));
	put_owner(line, s);
	put_tuple(line, s);
	fprintf(line, "\ttx_bytes=%" PRIu64 "\trx_bytes=%" PRIu64, s->sent, s->received);
	put_times(line, s, end_hi);
	fprintf(line, "\tdir=%s\tending=%s\terrno=%s\tage_known=%s",
		s->restored   ? "null"
		: s->outbound ? "out"
			      : "in",
		end, error, s->older ? "false" : "true");
	if (s->stage->netns >= 0)
		fprintf(line, "\tnetns=%" PRId64, s->stage->netns);
	fputc('\n', line);
	fclose(line);
	stage_write(s->stage, text);
}

void side_ended(struct side *s, const char *end, const char *error)
{
	await_gone(s);
	side_tell(s, end, error, clock_now());
}

void side_ended_at_once(struct side *s, const char *end, const char *error)
{
	side_tell(s, end, error, clock_now());
}

void side_older(struct side *s)
{
	s->older = true;
	s->made_hi = clock_now();
	s->owner = "proc";
}

void side_stands(struct side *s)
{
	side_ends_from_now(s);
	side_tell(s, "open", "null", INT64_MAX);
}

/* --- pairs --- */

void pair_open(struct pair *p, struct stage *stage, struct actor *client, struct actor *server)
{
	struct endpoint at = stage_address(stage, true), from = stage_address(stage, false);
	int fd, error;

	p->listener = errand_listen(server, &at, BACKLOG);
	/* The client's socket is IPv4 or IPv6 as the family requires, whatever the server's is. */
	at.mapped = from.mapped;
	fd = errand_bind(client, &from);
	error = side_connect(&p->client, stage, client, fd, &at);
	if (error)
		stage_fail("%s cannot connect: %s", client->name, strerror(error));
	side_accept(&p->server, server, p->listener, &p->client);
}

void pair_talk(struct pair *p, uint64_t to_server, uint64_t to_client)
{
	side_move(&p->client, &p->server, to_server);
	side_move(&p->server, &p->client, to_client);
}

void pair_close(struct side *first, struct side *second)
{
	side_close(first);
	errand_receive_end(second->actor, second->fd);
	side_close(second);
	side_ended(first, "fin-local", "0");
	side_ended(second, "fin-remote", "0");
}
