/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One side of a connection, that is one session. Collects what is known about it while a scenario
 * uses it, and writes that as the truth once it has ended.
 */
#ifndef WORKLOAD_SIDE_H
#define WORKLOAD_SIDE_H

#include "actor.h"
#include "stage.h"

#define COMM_TEXT (4 * ACTOR_NAME + 32)

struct side {
	struct stage *stage;
	struct actor *actor; /* the current holder of the socket */
	int fd;
	bool outbound;
	bool restored; /* with TCP_REPAIR; its direction is unknown */
	struct endpoint local, remote;
	uint64_t sent, received; /* payload that reached the other side */

	/* What the record must say about the owner, as far as known. */
	const char *owner; /* "connect", "accept", "close" */
	pid_t pid;
	pid_t ppid;
	uint32_t uid;
	/*
	 * The process that closes a socket whose session ended before it was accepted; NULL:
	 * unknown to all.
	 */
	const struct actor *closer;
	char comm[COMM_TEXT]; /* with \xNN escapes; may contain alternatives */

	/* CLOCK_MONOTONIC; each event happened between lo and hi. 0: not yet. */
	int64_t tick;			  /* the kernel's last tick before begun_lo */
	int64_t begun_lo, begun_hi;	  /* SYN_SENT; ESTABLISHED if inbound */
	int64_t made_lo, made_hi;	  /* ESTABLISHED; 0: never */
	int64_t accepted_lo, accepted_hi; /* accept(2); 0: not accepted */
	int64_t end_lo;			  /* earliest time of CLOSE */
	bool older;			  /* the tracer began between made_lo and made_hi */
};

/* Both sides of a connection, and the listening socket. */
struct pair {
	struct side client, server;
	int listener;
};

/* Calls connect(2) and waits for its end; returns its errno. */
int side_connect(struct side *s, struct stage *stage, struct actor *a, int fd,
		 const struct endpoint *to);
/* Only starts connecting; the socket may be in SYN_SENT afterwards. */
int side_connect_begin(struct side *s, struct stage *stage, struct actor *a, int fd,
		       const struct endpoint *to);
int side_connect_finish(struct side *s);
/* Notes the result of connecting by other means than connect(2). */
void side_connected(struct side *s, struct stage *stage, struct actor *a, int fd,
		    const struct endpoint *to, const struct answer *answer);
/* Accepts from `listener` the connection of `client`. */
void side_accept(struct side *s, struct actor *a, int listener, const struct side *client);
/* Notes the result of accepting by other means than accept(2). */
void side_accepted(struct side *s, struct actor *a, const struct answer *answer,
		   const struct side *client);
/*
 * Makes the server's side of a connection not accepted yet; its owner is the process that closes
 * it.
 */
void side_pending(struct side *s, struct actor *a, const struct side *client);
/* The session ends without an owner; an actor later accepts and closes it. */
void side_unowned(struct side *s, const struct actor *closer);
/* Changes the owner of an inbound session to another process or name. */
void side_owned(struct side *s, const struct actor *a, const char *owner);

/* Sends and receives payload, and waits until it is acknowledged. */
void side_move(struct side *from, struct side *to, uint64_t bytes);
/* Likewise, but the receiver does not read it. */
void side_move_unread(struct side *from, struct side *to, uint64_t bytes);

/* Notes that the session has not ended before now. */
void side_ends_from_now(struct side *s);
/* Run as errands of the actor; the first of them makes it the owner of an inbound session. */
void side_close(struct side *s);
void side_shutdown(struct side *s);
/* Waits until the kernel has no socket of the session, then writes the truth. */
void side_ended(struct side *s, const char *end, const char *error);
/* Writes the truth at once, for a session that ended before the call that ended it returned. */
void side_ended_at_once(struct side *s, const char *end, const char *error);

/* Notes that the tracer began after the session and before now. */
void side_older(struct side *s);
/* Writes the truth about a session that stays open until the tracer ends. */
void side_stands(struct side *s);

/* Opens a connection between two actors, each with its own address. */
void pair_open(struct pair *p, struct stage *stage, struct actor *client, struct actor *server);
/* Sends payload each way, first to the server; sizes in bytes. */
void pair_talk(struct pair *p, uint64_t to_server, uint64_t to_client);
/* Closes both sides, `first` first. */
void pair_close(struct side *first, struct side *second);

#endif
