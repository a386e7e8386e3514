/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An actor is a process with its own name that runs errands, about one system call each, in the
 * order in which the scenario hands them out. So a scenario reads like a script, nothing depends on
 * timing, and everything that happens is known.
 */
#ifndef WORKLOAD_ACTOR_H
#define WORKLOAD_ACTOR_H

#include <stdint.h>
#include <sys/types.h>

#include "endpoint.h"

#define ACTOR_NAME 16

struct errand;
struct answer;
/* Runs in the actor. Fills in answer->value, and answer->error with a positive errno. */
typedef void errand_fn(const struct errand *in, struct answer *out);

struct errand {
	errand_fn *run;
	const char *what; /* for error texts */
	int fd;
	int number; /* a backlog, an option, another descriptor, ... */
	uint64_t bytes;
	struct endpoint local, remote;
};

struct answer {
	int64_t value;	   /* a descriptor, a count, ... */
	int error;	   /* positive errno; 0: success */
	int64_t tick_ns;   /* when the kernel handled its last tick before the errand */
	int64_t before_ns; /* CLOCK_MONOTONIC before and after the errand */
	int64_t after_ns;
	struct endpoint local, remote; /* of the errand's socket, if it has one */
};

struct actor {
	pid_t pid;
	pid_t ppid; /* of the process that forked it */
	uint32_t uid;
	char name[ACTOR_NAME];
	int channel;	   /* the scenario's end of it */
	int spare[2];	   /* a channel for a child that the actor may fork */
	const char *doing; /* name of the last errand */
};

/* Forks an actor; ends the scenario if that fails. uid 0: stays root. */
void actor_start(struct actor *a, const char *name, uint32_t uid);
/* Makes the actor fork. The child is an actor too, and has all its descriptors. */
void actor_fork(struct actor *parent, struct actor *child, const char *name);

/* Hands out an errand and returns at once. */
void actor_begin(struct actor *a, const struct errand *errand);
/* Waits for the answer. */
struct answer actor_finish(struct actor *a);
/* Does both, whether or not the errand fails. */
struct answer actor_try(struct actor *a, const struct errand *errand);
/* Does both; ends the scenario if the errand fails. */
struct answer actor_do(struct actor *a, const struct errand *errand);
/* Ends the scenario if the errand failed. */
void actor_check(const struct actor *a, const struct answer *answer);

/*
 * Kills the actor and waits until it is gone, descriptors included. Only for actors of
 * actor_start().
 */
void actor_kill(struct actor *a);
/* Makes the actor exit, and waits for that. */
void actor_exit(struct actor *a);

/* Makes all actors exit, including those that actors forked, and waits for that. */
void actors_end(void);

int64_t clock_now(void);

#endif
