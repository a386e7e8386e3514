/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of the object that traces. */
#ifndef TCPLIFE_TRACE_MAPS_H
#define TCPLIFE_TRACE_MAPS_H

#include <stdbool.h>

struct bpf_map;
struct bpf_object;
struct config;
struct facts;
struct room;
struct trace_request;

/* Handles, borrowed from the object; NULL where its generation has no such map. */
struct maps {
	struct bpf_map *sessions, *near, *ends, *held, *losses;
	struct bpf_map *local_ports, *remote_ports, *pids;
	struct bpf_map *records, *outbox, *outbox_books;
	struct bpf_map *constants; /* the configuration, as constants */
	struct bpf_map *settings;  /* or as an array of one */
};

/* Finds all maps of an object that is open, by name. */
void maps_find(struct maps *maps, const struct bpf_object *object);

/* True if the kernel takes memory for sessions as they come, and not for all at the start. */
bool maps_grow(const struct facts *facts);

/* Before the object is loaded: sizes the maps and sets its constants. Returns 0 or -errno. */
int maps_size(const struct maps *maps, const struct config *config, const struct room *room,
	      const struct trace_request *request, const struct facts *facts);

/* Once it is loaded: fills in what is asked for. Returns 0 or -errno. */
int maps_fill(const struct maps *maps, const struct config *config,
	      const struct trace_request *request);

#endif
