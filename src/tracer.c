// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tracer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "facts.h"
#include "hook.h"
#include "layout.h"
#include "objects.h"

#define RING_BYTES (1U << 20)
#define RING_WAKEUP_BYTES (1U << 16)

/* Each kind of hook: its object in both generations, and its program. */
static const struct {
	const struct object *ring;
	const struct object *perf; /* NULL: there is none */
	const char *program;
} hooks[HOOKS] = {
	[HOOK_TYPED] = { &object_typed, NULL, "change_typed" },
	[HOOK_CLASSIC] = { &object_classic_ring, &object_classic_perf, "change_classic" },
	[HOOK_KPROBE] = { &object_kprobe_ring, &object_kprobe_perf, "change_kprobe" },
};

static const char *const accept_programs[] = {
	[ACCEPT_FEXIT] = "accept_fexit",
	[ACCEPT_KRETPROBE] = "accept_kretprobe",
};

struct tracer {
	struct bpf_object *object;
	struct bpf_program *change;
	struct bpf_program *accept; /* NULL: none */
	struct reader *reader;
	struct hook_event *change_event; /* where a hook is a perf event */
	struct hook_event *accept_event;
	struct bpf_link *change_link; /* where it is attached by BTF */
	struct bpf_link *accept_link;
};

static int map_of(const struct tracer *tracer, const char *name)
{
	return bpf_map__fd(bpf_object__find_map_by_name(tracer->object, name));
}

static struct config config_of(const struct tracer_request *request)
{
	const struct options *options = request->options;

	return (struct config){
		.local_ports = !ports_empty(&options->local_ports),
		.remote_ports = !ports_empty(&options->remote_ports),
		.pids = options->pid_count > 0,
		.family = (uint32_t)options->family,
		.abort_known = layout_has(request->layout, FIELD_SK_ERR),
		.accept_args = (uint32_t)request->layout->accept_args,
		.unborn = options->existing,
		.wakeup_bytes = RING_WAKEUP_BYTES,
	};
}

/* Sizes maps, picks programs and settles what the ring generation has as constants. */
static int object_configure(struct tracer *tracer, const struct tracer_request *request)
{
	const struct candidate *candidate = request->candidate;
	const struct config config = config_of(request);
	struct bpf_program *program;
	struct bpf_map *map;
	int result;

	tracer->change = bpf_object__find_program_by_name(tracer->object, hooks[candidate->hook].program);
	if (candidate->accept != ACCEPT_NONE)
		tracer->accept = bpf_object__find_program_by_name(tracer->object,
								  accept_programs[candidate->accept]);
	bpf_object__for_each_program(program, tracer->object)
		bpf_program__set_autoload(program, program == tracer->change || program == tracer->accept);

	map = bpf_object__find_map_by_name(tracer->object, "sessions");
	result = bpf_map__set_max_entries(map, request->options->max_sessions);
	/* From 6.1 on, memory is taken as sessions come, and safely so in any context. */
	if (!result && request->facts->version >= KERNEL_VERSION_CODE(6, 1, 0))
		result = bpf_map__set_map_flags(map, BPF_F_NO_PREALLOC);
	map = bpf_object__find_map_by_name(tracer->object, "pids");
	if (!result && request->options->pid_count)
		result = bpf_map__set_max_entries(map, (uint32_t)request->options->pid_count);
	if (!result && candidate->ring) {
		map = bpf_object__find_map_by_name(tracer->object, "records");
		result = bpf_map__set_max_entries(map, RING_BYTES);
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
		candidate->ring ? hooks[candidate->hook].ring : hooks[candidate->hook].perf;
	char path[32];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "tcplife", .btf_custom_path = path);
	int layout = layout_to_btf_file(request->layout), result = 0;

	if (layout < 0)
		return layout;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", layout);
	tracer->object = bpf_object__open_mem(object->bytes, *object->size, &opts);
	if (!tracer->object)
		result = -errno;
	if (!result)
		result = object_configure(tracer, request);
	if (!result)
		result = bpf_object__load(tracer->object);
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
	const struct options *options = request->options;
	const struct config config = config_of(request);
	const uint32_t zero = 0;
	const uint8_t one = 1;
	int result = fill_ports(map_of(tracer, "local_ports"), &options->local_ports);

	if (!result)
		result = fill_ports(map_of(tracer, "remote_ports"), &options->remote_ports);
	for (size_t i = 0; i < options->pid_count && !result; i++)
		result = bpf_map_update_elem(map_of(tracer, "pids"), &options->pids[i], &one, BPF_ANY);
	if (!result && !request->candidate->ring)
		result = bpf_map_update_elem(map_of(tracer, "settings"), &zero, &config, BPF_ANY);
	return result;
}

