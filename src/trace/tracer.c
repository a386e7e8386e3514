// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "audit.h"
#include "probe-select/facts.h"
#include "probe-select/attachment.h"
#include "probe-select/hook.h"
#include "probe-select/layout.h"
#include "bpf/life.h"
#include "session/fields.h"
#include "footprint.h"
#include "insns.h"
#include "base/memory.h"
#include "base/objects.h"
#include "sessions.h"
#include "typed.h"

#define WAKEUP_BYTES	  (1U << 16)
#define HELD_MOST	  65536
#define HELD_MOST_AT_ONCE 16384 /* where the kernel takes memory for all of them at the start */
#define END_MS		  20	/* a program runs for microseconds */

#define DESTROY_POINT	  "tcp_destroy_sock"

struct tracer {
	struct bpf_object *object;
	struct bpf_program *change;
	struct bpf_program *accept; /* NULL: none */
	struct reader *reader;
	struct room room;
	struct bpf_program *second; /* takes what `change` misses; NULL: there is none */
	struct attachment *change_attached;
	struct attachment *second_attached;
	struct attachment *accept_attached;
	struct audit *audit; /* NULL: the kernel cannot be asked */
	bool may_miss;	     /* the kernel may pass the change hook over, and not count it */
	int64_t left_over;   /* sessions whose ends were told to no program, as the audit found;
				or its -errno */
};

static bool is_attached(const struct tracer *tracer)
{
	return tracer->change_attached;
}

static int map_of(const struct tracer *tracer, const char *name)
{
	return bpf_map__fd(bpf_object__find_map_by_name(tracer->object, name));
}

/* The program of the candidate's accept hook; NULL: none. */
static const char *accept_program(const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		return request->sources->kernel.accept_args == 2 ? "accept_fexit_2"
								 : "accept_fexit_4";
	case ACCEPT_KRETPROBE:
		return "accept_kretprobe";
	case ACCEPT_DESTROY:
		return request->candidate->hook->destroy;
	default:
		return NULL;
	}
}

/* Bits of enum known. */
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

static struct config config_of(const struct tracer *tracer, const struct tracer_request *request)
{
	const struct trace_request *asked = request->asked;

	return (struct config){
		.local_ports = !ports_empty(&asked->scope->local_ports),
		.remote_ports = !ports_empty(&asked->scope->remote_ports),
		.pids = asked->scope->pid_count > 0,
		.family = (uint32_t)asked->scope->family,
		.abort_known = layout_has(request->layout, FIELD_SK_ERR),
		.known = known_fields(request->layout),
		.unborn = asked->existing,
		.hold = request->candidate->accept == ACCEPT_DESTROY &&
			layout_has(request->layout, FIELD_SK_FLAGS),
		.ends = asked->open,
		.uid = asked->asks & ASKS_UID,
		.netns = asked->asks & ASKS_NETNS,
		.cgroup = asked->asks & ASKS_CGROUP,
		.ports_at_accept = layout_has(request->layout, FIELD_NUM) &&
				   layout_has(request->layout, FIELD_DPORT),
		.state_at_accept = layout_has(request->layout, FIELD_STATE),
		/* By a helper that is there since then. */
		.task = request->candidate->hook->typed && layout_has_task(request->layout) &&
			request->facts->version >= KERNEL_VERSION_CODE(5, 11, 0),
		.clock = layout_has_clock(request->layout),
		.protocol_mask = !layout_has(request->layout, FIELD_PROTOCOL) ? 0
				 : request->layout->protocol_bytes == 1	      ? 0xff
									      : 0xffff,
		.near_sets = tracer->room.near_sets,
		.outbox_places = tracer->room.outbox_places,
		.outbox_most = tracer->room.outbox_most,
		.wakeup_bytes = tracer->room.buffer_bytes / 4 < WAKEUP_BYTES
					? tracer->room.buffer_bytes / 4
					: WAKEUP_BYTES,
	};
}

