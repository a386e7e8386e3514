/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The errands of actors. Each is complete when the function returns, and ends the scenario if it
 * fails.
 */
#ifndef WORKLOAD_ERRANDS_H
#define WORKLOAD_ERRANDS_H

#include <stdbool.h>

#include "actor.h"

/* Fills in the socket's addresses and ports, as far as known; for errands in other files. */
void errand_tell_tuple(int fd, struct answer *out);
/* Sets the name with prctl(2). */
void errand_rename(struct actor *a, const char *name);

/* Makes a listening socket on the address in *at, and fills in its port. */
int errand_listen(struct actor *a, struct endpoint *at, int backlog);
/* Makes a socket bound to an address; connect(2) chooses the port, unless local->port is set. */
int errand_bind(struct actor *a, const struct endpoint *local);
/* Starts connect(2). The answer's error may be EINPROGRESS or the result. */
struct answer errand_connect(struct actor *a, int fd, const struct endpoint *remote);
/*
 * Connects with TCP Fast Open: `bytes` of payload go with the SYN. value: how many were accepted.
 */
struct answer errand_fast_open(struct actor *a, int fd, const struct endpoint *remote,
			       uint64_t bytes);
/* Waits until connect(2) is over; the answer's error is its result. */
struct answer errand_connected(struct actor *a, int fd);
struct answer errand_accept(struct actor *a, int fd);
/* Accepts a connection that was reset in the queue, and closes it. */
void errand_accept_ended(struct actor *a, int fd);
/* Waits until there is a connection to accept. */
void errand_pending(struct actor *a, int fd);

struct errand errand_for_send(int fd, uint64_t bytes);
struct errand errand_for_receive(int fd, uint64_t bytes);
void errand_send(struct actor *a, int fd, uint64_t bytes);
void errand_receive(struct actor *a, int fd, uint64_t bytes);
/* Waits until the peer has acknowledged all data. */
void errand_await_acked(struct actor *a, int fd);
/* Waits until this many bytes can be read, without reading them. */
void errand_await_unread(struct actor *a, int fd, uint64_t bytes);
/* Reads the peer's FIN. */
void errand_receive_end(struct actor *a, int fd);
/* Waits until the session breaks; returns its errno. */
int errand_await_error(struct actor *a, int fd);
/* Waits until poll(2) reports an error, and clears it by reading SO_ERROR. */
void errand_take_error(struct actor *a, int fd);
/* Waits until TCP_INFO reports this state. */
void errand_await_state(struct actor *a, int fd, int state);

struct answer errand_close(struct actor *a, int fd);
struct answer errand_shutdown(struct actor *a, int fd); /* SHUT_WR */
/* Calls connect(2) with AF_UNSPEC. */
struct answer errand_disconnect(struct actor *a, int fd);
/* Sets SO_LINGER to 0, so that close(2) resets. */
void errand_linger(struct actor *a, int fd);
void errand_option(struct actor *a, int fd, int option, int value); /* an option of IPPROTO_TCP */
/* Silently drops arriving packets, or accepts them again. */
void errand_deafen(struct actor *a, int fd, bool deaf);

/*
 * Passes a descriptor to another process over a socket pair that both have; returns its number
 * there.
 */
int errand_pass(struct actor *from, int fd, struct actor *to, const int post[2]);
/* Starts `count` (at most 8) idle threads with their own names. */
void errand_threads(struct actor *a, int count);
/* Calls close(2) in a thread with this name. */
struct answer errand_close_in_thread(struct actor *a, int fd, const char *name);

#endif
