// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tracer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "audit.h"
#include "base/memory.h"
#include "base/objects.h"
#include "bpf/conn.h"
#include "bpf/loss.h"
#include "bpf/tuple.h"
#include "footprint.h"
#include "maps.h"
#include "probe-select/facts.h"
#include "probe-select/hook.h"
#include "probe-select/layout.h"
#include "programs.h"
#include "sessions.h"
#include "settings.h"
#include "typed.h"

struct tracer {
	struct bpf_object *object;
	struct maps maps;
	struct programs programs;
	struct reader *reader;
	struct limits limits;
	struct audit *audit; /* NULL: the kernel cannot be asked */
	bool may_miss;	     /* the kernel may skip the change hook without counting that */
	/* Of the last audit. `gone`, whose end was not reported, counts as lost only at the end. */
	struct audit_counts counts;
};

static bool is_attached(const struct tracer *tracer)
{
	return tracer->programs.change_attached;
}

static struct limits limits_of(const struct tracer_request *request)
{
	struct limits limits = limits_for(
		memory_available(), (unsigned int)libbpf_num_possible_cpus(),
		request->asked->max_sessions, request->asked->buffer_kb, maps_grow(request->facts));

	if (!request->candidate->ring || !request->facts->exchange) {
		limits.slot_count = 0;
		limits.primary_sets = 0;
		limits.overflow_sessions = limits.sessions;
	}
	return limits;
}

static int object_open_by_layout(struct tracer *tracer, const struct tracer_request *request,
				 int layout)
{
	const struct hook_ops *hook = request->candidate->hook;
	char path[32];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tcplife", .btf_custom_path = path);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", layout);
	tracer->object = object_open(request->candidate->ring ? hook->ring : hook->perf, &opts);
	if (!tracer->object)
		return -errno;
	maps_find(&tracer->maps, tracer->object);
	return 0;
}

static int object_load(struct tracer *tracer, const struct tracer_request *request,
		       const struct config *config)
{
	const int layout = layout_to_btf_file(request->layout);
	struct typed_handlers handlers;
	int result;

	if (layout < 0)
		return layout;
	typed_register(&handlers, &request->sources->kernel);
	result = object_open_by_layout(tracer, request, layout);
	if (!result)
		result = programs_pick(&tracer->programs, tracer->object, request);
	if (!result)
		result = maps_size(&tracer->maps, config, &tracer->limits, request->asked,
				   request->facts);
	if (!result)
		result = bpf_object__load(tracer->object);
	typed_unregister(&handlers);
	close(layout);
	return result;
}

/* What the user can do about it; "" if unknown. loaded: its programs are loaded. */
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
	case EACCES: /* Debian's strictest level requires CAP_SYS_ADMIN */
		return loaded ? ": set sysctl kernel.perf_event_paranoid to 2, or run it as root"
			      : ": the kernel's verifier rejects it: -v shows its log";
	case ENOSPC:
		return ": tracefs accepts no more kprobe events: remove some (kprobe_events)";
	default:
		return "";
	}
}

static enum why failure_code(int error, bool loaded)
{
	switch (-error) {
	case ENOMEM:
	case E2BIG:
		return WHY_NO_MEMORY;
	case EMFILE:
		return WHY_TOO_MANY_FILES;
	case EACCES:
		return loaded ? WHY_NOT_PERMITTED : WHY_LOAD_FAILS;
	default:
		return WHY_LOAD_FAILS;
	}
}

/* Loads, opens and attaches. Returns 0 or -errno; *step names the step that failed. */
static int bring_up(struct tracer *tracer, const struct tracer_request *request, const char **step)
{
	const struct config config = settings_for(request, &tracer->limits);
	int result;

	*step = "cannot load its program";
	result = object_load(tracer, request, &config);
	if (result)
		return result;
	*step = "cannot fill its maps";
	result = maps_fill(&tracer->maps, &config, request->asked);
	if (result)
		return result;
	*step = "cannot open its buffer";
	tracer->reader = reader_new(&tracer->maps, &tracer->limits, request->candidate->ring);
	if (!tracer->reader)
		return -errno;
	tracer->audit = audit_new(tracer->object, request->candidate->ring, request->facts,
				  request->sources);
	*step = "cannot attach to the accept hook";
	result = programs_attach_accept(&tracer->programs, request);
	if (result)
		return result;
	*step = "cannot attach";
	return programs_attach_change(&tracer->programs, request);
}

/* Makes one attempt with the candidate's accept hook. */
static struct tracer *try_start(const struct tracer_request *request, struct reason *why)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	const char *step;
	int result;

	if (!tracer) {
		reason_set(why, WHY_NO_MEMORY, "%s", strerror(ENOMEM));
		return NULL;
	}
	tracer->limits = limits_of(request);
	tracer->may_miss = request->candidate->hook->misses_quiet;
	result = bring_up(tracer, request, &step);
	if (!result)
		return tracer;
	reason_set(why, failure_code(result, tracer->reader), "%s: %s%s", step, strerror(-result),
		   remedy(result, request->asked, tracer->reader));
	tracer_free(tracer);
	return NULL;
}

struct tracer *tracer_start(const struct tracer_request *request, struct reason *why)
{
	struct candidate *candidate = request->candidate;
	const bool kprobes = facts_have_kprobes(request->facts);
	struct tracer *tracer = try_start(request, why);

