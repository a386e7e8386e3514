/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The maps of the tracing object. */
#ifndef TCPLIFE_TRACE_MAPS_H
#define TCPLIFE_TRACE_MAPS_H

#include <stdbool.h>

struct bpf_map;
struct bpf_object;
struct config;
struct facts;
struct limits;
struct trace_request;

/* Borrowed from the object; NULL if its generation has no such map. */
struct maps {
	struct bpf_map *sessions, *primary, *tuples, *held, *losses;
	struct bpf_map *local_ports, *remote_ports, *pids;
	struct bpf_map *records, *slots, *slot_positions;
	struct bpf_map *constants; /* the configuration as constants */
	struct bpf_map *settings;  /* or as an array with one element */
};

/* Finds all maps of an open object by name. */
void maps_find(struct maps *maps, const struct bpf_object *object);

/* Whether the kernel allocates memory for sessions as they come, not for all at the start. */
bool maps_grow(const struct facts *facts);

/* Call it before loading: sizes the maps and sets constants. Returns 0 or -errno. */
int maps_size(const struct maps *maps, const struct config *config, const struct limits *limits,
	      const struct trace_request *request, const struct facts *facts);

/* Call it after loading: fills in the filters and the configuration. Returns 0 or -errno. */
int maps_fill(const struct maps *maps, const struct config *config,
	      const struct trace_request *request);

#endif
