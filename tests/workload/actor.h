/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An actor: a real process with a name of its own that runs errands, one system call or so each,
 * in the order in which the scenario hands them out. So a scenario reads like a script, nothing
 * waits for time to pass, and everything that happened is known.
 */
#ifndef WORKLOAD_ACTOR_H
#define WORKLOAD_ACTOR_H

#include <stdint.h>
#include <sys/types.h>

#include "endpoint.h"

#define ACTOR_NAME 16

struct errand;
struct answer;
/* Runs in the actor. Fills answer->value; what it leaves in answer->error is a positive errno. */
typedef void errand_fn(const struct errand *in, struct answer *out);

struct errand {
	errand_fn *run;
	const char *what; /* for error texts */
	int fd;
	int number; /* a backlog, an option, another descriptor... */
	uint64_t bytes;
	struct endpoint local, remote;
};

struct answer {
	int64_t value;	   /* a descriptor, a count... */
	int error;	   /* 0: it was done */
	int64_t before_ns; /* CLOCK_MONOTONIC around the errand */
	int64_t after_ns;
	struct endpoint local, remote; /* of the socket that it dealt with, if it was one */
};

struct actor {
	pid_t pid;
	uint32_t uid;
	char name[ACTOR_NAME];
	int channel;	   /* the scenario's end */
	int spare[2];	   /* the channel of a child that the actor may fork */
	const char *doing; /* what the last errand was */
};

/* Forks an actor; exits with a reason if that fails. uid 0: stays root. */
void actor_start(struct actor *a, const char *name, uint32_t uid);
/* Lets the actor fork; the child is an actor, too, and has all its descriptors. */
void actor_fork(struct actor *parent, struct actor *child, const char *name);

/* Hands out an errand and comes back at once. */
void actor_begin(struct actor *a, const struct errand *errand);
/* Waits for its answer. */
struct answer actor_finish(struct actor *a);
/* Both, whatever comes of it. */
struct answer actor_try(struct actor *a, const struct errand *errand);
/* Both; exits with a reason if the errand fails. */
struct answer actor_do(struct actor *a, const struct errand *errand);
/* Exits with a reason if it failed. */
void actor_check(const struct actor *a, const struct answer *answer);

/* Kills it; back when it is gone, descriptors and all. Only for those by actor_start(). */
void actor_kill(struct actor *a);
/* Lets it exit by itself, and waits until it has. */
void actor_exit(struct actor *a);

/* Lets all of them exit, those that actors have forked too, and waits until they have. */
void actors_end(void);

int64_t clock_now(void);

#endif
