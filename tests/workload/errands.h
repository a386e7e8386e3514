/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What actors do: each is done when it returns, and ends the scenario if it fails. */
#ifndef WORKLOAD_ERRANDS_H
#define WORKLOAD_ERRANDS_H

#include <stdbool.h>

#include "actor.h"

/* Where a socket's ends are, as far as it can be told: for errands of other files. */
void errand_tell_ends(int fd, struct answer *out);
/* Calls itself so, in prctl(2). */
void errand_rename(struct actor *a, const char *name);

/* A socket that listens; its address and port are in *at, which names the address to take. */
int errand_listen(struct actor *a, struct endpoint *at, int backlog);
/* A socket bound to an address, its port left to connect(2), unless local->port says it. */
int errand_bind(struct actor *a, const struct endpoint *local);
/* connect(2), without waiting for its end. The answer's error may be EINPROGRESS, or the end. */
struct answer errand_connect(struct actor *a, int fd, const struct endpoint *remote);
/* As TCP Fast Open does it: so much payload goes with the SYN. value: how much was taken. */
struct answer errand_fast_open(struct actor *a, int fd, const struct endpoint *remote,
			       uint64_t bytes);
/* Waits until connect(2) has come to its end; error says to which. */
struct answer errand_connected(struct actor *a, int fd);
struct answer errand_accept(struct actor *a, int fd);
/* Accepts a connection that was reset meanwhile, and closes it. */
void errand_accept_ended(struct actor *a, int fd);
/* Waits until a connection could be accepted. */
void errand_pending(struct actor *a, int fd);

struct errand errand_for_send(int fd, uint64_t bytes);
struct errand errand_for_receive(int fd, uint64_t bytes);
void errand_send(struct actor *a, int fd, uint64_t bytes);
void errand_receive(struct actor *a, int fd, uint64_t bytes);
/* Waits until the peer has acknowledged everything. */
void errand_await_acked(struct actor *a, int fd);
/* Waits until so much is there to be read, and leaves it there. */
void errand_await_unread(struct actor *a, int fd, uint64_t bytes);
/* Reads the peer's FIN. */
void errand_receive_end(struct actor *a, int fd);
/* Waits until the session is broken; returns its errno. */
int errand_await_error(struct actor *a, int fd);
/* Waits until poll(2) tells of an error, and takes it away by SO_ERROR. */
void errand_take_error(struct actor *a, int fd);
/* Waits until the socket is in this state of TCP_INFO. */
void errand_await_state(struct actor *a, int fd, int state);

struct answer errand_close(struct actor *a, int fd);
struct answer errand_shutdown(struct actor *a, int fd); /* SHUT_WR */
/* connect(2) to AF_UNSPEC. */
struct answer errand_disconnect(struct actor *a, int fd);
/* SO_LINGER 0: close(2) will reset. */
void errand_linger(struct actor *a, int fd);
void errand_option(struct actor *a, int fd, int option, int value); /* of IPPROTO_TCP */
/* Drops what arrives, without a word, or lets it in again. */
void errand_deafen(struct actor *a, int fd, bool deaf);

/* Passes a descriptor to another process over a socket that both have; returns its number there. */
int errand_pass(struct actor *from, int fd, struct actor *to, const int post[2]);
/* So many threads, at most 8, with names of their own, that do nothing. */
void errand_threads(struct actor *a, int count);
/* close(2) by a thread with this name. */
struct answer errand_close_in_thread(struct actor *a, int fd, const char *name);

#endif