	/* Some kernels with BTF lack fexit (arm64 before 6.0). */
	if (!tracer && candidate->accept == ACCEPT_FEXIT && kprobes) {
		candidate->accept = ACCEPT_KRETPROBE;
		tracer = try_start(request, why);
	}
	if (!tracer && candidate->accept != ACCEPT_NONE && candidate->accept != ACCEPT_DESTROY &&
	    candidate->hook->destroy) {
		candidate->accept = ACCEPT_DESTROY;
		tracer = try_start(request, why);
	}
	if (!tracer && candidate->accept != ACCEPT_NONE) {
		candidate->accept = ACCEPT_NONE;
		tracer = try_start(request, why);
	}
	return tracer;
}

int tracer_watch(const struct tracer *tracer, int epoll)
{
	return reader_watch(tracer->reader, epoll);
}

int tracer_next(struct tracer *tracer, const struct record **record)
{
	return reader_next(tracer->reader, record);
}

uint64_t tracer_footprint(const struct tracer *tracer)
{
	return footprint_read(tracer->object);
}

const struct limits *tracer_limits(const struct tracer *tracer)
{
	return &tracer->limits;
}

/*
 * The records sent by the kernel side that never arrived, for buffers in which the kernel drops
 * them.
 */
static int64_t records_lost(const struct tracer *tracer, uint64_t sent)
{
	const uint64_t received = reader_received(tracer->reader);

	if (!sent)
		return 0;
	/* Some may still be waiting; those that the kernel has reported are certainly lost. */
	if (is_attached(tracer))
		return (int64_t)reader_lost(tracer->reader);
	return sent > received ? (int64_t)(sent - received) : 0;
}

int tracer_losses(const struct tracer *tracer, struct losses *losses)
{
	uint64_t counts[LOSS_IN_KERNEL] = {};
	uint64_t *older = &counts[LOSS_PREEXISTING], *full = &counts[LOSS_SESSIONS];
	int result = 0;

	for (uint32_t i = 0; i < LOSS_IN_KERNEL && !result; i++)
		result = bpf_map_lookup_elem(bpf_map__fd(tracer->maps.losses), &i, &counts[i]);
	/*
	 * A session that found the table full ends as one whose beginning was not seen. It is
	 * counted once, and only when it has ended.
	 */
	if (*full > *older)
		*full = *older;
	losses->buffer = (int64_t)counts[LOSS_BUFFER] + records_lost(tracer, counts[LOSS_SENT]);
	losses->sessions = (int64_t)*full;
	losses->preexisting = (int64_t)(*older - *full);
	/*
	 * Their sockets were gone when tracing ended, or another session had replaced them. A
	 * kprobe may be skipped without any trace of that.
	 */
	losses->missed = (int64_t)counts[LOSS_REPLACED];
	if (tracer->counts.gone > 0)
		losses->missed += tracer->counts.gone;
	else if (!losses->missed &&
		 (tracer->counts.gone < 0 || (!tracer->audit && tracer->may_miss)))
		losses->missed = -1;
	return result;
}

static struct sessions sessions_of(const struct tracer *tracer)
{
	const uint32_t sets = tracer->limits.primary_sets;

	return (struct sessions){
		.primary = sets ? bpf_map__fd(tracer->maps.primary) : -1,
		.hash = bpf_map__fd(tracer->maps.sessions),
		.primary_sets = sets,
		.most = tracer->limits.overflow_sessions,
	};
}

static void count_sockets(struct tracer *tracer)
{
	const struct sessions sessions = sessions_of(tracer);

	tracer->counts = audit_count(tracer->audit, &sessions);
}

int64_t tracer_count_open(struct tracer *tracer, bool connecting)
{
	const struct audit_counts *counts = &tracer->counts;

	if (!tracer->audit)
		return -1;
	if (is_attached(tracer)) {
		count_sockets(tracer);
		tracer->counts.gone = 0;
	}
	return connecting || counts->open < 0 ? counts->open : counts->open - counts->connecting;
}

/* Returns 0 if it cannot be read. */
static uint64_t counter(const struct tracer *tracer, uint32_t cause)
{
	uint64_t count = 0;

	bpf_map_lookup_elem(bpf_map__fd(tracer->maps.losses), &cause, &count);
	return count;
}

uint64_t tracer_crowded_out(const struct tracer *tracer)
{
	return counter(tracer, LOSS_SESSIONS);
}

int tracer_each_open(const struct tracer *tracer, tuples_fn *fn, void *arg)
{
	return tuples_each(bpf_map__fd(tracer->maps.tuples), limits_sessions(&tracer->limits), fn,
			   arg);
}

bool tracer_read_open(const struct tracer *tracer, uint64_t key, const struct tuple *tuple,
		      struct record *record)
{
	const struct sessions sessions = sessions_of(tracer);

	return sessions_read(&sessions, key, tuple, record);
}

_Static_assert(TRACER_BATCH == AUDIT_KEYS, "a batch is one question");

unsigned tracer_read_counters(const struct tracer *tracer, const uint64_t *keys,
			      struct record *records, unsigned count)
{
	const struct sessions sessions = sessions_of(tracer);

	return tracer->audit ? audit_update(tracer->audit, &sessions, keys, records, count) : 0;
}

int tracer_next_held(const struct tracer *tracer, uint64_t *key, struct record *record)
{
	const int held = bpf_map__fd(tracer->maps.held);
	int result;

	while (!(result = bpf_map_get_next_key(held, key, key)))
		if (!bpf_map_lookup_elem(held, key, record))
			return 1;
	return result == -ENOENT ? 0 : result;
}

void tracer_detach(struct tracer *tracer)
{
	/* While sessions that end are still removed from the table. */
	if (tracer->audit && is_attached(tracer))
		count_sockets(tracer);
	programs_detach(&tracer->programs);
}

uint64_t tracer_accept_skipped(const struct tracer *tracer)
{
	return programs_accept_skipped(&tracer->programs, counter(tracer, LOSS_ACCEPTS));
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
