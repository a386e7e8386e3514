// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "container.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_DIGITS	  64 /* of most runtimes */
#define ID_DIGITS_SHOWN	  12
#define ID_ABBREVIATED	  32 /* ids of at least this length may be given by their first digits */
#define TASK_DIGITS	  32 /* of an ECS task */
#define BUILD_LETTERS	  25 /* of a container in which BuildKit runs a step */
#define POD_DIGITS	  32 /* of a static pod, whose UID is a hash */
#define POD_DIGITS_DASHED 36

/* Part of a path; not NUL-terminated. */
struct part {
	const char *at;
	size_t length;
};

static bool part_is(struct part p, const char *text)
{
	return strlen(text) == p.length && !memcmp(p.at, text, p.length);
}

static bool part_begins(struct part p, const char *text)
{
	return strlen(text) <= p.length && !memcmp(p.at, text, strlen(text));
}

static bool part_ends(struct part p, const char *text)
{
	const size_t length = strlen(text);

	return length <= p.length && !memcmp(p.at + p.length - length, text, length);
}

static struct part part_without(struct part p, size_t before, size_t after)
{
	return (struct part){ p.at + before, p.length - before - after };
}

/* How many of the characters at the start are in the set. */
static size_t part_span(struct part p, const char *set)
{
	size_t n = 0;

	while (n < p.length && p.at[n] && strchr(set, p.at[n]))
		n++;
	return n;
}

/* Advances to the next component of the path; *p is the one before, at first empty at its start. */
static bool part_next(struct part *p)
{
	p->at += p->length;
	while (*p->at == '/')
		p->at++;
	p->length = strcspn(p->at, "/");
	return p->length;
}

#define HEX_DIGITS "0123456789abcdef"

/* ID, docker-ID.scope, cri-containerd-ID.scope, PODSLICE:cri-containerd:ID, libpod-payload-ID. */
static bool find_digits(struct part p, struct part *id)
{
	if (part_ends(p, ".scope"))
		p = part_without(p, 0, strlen(".scope"));
	if (p.length < ID_DIGITS)
		return false;
	*id = part_without(p, p.length - ID_DIGITS, 0);
	if (part_span(*id, HEX_DIGITS) != ID_DIGITS)
		return false;
	if (p.length == ID_DIGITS)
		return true;
	p = part_without(p, 0, ID_DIGITS);
	/* A monitor serves the container from outside. */
	return (p.at[p.length - 1] == '-' || p.at[p.length - 1] == ':') && !part_ends(p, "conmon-");
}

/* Fargate: TASK-NUMBER in a cgroup TASK. */
static bool find_task(struct part p, struct part parent, struct part *id)
{
	*id = p;
	if (p.length < TASK_DIGITS + 2 || part_span(p, HEX_DIGITS) != TASK_DIGITS ||
	    p.at[TASK_DIGITS] != '-' || parent.length != TASK_DIGITS ||
	    memcmp(p.at, parent.at, TASK_DIGITS) != 0)
		return false;
	p = part_without(p, TASK_DIGITS + 1, 0);
	return part_span(p, "0123456789") == p.length;
}

/* Where the whole component is the id, because of the one above it. */
static bool find_child(struct part p, struct part parent, struct part *id)
{
	*id = p;
	if (part_is(parent, "buildkit"))
		return p.length == BUILD_LETTERS &&
		       part_span(p, HEX_DIGITS "ghijklmnopqrstuvwxyz") == p.length;
	return part_is(parent, "lxc") || part_is(parent, "lxc.payload") ||
	       part_is(parent, "garden") || part_is(parent, "mesos");
}

/* lxc.payload.NAME, systemd-nspawn@NAME.service, machine-NAME.scope. */
static bool find_name(struct part p, struct part parent, struct part *id)
{
	const char *before = NULL, *after = "";

	if (part_begins(p, "lxc.payload.")) {
		before = "lxc.payload.";
	} else if (part_begins(p, "systemd-nspawn@") && part_ends(p, ".service")) {
		before = "systemd-nspawn@";
		after = ".service";
	} else if (part_begins(p, "machine-") && part_ends(p, ".scope") &&
		   part_is(parent, "machine.slice") && !part_begins(p, "machine-qemu")) {
		before = "machine-";
		after = ".scope";
	}
	if (!before || p.length <= strlen(before) + strlen(after))
		return false;
	*id = part_without(p, strlen(before), strlen(after));
	return true;
}

