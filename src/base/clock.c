// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)

static int64_t ahead_ns; /* how far our monotonic clock is ahead of the kernel's */
static int64_t tick_ns;

/*
 * timens_offsets describes the namespace of our children. It differs from ours only after
 * unshare(CLONE_NEWTIME) without a fork, before Linux 6.0.
 */
static bool offsets_are_ours(void)
{
	struct stat ours, childrens;

	return !stat("/proc/self/ns/time", &ours) &&
	       !stat("/proc/self/ns/time_for_children", &childrens) &&
	       ours.st_ino == childrens.st_ino;
}

static int64_t in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

/* The coarse clock advances with the tick (kernel/time/timekeeping.c). */
static int64_t read_tick(void)
{
	struct timespec t;

	clock_getres(CLOCK_MONOTONIC_COARSE, &t);
	return in_ns(t);
}

void clock_start(void)
{
	FILE *offsets = offsets_are_ours() ? fopen("/proc/self/timens_offsets", "re") : NULL;
	int64_t seconds, ns;

	ahead_ns = 0;
	tick_ns = read_tick();
	if (!offsets)
		return;
	/* a line "monotonic 100000 0", then a line "boottime ..." */
	if (fscanf(offsets, "monotonic %" SCNd64 " %" SCNd64, &seconds, &ns) == 2)
		ahead_ns = seconds * SECOND_NS + ns;
	fclose(offsets);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return in_ns(t);
}

int64_t clock_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC) - ahead_ns;
}

int64_t clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_tick_ns(void)
{
	return tick_ns;
}
