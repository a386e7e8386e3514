/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sessions whose truth is known: two processes play them on the machine's own loopback, so that
 * each end has an owner of its own.
 */
#ifndef TCPLIFE_SELFTEST_PLAY_H
#define TCPLIFE_SELFTEST_PLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "session/session.h"

#define PLAYS	     4
#define PLAY_HOLD_NS 50000000 /* how long each established session lasts at least */

enum play_end {
	PLAY_CLIENT,
	PLAY_SERVER,
	PLAY_ENDS,
};

struct play {
	const char *name;
	int family;
	uint32_t bytes[PLAY_ENDS]; /* that each end sends; the last one's sender is the server */
	enum play_end first;	   /* closes first */
	enum ending ending[PLAY_ENDS]; /* ENDING_UNKNOWN: this end has no session */
};

extern const struct play plays[PLAYS];

struct players;

/* Listens, and starts both processes, which wait. Returns NULL with errno set on failure. */
struct players *players_new(void);
/* Ends what is left of them, and frees. NULL is allowed. */
void players_free(struct players *players);

/* Lets them play, and waits for them. Returns 0 or an errno of the first play that failed. */
int players_play(struct players *players);

/* The process of an end, and its name. */
pid_t players_pid(const struct players *players, enum play_end end);
const char *players_comm(enum play_end end);
/* Whether a play could be played: some machines have no IPv6. */
bool players_has(const struct players *players, unsigned play);
/* The port of an end, once played. */
uint16_t players_port(const struct players *players, unsigned play, enum play_end end);

/*
 * How long a connection to a port without a server takes, at best, in nanoseconds: it changes its
 * state twice. Calls between(arg) now and then. 0: it could not be measured.
 */
int64_t players_refused_ns(const struct players *players, void (*between)(void *arg), void *arg);

#endif