/* From 6.1 on, memory is taken as sessions come, and safely so in any context. */
static bool lives_grow(const struct tracer_request *request)
{
	return request->facts->version >= KERNEL_VERSION_CODE(6, 1, 0);
}

static int map_resize(const struct tracer *tracer, const char *name, uint32_t count)
{
	return bpf_map__set_max_entries(bpf_object__find_map_by_name(tracer->object, name), count);
}

/* The maps with an entry a session. */
static int size_for_sessions(const struct tracer *tracer, const struct tracer_request *request,
			     const char *name, uint32_t count)
{
	struct bpf_map *map = bpf_object__find_map_by_name(tracer->object, name);
	int result = map_resize(tracer, name, count);

	if (!result && lives_grow(request))
		result = bpf_map__set_map_flags(map, BPF_F_NO_PREALLOC);
	return result;
}

/* How many records may wait for who closes the socket. */
static uint32_t held_most(const struct tracer *tracer, const struct tracer_request *request)
{
	const uint32_t most = lives_grow(request) ? HELD_MOST : HELD_MOST_AT_ONCE;

	return tracer->room.sessions < most ? tracer->room.sessions : most;
}

/* Sizes maps, picks programs and settles what the ring generation has as constants. */
static int object_configure(struct tracer *tracer, const struct tracer_request *request)
{
	const struct candidate *candidate = request->candidate;
	const struct config config = config_of(tracer, request);
	const struct known_insns known = insns_known(request->facts->exchange, candidate->ring);
	struct bpf_program *program;
	const struct bpf_program *audit;
	struct bpf_map *map;
	int result;

	tracer->change = bpf_object__find_program_by_name(tracer->object, candidate->hook->change);
	if (accept_program(request))
		tracer->accept =
			bpf_object__find_program_by_name(tracer->object, accept_program(request));
	/* A kernel that may pass a program over counts how often. */
	if (candidate->hook->second && request->facts->misses_counted)
		tracer->second =
			bpf_object__find_program_by_name(tracer->object, candidate->hook->second);
	audit = bpf_object__find_program_by_name(
		tracer->object, candidate->ring ? AUDIT_PROGRAM_RING : AUDIT_PROGRAM_PERF);
	bpf_object__for_each_program(program, tracer->object)
		bpf_program__set_autoload(program,
					  program == tracer->change || program == tracer->second ||
						  program == tracer->accept || program == audit);

	result = insns_drop_unknown(tracer->change, &known);
	if (!result)
		result = insns_drop_unknown(tracer->second, &known);
	if (!result)
		result = insns_drop_unknown(tracer->accept, &known);
	if (!result)
		result = size_for_sessions(tracer, request, "sessions", tracer->room.far_sessions);
	if (!result && request->asked->open)
		result = size_for_sessions(tracer, request, "ends", room_lives(&tracer->room));
	if (!result && config.hold)
		result = size_for_sessions(tracer, request, "held", held_most(tracer, request));
	if (!result && request->asked->scope->pid_count)
		result = map_resize(tracer, "pids", (uint32_t)request->asked->scope->pid_count);
	if (!result && config.near_sets)
		result = map_resize(tracer, "near", config.near_sets);
	if (!result && config.outbox_places)
		result = map_resize(tracer, "outbox", config.outbox_places);
	if (!result && candidate->ring) {
		result = map_resize(tracer, "records",
				    config.outbox_places ? (uint32_t)sysconf(_SC_PAGESIZE)
							 : tracer->room.buffer_bytes);
		map = bpf_object__find_map_by_name(tracer->object, ".rodata.config");
		if (!result)
			result = bpf_map__set_initial_value(map, &config, sizeof(config));
	}
	return result;
}

static int object_load(struct tracer *tracer, const struct tracer_request *request)
{
	const struct candidate *candidate = request->candidate;
	const struct object *object =
		candidate->ring ? candidate->hook->ring : candidate->hook->perf;
	char path[32];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tcplife", .btf_custom_path = path);
	int layout = layout_to_btf_file(request->layout), result = 0;
	struct typed_handlers handlers;

	if (layout < 0)
		return layout;
	typed_register(&handlers, &request->sources->kernel);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", layout);
	tracer->object = object_open(object, &opts);
	if (!tracer->object)
		result = -errno;
	if (!result)
		result = object_configure(tracer, request);
	if (!result)
		result = bpf_object__load(tracer->object);
	typed_unregister(&handlers);
	close(layout);
	return result;
}