/* Finds the id of the container whose cgroup is the component p below `parent`. */
static bool find_id(struct part p, struct part parent, struct part *id)
{
	return find_digits(p, id) || find_task(p, parent, id) || find_name(p, parent, id) ||
	       find_child(p, parent, id);
}

/* Copies a name in which systemd has escaped characters as \x2d. False if it does not fit. */
static bool copy_unescaped(char to[CONTAINER_ID_SIZE], struct part from)
{
	size_t length = 0;

	while (from.length) {
		size_t taken = 1;
		unsigned byte = (unsigned char)*from.at;

		if (from.length >= 4 && part_begins(from, "\\x") && from.at[2] != '0' &&
		    isxdigit((unsigned char)from.at[2]) && isxdigit((unsigned char)from.at[3])) {
			const char digits[] = { from.at[2], from.at[3], '\0' };

			byte = (unsigned)strtoul(digits, NULL, 16);
			taken = 4;
		}
		if (length == CONTAINER_ID_SIZE - 1)
			return false;
		to[length++] = (char)byte;
		from = part_without(from, taken, 0);
	}
	to[length] = '\0';
	return true;
}

/* podUID, kubepods-burstable-podUID.slice; systemd has underscores for dashes. */
static bool find_pod(struct part p, char pod[CONTAINER_POD_SIZE])
{
	for (; p.length > strlen("pod"); p = part_without(p, 1, 0)) {
		size_t length;

		if (!part_begins(p, "pod"))
			continue;
		length = part_span(part_without(p, 3, 0), HEX_DIGITS "-_");
		if (length != POD_DIGITS && length != POD_DIGITS_DASHED)
			continue;
		for (size_t i = 0; i < length; i++)
			pod[i] = p.at[3 + i];
		for (size_t i = 0; i < length; i++)
			if (pod[i] == '_')
				pod[i] = '-';
		pod[length] = '\0';
		return true;
	}
	return false;
}

/* Whether the component is, or is below, what the kubelet makes for its pods. */
static bool is_kubernetes(const char *path, struct part p)
{
	const char *found = strstr(path, "kubepods");

	return found && found < p.at + p.length;
}

void container_read(struct container *container, const char *path)
{
	struct part p = { path, 0 }, parent = { path, 0 }, id;
	char name[CONTAINER_ID_SIZE];

	container->id[0] = container->pod[0] = '\0';
	for (; part_next(&p); parent = p) {
		if (is_kubernetes(path, p))
			find_pod(p, container->pod);
		if (find_id(p, parent, &id) && copy_unescaped(name, id))
			memcpy(container->id, name, sizeof(name));
	}
}

static bool id_matches(const char *known, const char *id, size_t length)
{
	const size_t known_length = strlen(known);

	if (length > known_length || memcmp(known, id, length) != 0)
		return false;
	return length == known_length || known_length >= ID_ABBREVIATED;
}

bool container_within(const char *path, const char *id, size_t length,
		      char whole[CONTAINER_ID_SIZE])
{
	struct part p = { path, 0 }, parent = { path, 0 }, found;

	for (; part_next(&p); parent = p)
		if (find_id(p, parent, &found) && copy_unescaped(whole, found) &&
		    id_matches(whole, id, length))
			return true;
	return false;
}

void container_label(const char *path, char label[CONTAINER_LABEL_SIZE])
{
	const char *last = strrchr(path, '/');
	struct container container;

	container_read(&container, path);
	if (strlen(container.id) == ID_DIGITS)
		container.id[ID_DIGITS_SHOWN] = '\0';
	if (!container.id[0])
		snprintf(label, CONTAINER_LABEL_SIZE, "%.64s", last && last[1] ? last + 1 : path);
	else
		snprintf(label, CONTAINER_LABEL_SIZE, "%.64s", container.id);
}
