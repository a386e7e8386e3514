/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the records go: standard output, or a file that log rotation may take away. */
#ifndef TCPLIFE_OUTLET_H
#define TCPLIFE_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What outlet_reopen() opens a file with; access for the owner and, reading only, the group. */
#define OUTLET_FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define OUTLET_MODE  0640

struct outlet;

/* Onto a descriptor, which is borrowed. Returns NULL with errno set on failure. */
struct outlet *outlet_of(int fd);

/*
 * Opens or makes the file, to append to it. If its last line has no end, one is written. The name
 * is borrowed. Returns NULL on failure, with one line in why that tells the cause and the remedy.
 */
struct outlet *outlet_open(const char *name, char *why, size_t size);
void outlet_free(struct outlet *o);

/* As write(2); fails with EAGAIN instead of blocking. */
ssize_t outlet_write(struct outlet *o, const void *from, size_t size);

/*
 * Opens the file of that name in its folder anew, and makes it if need be: the folder was opened
 * at the start, and no capability is needed but what the file's owner may do. On failure, returns
 * -errno and goes on with the old file.
 */
int outlet_reopen(struct outlet *o);

/* To be polled. */
int outlet_fd(const struct outlet *o);
/*
 * Whether what is written next stands at the top: of a file, if it is new or was truncated; of a
 * descriptor, until something was written.
 */
bool outlet_is_fresh(const struct outlet *o);
/* "standard output", or the file's name. */
const char *outlet_name(const struct outlet *o);

#endif
