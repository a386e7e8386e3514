/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where output goes: standard output, or a file that log rotation may move away. */
#ifndef TCPLIFE_OUTLET_H
#define TCPLIFE_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Flags and mode for the file. The owner may read and write it, the group may read it. */
#define OUTLET_FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define OUTLET_MODE  0640

struct outlet;

/* Writes to a descriptor, which is borrowed. Returns NULL with errno set on failure. */
struct outlet *outlet_of(int fd);

/*
 * Opens or creates a file for appending, and completes its last line if that has no newline. The
 * name is borrowed. On failure, returns NULL and writes a line with the cause and the remedy to
 * why.
 */
struct outlet *outlet_open(const char *name, char *why, size_t size);
void outlet_free(struct outlet *o);

/* Like write(2), but fails with EAGAIN instead of blocking. */
ssize_t outlet_write(struct outlet *o, const void *from, size_t size);

/*
 * Opens the file again by its name in the folder opened at the start, creating it if needed. Takes
 * no capability, only the owner's permissions. On failure, returns -errno and keeps the old file.
 */
int outlet_reopen(struct outlet *o);

/* The descriptor, for polling. outlet_reopen() changes it. */
int outlet_fd(const struct outlet *o);
/*
 * Whether the next write comes at the top: of a new or truncated file; of a descriptor to which
 * nothing has been written yet.
 */
bool outlet_is_fresh(const struct outlet *o);
/* Returns "standard output" or the file's name. */
const char *outlet_name(const struct outlet *o);

#endif
