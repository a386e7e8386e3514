// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "calibrator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/insns.h"
#include "base/objects.h"
#include "base/perf_attr.h"
#include "attachment.h"
#include "hook.h"

#define PAGES 32 /* per CPU buffer: 20 snapshots */

struct calibrator {
	struct bpf_object *object;
	struct attachment *attachment;
	struct perf_buffer *perf;
	int own_addresses; /* map fd, borrowed */
	struct snapshots *snapshots;
};

int64_t calibrator_now_ms(void)
{
	return clock_now_ns() / 1000000;
}

static enum bpf_perf_event_ret on_event(void *arg, int cpu, struct perf_event_header *header)
{
	struct calibrator *calibrator = arg;
	const char *body = (const char *)(header + 1);
	struct chunk chunk;
	uint32_t size;

	(void)cpu;
	if (header->type != PERF_RECORD_SAMPLE ||
	    header->size < sizeof(*header) + sizeof(size) + sizeof(chunk))
		return LIBBPF_PERF_EVENT_CONT;
	memcpy(&chunk, body + sizeof(size), sizeof(chunk));
	snapshots_add(calibrator->snapshots, &chunk);
	return LIBBPF_PERF_EVENT_CONT;
}

static int program_load(struct calibrator *calibrator, const struct hook_ops *hook,
			const struct facts *facts)
{
	const struct known_insns known = insns_known(facts->exchange, facts->ring_buffer);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "calibrate");
	struct bpf_program *program;
	int result;

	if (!hook->calibrate)
		return -EOPNOTSUPP;

	calibrator->object = object_open(hook->calibrate, &opts);
	if (!calibrator->object)
		return -errno;
	program = bpf_object__next_program(calibrator->object, NULL);
	result = insns_drop_unknown(program, &known);
	if (!result)
		result = bpf_object__load(calibrator->object);
	if (!result)
		calibrator->own_addresses =
			bpf_object__find_map_fd_by_name(calibrator->object, "own_addresses");
	return result;
}

static int buffer_open(struct calibrator *calibrator)
{
	const int map = bpf_object__find_map_fd_by_name(calibrator->object, "chunks");
	struct perf_event_attr attr = perf_attr();

	attr.wakeup_events = 1;
	calibrator->perf = perf_buffer__new_raw(map, PAGES, &attr, on_event, calibrator, NULL);
	return calibrator->perf ? 0 : -errno;
}

static int program_attach(struct calibrator *calibrator, const struct hook_ops *hook,
			  const struct facts *facts, const struct sources *sources)
{
	const struct bpf_program *program = bpf_object__next_program(calibrator->object, NULL);

	calibrator->attachment = hook->attach(program, hook->point, facts, sources);
	return calibrator->attachment ? 0 : -errno;
}

struct calibrator *calibrator_new(const struct hook_ops *hook, const struct facts *facts,
				  const struct sources *sources)
{
	struct calibrator *calibrator = calloc(1, sizeof(*calibrator));
	int result = -ENOMEM;

	if (!calibrator)
		goto failed;
	calibrator->own_addresses = -1;
	calibrator->snapshots = snapshots_new();
	if (!calibrator->snapshots)
		goto failed;
	result = program_load(calibrator, hook, facts);
	if (!result)
		result = buffer_open(calibrator);
	if (!result)
		result = program_attach(calibrator, hook, facts, sources);
	if (!result)
		return calibrator;
failed:
	calibrator_free(calibrator);
	errno = -result;
	return NULL;
}

void calibrator_free(struct calibrator *calibrator)
{
	if (!calibrator)
		return;
	/* So that the program does nothing until it is reaped. */
	calibrator_disown(calibrator);
	attachment_retire(calibrator->attachment);
	perf_buffer__free(calibrator->perf);
	bpf_object__close(calibrator->object);
	snapshots_free(calibrator->snapshots);
	free(calibrator);
}

int calibrator_own(struct calibrator *calibrator, uint32_t address)
{
	const uint32_t one = 1;

	return bpf_map_update_elem(calibrator->own_addresses, &address, &one, BPF_ANY);
}

void calibrator_disown(struct calibrator *calibrator)
{
	uint32_t address = 0;

	/*
	 * No socket has address 0. An unknown key returns the first key, as NULL does since 4.12.
	 */
	while (!bpf_map_get_next_key(calibrator->own_addresses, &address, &address)) {
		bpf_map_delete_elem(calibrator->own_addresses, &address);
		address = 0;
	}
}

bool calibrator_take(struct calibrator *calibrator, const struct state_change *change,
		     int64_t deadline_ms, struct sample *sample)
{
	for (;;) {
		const int64_t left = deadline_ms - calibrator_now_ms();

		perf_buffer__consume(calibrator->perf);
		if (snapshots_take(calibrator->snapshots, change, sample))
			return true;
		if (left <= 0)
			return false;
		perf_buffer__poll(calibrator->perf, (int)left);
	}
}
