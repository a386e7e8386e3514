/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Recognizes containers and pods in the paths of cgroups. Each runtime names a container's cgroup
 * in its own way; the table in tests/unit/container.c shows them all.
 */
#ifndef TCPLIFE_CONTAINER_H
#define TCPLIFE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE    128 /* bytes, NUL included; a longer name is not recognized */
#define CONTAINER_POD_SIZE   37
#define CONTAINER_LABEL_SIZE 65

struct container {
	char id[CONTAINER_ID_SIZE];   /* 64 hex digits, or the name in LXC or nspawn; "": none */
	char pod[CONTAINER_POD_SIZE]; /* UID of the Kubernetes pod; "": none */
};

/* Reads the innermost container, and its pod. */
void container_read(struct container *container, const char *path);

/*
 * Whether the path is inside a container with this id; other containers may lie between. The first
 * digits are enough for an id of at least 32 digits. *whole is set to the whole id.
 */
bool container_within(const char *path, const char *id, size_t length,
		      char whole[CONTAINER_ID_SIZE]);

/*
 * A short name of a cgroup: the first twelve digits of a container's id or its whole name, else the
 * last component of the path. Truncates what does not fit.
 */
void container_label(const char *path, char label[CONTAINER_LABEL_SIZE]);

#endif