static int fill_ports(int map, const struct ports *ports)
{
	int result = 0;

	if (ports_empty(ports))
		return 0;
	for (uint32_t i = 0; i < PORT_WORDS && !result; i++)
		if (ports->words[i])
			result = bpf_map_update_elem(map, &i, &ports->words[i], BPF_ANY);
	return result;
}

static int maps_fill(const struct tracer *tracer, const struct tracer_request *request)
{
	const struct scope *scope = request->asked->scope;
	const struct config config = config_of(tracer, request);
	const uint32_t zero = 0;
	const uint8_t one = 1;
	int result = fill_ports(map_of(tracer, "local_ports"), &scope->local_ports);

	if (!result)
		result = fill_ports(map_of(tracer, "remote_ports"), &scope->remote_ports);
	for (size_t i = 0; i < scope->pid_count && !result; i++)
		result =
			bpf_map_update_elem(map_of(tracer, "pids"), &scope->pids[i], &one, BPF_ANY);
	if (!result && !request->candidate->ring)
		result = bpf_map_update_elem(map_of(tracer, "settings"), &zero, &config, BPF_ANY);
	return result;
}

static struct attachment *attach(const struct tracer_request *request,
				 const struct bpf_program *program, const char *point)
{
	return request->candidate->hook->attach(program, point, request->facts, request->sources);
}

static int attach_change(struct tracer *tracer, const struct tracer_request *request)
{
	const char *point = request->candidate->hook->point;

	tracer->change_attached = attach(request, tracer->change, point);
	if (!tracer->change_attached)
		return -errno;
	if (!tracer->second)
		return 0;
	tracer->second_attached = attach(request, tracer->second, point);
	return tracer->second_attached ? 0 : -errno;
}

static int attach_accept(struct tracer *tracer, const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		tracer->accept_attached = attachment_typed(tracer->accept);
		break;
	case ACCEPT_KRETPROBE:
		tracer->accept_attached = attachment_kprobe(tracer->accept, "inet_csk_accept", true,
							    request->facts, request->sources);
		break;
	case ACCEPT_DESTROY:
		tracer->accept_attached = attach(request, tracer->accept, DESTROY_POINT);
		break;
	default:
		return 0;
	}
	return tracer->accept_attached ? 0 : -errno;
}

/* What the user can do about it; "" if nothing is known. loaded: its programs are loaded. */
static const char *remedy(int error, const struct trace_request *asked, bool loaded)
{
	switch (-error) {
	case ENOMEM:
	case E2BIG:
		if (asked->buffer_kb && asked->max_sessions)
			return ": try a smaller --max-sessions or --buffer";
		return asked->buffer_kb ? ": try a smaller --buffer"
					: ": try a smaller --max-sessions";
	case EMFILE:
		return ": allow more open files with ulimit -n";
	case EFBIG:
		return ": allow larger files with ulimit -f";
	case EACCES: /* Debian's own strictest level heeds CAP_SYS_ADMIN only */
		return loaded ? ": set sysctl kernel.perf_event_paranoid to 2, or run it as root"
			      : ": the kernel's verifier refuses it: -v shows what it says";
	case ENOSPC:
		return ": tracefs takes no more kprobe events: remove some (kprobe_events)";
	default:
		return "";
	}
}

