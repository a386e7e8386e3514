/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One side of a connection, which is one session: keeps what is known of it while a scenario deals
 * with it, and writes that down as the truth when it has ended.
 */
#ifndef WORKLOAD_SIDE_H
#define WORKLOAD_SIDE_H

#include "actor.h"
#include "stage.h"

#define COMM_TEXT (4 * ACTOR_NAME + 32)

struct side {
	struct stage *stage;
	struct actor *actor; /* who holds the socket now */
	int fd;
	bool outbound;
	bool restored; /* by TCP_REPAIR: nobody knows who opened it */
	struct endpoint local, remote;
	uint64_t sent, received; /* payload that arrived at the other side */

	/* Whom the record must name, as far as is known. */
	const char *owner; /* "connect", "accept", "close" */
	pid_t pid;
	uint32_t uid;
	/* Who closes a socket whose session ended before anybody accepted it; NULL: nobody is to
	 * know. */
	const struct actor *closer;
	char comm[COMM_TEXT]; /* what is not plain ASCII as \xNN; may be alternatives */

	/* CLOCK_MONOTONIC: each moment lies between its two; 0: not yet. */
	int64_t begun_lo, begun_hi;	  /* SYN_SENT, or ESTABLISHED of an inbound one */
	int64_t made_lo, made_hi;	  /* ESTABLISHED; 0: never */
	int64_t accepted_lo, accepted_hi; /* accept(2); 0: nobody has */
	int64_t end_lo;			  /* CLOSE, at the earliest */
	bool older; /* than the tracer, which began between made_lo and made_hi */
};

/* Both sides, and the socket that listens. */
struct pair {
	struct side client, server;
	int listener;
};

/* connect(2), until the connection stands or has failed; returns its errno. */
int side_connect(struct side *s, struct stage *stage, struct actor *a, int fd,
		 const struct endpoint *to);
/* Only its beginning: it may be in SYN_SENT afterwards. */
int side_connect_begin(struct side *s, struct stage *stage, struct actor *a, int fd,
		       const struct endpoint *to);
int side_connect_finish(struct side *s);
/* What a connect(2) by other means has come to. */
void side_connected(struct side *s, struct stage *stage, struct actor *a, int fd,
		    const struct endpoint *to, const struct answer *answer);
/* Takes from `listener` what `client` has connected. */
void side_accept(struct side *s, struct actor *a, int listener, const struct side *client);
/* Likewise, by other means than accept(2). */
void side_accepted(struct side *s, struct actor *a, const struct answer *answer,
		   const struct side *client);
/* The server's side of what nobody has accepted yet; its owner is whoever closes it. */
void side_pending(struct side *s, struct actor *a, const struct side *client);
/* Nobody has it, and nobody has had it, when it ends; later, an actor accepts and closes it. */
void side_unowned(struct side *s, const struct actor *closer);
/* Names the inbound session's owner by another process, or its name. */
void side_owned(struct side *s, const struct actor *a, const char *owner);

/* Moves payload, all of it, and waits until it is acknowledged. */
void side_move(struct side *from, struct side *to, uint64_t bytes);
/* The same, but the receiver does not read it. */
void side_move_unread(struct side *from, struct side *to, uint64_t bytes);

/* The session cannot end before now. */
void side_ends_from_now(struct side *s);
/* As errands of its actor; of an inbound session, the first of them makes it the owner. */
void side_close(struct side *s);
void side_shutdown(struct side *s);
/* Waits until the kernel knows the session no more, then writes the truth down. */
void side_ended(struct side *s, const char *end, const char *error);
/* Writes it down at once: it ended before the call that ended it came back. */
void side_ended_at_once(struct side *s, const char *end, const char *error);

/* The tracer began after this was made, and before now. */
void side_older(struct side *s);
/* Writes the truth of what is open, and will be when the tracer ends. */
void side_stands(struct side *s);

/* Opens a connection between two actors, each on an address of its own. */
void pair_open(struct pair *p, struct stage *stage, struct actor *client, struct actor *server);
/* So much payload each way, the client's first. */
void pair_talk(struct pair *p, uint64_t to_server, uint64_t to_client);
/* An orderly end, with `first` the first to close. */
void pair_close(struct side *first, struct side *second);

#endif
