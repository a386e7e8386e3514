// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "maps.h"

#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/config.h"
#include "probe-select/facts.h"
#include "request.h"
#include "limits.h"

#define HELD_MOST	  65536
#define HELD_MOST_AT_ONCE 16384 /* where memory for all is allocated at the start */

void maps_find(struct maps *maps, const struct bpf_object *object)
{
	const struct {
		const char *name;
		struct bpf_map **map;
	} names[] = {
		{ "sessions", &maps->sessions },
		{ "primary", &maps->primary },
		{ "tuples", &maps->tuples },
		{ "held", &maps->held },
		{ "losses", &maps->losses },
		{ "local_ports", &maps->local_ports },
		{ "remote_ports", &maps->remote_ports },
		{ "pids", &maps->pids },
		{ "records", &maps->records },
		{ "slots", &maps->slots },
		{ ".bss.slots", &maps->slot_positions },
		{ ".rodata.config", &maps->constants },
		{ "settings", &maps->settings },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		*names[i].map = bpf_object__find_map_by_name(object, names[i].name);
}

/* Safe in any context since 6.1. */
bool maps_grow(const struct facts *facts)
{
	return facts->version >= KERNEL_VERSION_CODE(6, 1, 0);
}

/* Sizes a map with an entry per session. */
static int size_for_sessions(struct bpf_map *map, uint32_t count, bool grows)
{
	const int result = bpf_map__set_max_entries(map, count);

	return !result && grows ? bpf_map__set_map_flags(map, BPF_F_NO_PREALLOC) : result;
}

/* How many records may wait for the process that closes the socket. */
static uint32_t held_most(const struct limits *limits, bool grows)
{
	const uint32_t most = grows ? HELD_MOST : HELD_MOST_AT_ONCE;

	return limits->sessions < most ? limits->sessions : most;
}

/* Sizes what only the ring buffer generation has. */
static int size_for_ring(const struct maps *maps, const struct config *config,
			 const struct limits *limits)
{
	const uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	int result = 0;

	if (config->primary_sets)
		result = bpf_map__set_max_entries(maps->primary, config->primary_sets);
	if (!result && config->slot_count)
		result = bpf_map__set_max_entries(maps->slots, config->slot_count);
	if (!result)
		result = bpf_map__set_max_entries(maps->records,
						  config->slot_count ? page : limits->buffer_bytes);
	return result ? result
		      : bpf_map__set_initial_value(maps->constants, config, sizeof(*config));
}

int maps_size(const struct maps *maps, const struct config *config, const struct limits *limits,
	      const struct trace_request *request, const struct facts *facts)
{
	const bool grows = maps_grow(facts);
	int result = size_for_sessions(maps->sessions, limits->overflow_sessions, grows);

	if (!result && config->tuples)
		result = size_for_sessions(maps->tuples, limits_sessions(limits), grows);
	if (!result && config->hold)
		result = size_for_sessions(maps->held, held_most(limits, grows), grows);
	if (!result && config->pids)
		result = bpf_map__set_max_entries(maps->pids, (uint32_t)request->scope->pid_count);
	if (!result && maps->constants)
		result = size_for_ring(maps, config, limits);
	return result;
}

static int fill_ports(const struct bpf_map *map, const struct ports *ports)
{
	int result = 0;

	if (ports_empty(ports))
		return 0;
	for (uint32_t i = 0; i < PORT_WORDS && !result; i++)
		if (ports->words[i])
			result = bpf_map_update_elem(bpf_map__fd(map), &i, &ports->words[i],
						     BPF_ANY);
	return result;
}

static int fill_pids(const struct bpf_map *map, const struct scope *scope)
{
	const uint8_t one = 1;
	int result = 0;

	for (size_t i = 0; i < scope->pid_count && !result; i++)
		result = bpf_map_update_elem(bpf_map__fd(map), &scope->pids[i], &one, BPF_ANY);
	return result;
}

int maps_fill(const struct maps *maps, const struct config *config,
	      const struct trace_request *request)
{
	const struct scope *scope = request->scope;
	const uint32_t zero = 0;
	int result = fill_ports(maps->local_ports, &scope->local_ports);

	if (!result)
		result = fill_ports(maps->remote_ports, &scope->remote_ports);
	if (!result)
		result = fill_pids(maps->pids, scope);
	if (!result && maps->settings)
		result = bpf_map_update_elem(bpf_map__fd(maps->settings), &zero, config, BPF_ANY);
	return result;
}