/* One attempt with the candidate's accept hook. */
static struct tracer *try_start(const struct tracer_request *request, char *why, size_t size)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	const char *step = "cannot load its program";
	int result = -ENOMEM;

	if (!tracer)
		goto failed;
	tracer->room = room_for(memory_available(), (unsigned int)libbpf_num_possible_cpus(),
				request->asked->max_sessions, request->asked->buffer_kb,
				lives_grow(request));
	if (!request->candidate->ring || !request->facts->exchange) {
		tracer->room.outbox_places = 0;
		tracer->room.near_sets = 0;
		tracer->room.far_sessions = tracer->room.sessions;
	}
	tracer->may_miss = request->candidate->hook->misses_quiet;
	result = object_load(tracer, request);
	if (result)
		goto failed;
	step = "cannot fill its maps";
	result = maps_fill(tracer, request);
	if (result)
		goto failed;
	step = "cannot open its buffer";
	tracer->reader = reader_new(tracer->object, &tracer->room, request->candidate->ring,
				    request->fn, request->arg);
	if (!tracer->reader) {
		result = -errno;
		goto failed;
	}
	tracer->audit = audit_new(tracer->object, request->facts, request->sources);
	step = "cannot attach to the accept hook";
	result = attach_accept(tracer, request);
	if (result)
		goto failed;
	step = "cannot attach";
	result = attach_change(tracer, request);
	if (!result)
		return tracer;
failed:
	snprintf(why, size, "%s: %s%s", step, strerror(-result),
		 remedy(result, request->asked, tracer && tracer->reader));
	tracer_free(tracer);
	return NULL;
}

struct tracer *tracer_start(const struct tracer_request *request, char *why, size_t size)
{
	struct candidate *candidate = request->candidate;
	const bool kprobes = facts_have_kprobes(request->facts);
	struct tracer *tracer = try_start(request, why, size);

	/* fexit is missing on some kernels that have BTF (arm64 before 6.0). */
	if (!tracer && candidate->accept == ACCEPT_FEXIT && kprobes) {
		candidate->accept = ACCEPT_KRETPROBE;
		tracer = try_start(request, why, size);
	}
	if (!tracer && candidate->accept != ACCEPT_NONE && candidate->accept != ACCEPT_DESTROY &&
	    candidate->hook->destroy) {
		candidate->accept = ACCEPT_DESTROY;
		tracer = try_start(request, why, size);
	}
	if (!tracer && candidate->accept != ACCEPT_NONE) {
		candidate->accept = ACCEPT_NONE;
		tracer = try_start(request, why, size);
	}
	return tracer;
}

int tracer_watch(const struct tracer *tracer, int epoll)
{
	return reader_watch(tracer->reader, epoll);
}

int tracer_drain(struct tracer *tracer)
{
	return reader_drain(tracer->reader);
}

uint64_t tracer_footprint(const struct tracer *tracer)
{
	return footprint_read(tracer->object);
}

const struct room *tracer_room(const struct tracer *tracer)
{
	return &tracer->room;
}

/* The records that the kernel side put out and that never came, where the kernel drops them. */
static int64_t records_lost(const struct tracer *tracer, uint64_t sent)
{
	const uint64_t received = reader_received(tracer->reader);

	if (!sent)
		return 0;
	/* Some may still be on their way, but what the kernel has told of is lost for certain. */
	if (is_attached(tracer))
		return (int64_t)reader_lost(tracer->reader);
	return sent > received ? (int64_t)(sent - received) : 0;
}

int tracer_losses(const struct tracer *tracer, struct losses *losses)
{
	uint64_t counts[LOSS_IN_KERNEL] = {};
	uint64_t *unseen = &counts[LOSS_UNBORN], *full = &counts[LOSS_SESSIONS];
	int result = 0;

	for (uint32_t i = 0; i < LOSS_IN_KERNEL && !result; i++)
		result = bpf_map_lookup_elem(map_of(tracer, "losses"), &i, &counts[i]);
	/* A session that found no room ends as one whose beginning was not seen: it is counted
	 * once, and when it has ended. */
	if (*full > *unseen)
		*full = *unseen;
	losses->buffer = (int64_t)counts[LOSS_BUFFER] + records_lost(tracer, counts[LOSS_SENT]);
	losses->sessions = (int64_t)*full;
	losses->unborn = (int64_t)(*unseen - *full);
	/* Their sockets were gone when tracing ended, or others had followed before. A kprobe may
	 * be passed over without a trace. */
	losses->missed = (int64_t)counts[LOSS_ENDS];
	if (tracer->left_over > 0)
		losses->missed += tracer->left_over;
	else if (!losses->missed && (tracer->left_over < 0 || (!tracer->audit && tracer->may_miss)))
		losses->missed = -1;
	return result;
}