static int attach_event(struct hook_event *event, const struct bpf_program *program)
{
	return event ? hook_attach(event, program) : -errno;
}

static int attach_link(struct bpf_link **link, const struct bpf_program *program)
{
	*link = bpf_program__attach(program);
	return *link ? 0 : -errno;
}

static int attach_change(struct tracer *tracer, const struct tracer_request *request)
{
	switch (request->candidate->hook) {
	case HOOK_TYPED:
		return attach_link(&tracer->change_link, tracer->change);
	case HOOK_CLASSIC:
		tracer->change_event = hook_open_tracepoint(request->sources, "sock/inet_sock_set_state");
		break;
	default:
		tracer->change_event =
			hook_open_kprobe(request->facts, request->sources, "tcp_set_state", false);
		break;
	}
	return attach_event(tracer->change_event, tracer->change);
}

static int attach_accept(struct tracer *tracer, const struct tracer_request *request)
{
	switch (request->candidate->accept) {
	case ACCEPT_FEXIT:
		return attach_link(&tracer->accept_link, tracer->accept);
	case ACCEPT_KRETPROBE:
		tracer->accept_event =
			hook_open_kprobe(request->facts, request->sources, "inet_csk_accept", true);
		return attach_event(tracer->accept_event, tracer->accept);
	default:
		return 0;
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
	result = object_load(tracer, request);
	if (result)
		goto failed;
	step = "cannot fill its maps";
	result = maps_fill(tracer, request);
	if (result)
		goto failed;
	step = "cannot open its buffer";
	tracer->reader = reader_new(bpf_object__find_map_by_name(tracer->object, "records"),
				    request->candidate->ring, request->fn, request->arg);
	if (!tracer->reader) {
		result = -errno;
		goto failed;
	}
	step = "cannot attach to the accept hook";
	result = attach_accept(tracer, request);
	if (result)
		goto failed;
	step = "cannot attach";
	result = attach_change(tracer, request);
	if (!result)
		return tracer;
failed:
	snprintf(why, size, "%s: %s", step, strerror(-result));
	tracer_free(tracer);
	return NULL;
}

struct tracer *tracer_start(const struct tracer_request *request, char *why, size_t size)
{
	struct candidate *candidate = request->candidate;
	const bool kprobes = request->facts->kprobe_pmu || request->facts->kprobe_events;
	struct tracer *tracer = try_start(request, why, size);

	/* fexit is missing on some kernels that have BTF (arm64 before 6.0). */
	if (!tracer && candidate->accept == ACCEPT_FEXIT && kprobes) {
		candidate->accept = ACCEPT_KRETPROBE;
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

/* Times that the kernel passed a program over (5.12); 0 where it does not say. */
static uint64_t program_missed(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (!program || bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

void tracer_losses(const struct tracer *tracer, struct tracer_losses *losses)
{
	uint64_t counts[LOSS_IN_KERNEL] = {};

	for (uint32_t i = 0; i < LOSS_IN_KERNEL; i++)
		bpf_map_lookup_elem(map_of(tracer, "losses"), &i, &counts[i]);
	losses->buffer = counts[LOSS_BUFFER] + reader_lost(tracer->reader);
	losses->sessions = counts[LOSS_SESSIONS];
	losses->unborn = counts[LOSS_UNBORN];
	losses->missed = program_missed(tracer->change) + program_missed(tracer->accept);
}

void tracer_detach(struct tracer *tracer)
{
	bpf_link__destroy(tracer->change_link);
	bpf_link__destroy(tracer->accept_link);
	hook_close(tracer->change_event);
	hook_close(tracer->accept_event);
	tracer->change_link = tracer->accept_link = NULL;
	tracer->change_event = tracer->accept_event = NULL;
}

void tracer_free(struct tracer *tracer)
{
	if (!tracer)
		return;
	tracer_detach(tracer);
	reader_free(tracer->reader);
	bpf_object__close(tracer->object);
	free(tracer);
}
