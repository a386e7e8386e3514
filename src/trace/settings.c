// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "settings.h"

#include "probe-select/facts.h"
#include "probe-select/layout.h"
#include "limits.h"
#include "session/fields.h"
#include "tracer.h"

#define WAKEUP_BYTES (1U << 16)

/* A mask of enum known. */
static uint32_t known_fields(const struct layout *l)
{
	const bool queue = layout_has(l, FIELD_ERROR_QUEUE) && layout_has(l, FIELD_SKB_CB) &&
			   layout_has(l, FIELD_EXTERR_EE);
	const bool linger2 = layout_has(l, FIELD_LINGER2) && layout_has(l, FIELD_SK_FLAGS);

	return (layout_has(l, FIELD_STATE) ? KNOWN_STATE : 0U) |
	       (layout_has(l, FIELD_BOUND_IF) ? KNOWN_SCOPE : 0U) |
	       (layout_has(l, FIELD_HASH) ? KNOWN_HASH : 0U) |
	       (layout_has(l, FIELD_SK_ERR_SOFT) ? KNOWN_SOFT_ERROR : 0U) |
	       (queue ? KNOWN_ERROR_QUEUE : 0U) | (linger2 ? KNOWN_LINGER2 : 0U) |
	       (layout_has_leader(l) ? KNOWN_LEADER : 0U);
}

struct config settings_for(const struct tracer_request *request, const struct limits *limits)
{
	const struct trace_request *asked = request->asked;
	const struct layout *layout = request->layout;

	return (struct config){
		.local_ports = !ports_empty(&asked->scope->local_ports),
		.remote_ports = !ports_empty(&asked->scope->remote_ports),
		.pids = asked->scope->pid_count > 0,
		.family = (uint32_t)asked->scope->family,
		.abort_known = layout_has(layout, FIELD_SK_ERR),
		.known = known_fields(layout),
		.preexisting = asked->existing,
		.hold = request->candidate->accept == ACCEPT_DESTROY &&
			layout_has(layout, FIELD_SK_FLAGS),
		.tuples = asked->open,
		.uid = asked->asks & ASKS_UID,
		.ppid = (asked->asks & ASKS_PPID) && layout_has_parent(layout),
		.netns = asked->asks & ASKS_NETNS,
		.cgroup = asked->asks & ASKS_CGROUP,
		.ports_at_accept = layout_has(layout, FIELD_NUM) && layout_has(layout, FIELD_DPORT),
		.state_at_accept = layout_has(layout, FIELD_STATE),
		/* since bpf_get_current_task_btf() */
		.task = request->candidate->hook->typed && layout_has_task(layout) &&
			request->facts->version >= KERNEL_VERSION_CODE(5, 11, 0),
		.clock = layout_has_clock(layout),
		.further = request->facts->misses_counted,
		.protocol_mask = !layout_has(layout, FIELD_PROTOCOL) ? 0
				 : layout->protocol_bytes == 1	     ? 0xff
								     : 0xffff,
		.only_netns = layout_has(layout, FIELD_NETNS_INUM) ? asked->netns : 0,
		.primary_sets = limits->primary_sets,
		.slot_count = limits->slot_count,
		.slot_limit = limits->slot_limit,
		.wakeup_bytes = limits->buffer_bytes / 4 < WAKEUP_BYTES ? limits->buffer_bytes / 4
									: WAKEUP_BYTES,
	};
}