static struct sessions sessions_of(const struct tracer *tracer)
{
	const uint32_t sets = tracer->room.near_sets;

	return (struct sessions){
		.near = sets ? map_of(tracer, "near") : -1,
		.hash = map_of(tracer, "sessions"),
		.near_sets = sets,
		.most = tracer->room.far_sessions,
	};
}

static struct record record_of(const struct life *life, const struct ends *ends)
{
	struct record r = {
		.born_ns = life->born_ns,
		.established_ns = life->established_ns,
		.bytes_acked = 0 - life->acked_before,
		.bytes_received = 0 - life->received_before,
		.cgroup_id = life->cgroup_id,
		.pid = life->pid,
		.uid = life->uid,
		.netns = ends->netns,
		.lport = ends->lport,
		.rport = ends->rport,
		.state = life->state,
		.direction = life->direction,
		.owner = life->owner,
	};

	memcpy(r.laddr, ends->laddr, sizeof(r.laddr));
	memcpy(r.raddr, ends->raddr, sizeof(r.raddr));
	memcpy(r.comm, life->comm, sizeof(r.comm));
	return r;
}

uint64_t tracer_crowded_out(const struct tracer *tracer)
{
	const uint32_t cause = LOSS_SESSIONS;
	uint64_t count = 0;

	bpf_map_lookup_elem(map_of(tracer, "losses"), &cause, &count);
	return count;
}

void tracer_lives(const struct tracer *tracer, reader_fn fn, void *arg)
{
	const struct sessions sessions = sessions_of(tracer);
	const int places = map_of(tracer, "ends");
	uint64_t key = 0;

	/* No socket stands at 0: an unknown key gives the first, as NULL does since 4.12. */
	while (!bpf_map_get_next_key(places, &key, &key)) {
		struct life life;
		struct ends ends;

		if (!bpf_map_lookup_elem(places, &key, &ends) &&
		    sessions_find(&sessions, key, &life) && life.born_ns) {
			struct record r;

			life_check_owner(&life, key);
			r = record_of(&life, &ends);
			r.accepted_ns = life_accepted_ns(&life, key);
			fn(arg, &r);
		}
	}
}

int tracer_release(const struct tracer *tracer, reader_fn fn, void *arg)
{
	const int held = map_of(tracer, "held");
	struct record record;
	uint64_t key = 0;
	int result;

	/* No socket stands at 0: an unknown key gives the first, as NULL does since 4.12. */
	while (!(result = bpf_map_get_next_key(held, &key, &key)))
		if (!bpf_map_lookup_elem(held, &key, &record))
			fn(arg, &record);
	return result == -ENOENT ? 0 : result;
}

void tracer_detach(struct tracer *tracer)
{
	/* While those that end are still taken out of the table. */
	if (tracer->audit && is_attached(tracer)) {
		const struct sessions sessions = sessions_of(tracer);

		tracer->left_over = audit_count(tracer->audit, &sessions);
	}
	attachment_close(tracer->change_attached);
	attachment_close(tracer->second_attached);
	attachment_close(tracer->accept_attached);
	tracer->change_attached = tracer->second_attached = tracer->accept_attached = NULL;
	/* An RCU grace period: a program that still runs on another CPU has ended then (4.3). Where
	 * it is refused (nohz_full), programs have time to end. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		poll(NULL, 0, END_MS);
}

void tracer_free(struct tracer *tracer)
{
	if (!tracer)
		return;
	tracer_detach(tracer);
	audit_free(tracer->audit);
	reader_free(tracer->reader);
	bpf_object__close(tracer->object);
	free(tracer);
}
