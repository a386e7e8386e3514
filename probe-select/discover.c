// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "discover.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calibrator.h"
#include "facts.h"
#include "layout.h"
#include "match.h"
#include "sampler.h"

/*
 * On a busy machine, packets wait for a processor, and samples are lost when the buffer is full. A
 * rehearsal is then repeated after a pause and with longer timeouts.
 */
#define LIMIT_MS	  10000 /* no rehearsal begins after this */
#define PATIENCE_FIRST_MS 250	/* per state change; on loopback it takes microseconds */
#define PATIENCE_MOST_MS  2000
#define PAUSE_FIRST_MS	  10
#define PAUSE_MOST_MS	  500
#define CLEAN_MOST	  3 /* rehearsals without missed samples; further ones would find nothing new */

/* Fields whose absence users would notice, and what becomes unknown without them. */
static const struct {
	enum layout_field field;
	const char *cost;
} wanted[] = {
	{ FIELD_BYTES_ACKED, "TX" },
	{ FIELD_BYTES_RECEIVED, "RX" },
	{ FIELD_SK_ERR, "END" },
};

/* The result of the rehearsals so far. */
struct search {
	struct calibrator *calibrator;
	struct samples *samples;
	struct layout best; /* of all rehearsals */
	size_t left;	    /* fields that the best layout lacks */
	bool seen;	    /* some sample arrived */
	int error;	    /* of the last rehearsal; 0 or -errno */
};

/*
 * Lists the wanted fields not found, and what becomes unknown without them; "" if there are none.
 */
static void explain_fields(const struct layout *layout, char *why, size_t size)
{
	size_t used = 0;

	*why = 0;
	if (!layout_has_tuple(layout)) {
		snprintf(why, size, "addresses and ports were not found");
		return;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted) && used < size; i++)
		if (!layout_has(layout, wanted[i].field))
			used += (size_t)snprintf(
				why + used, size - used, "%s%s was not found (%s unknown)",
				used ? ", " : "", layout_field_name(wanted[i].field),
				wanted[i].cost);
}

/* Says why wanted fields were not found; "" if all were found. */
static void explain(const struct search *search, bool busy, char *why, size_t size)
{
	char fields[160];

	explain_fields(&search->best, fields, sizeof(fields));
	if (!*fields)
		*why = 0;
	else if (busy)
		snprintf(why, size,
			 "the machine is too busy to find the kernel's layout in %d s: %s: try "
			 "again, with chrt -f 1 tcplife if need be",
			 LIMIT_MS / 1000, fields);
	else if (search->error)
		snprintf(why, size, "no TCP session could be made on loopback: %s",
			 strerror(-search->error));
	else if (!search->seen)
		snprintf(why, size, "no program saw the sessions made on loopback");
	else
		snprintf(why, size, "%s", fields);
}

/* Plays a rehearsal, and keeps its layout if that is better than the best. */
static void play(struct search *search, const struct layout *empty, int patience_ms)
{
	struct layout layout = *empty;
	size_t left;

	search->error = sampler_play(search->samples, search->calibrator, patience_ms);
	left = match_fields(&layout, search->samples);
	search->seen |= search->samples->count > 0;
	if (left < search->left) {
		search->left = left;
		search->best = layout;
	}
}

static void pause_ms(int ms)
{
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&pause, NULL);
}

static int doubled(int value, int most)
{
	return 2 * value < most ? 2 * value : most;
}

/* Whether the last rehearsal could have found more on a quieter machine. */
static bool was_late(const struct search *search)
{
	switch (-search->error) {
	case EAGAIN:
	case EINPROGRESS:
	case ETIMEDOUT:
	case ECONNABORTED:
	case EADDRINUSE:
		return true;
	default:
		return search->samples->missed;
	}
}

/* Plays rehearsals until everything that can be found is found. Returns false if time ran out. */
static bool play_all(struct search *search, const struct layout *empty)
{
	const int64_t deadline_ms = calibrator_now_ms() + LIMIT_MS;
	int patience = PATIENCE_FIRST_MS, pause = PAUSE_FIRST_MS, clean = 0;

	for (;;) {
		play(search, empty, patience);
		if (!search->left)
			return true;
		clean += !was_late(search);
		if (clean == CLEAN_MOST)
			return true;
		if (calibrator_now_ms() + pause >= deadline_ms)
			return false;
		pause_ms(pause);
		patience = doubled(patience, PATIENCE_MOST_MS);
		pause = doubled(pause, PAUSE_MOST_MS);
	}
}

bool discover_layout(struct layout *layout, const struct hook_ops *hook, const struct facts *facts,
		     const struct sources *sources, char *why, size_t size)
{
	struct search search = { .samples = calloc(1, sizeof(*search.samples)), .left = SIZE_MAX };
	bool in_time = true;

	layout->source = LAYOUT_DISCOVERED;
	search.best = *layout;
	if (facts->sys_error) {
		snprintf(
			why, size,
			"nothing was discovered: /sys cannot be read: %s: mount it (mount -t sysfs "
			"sysfs /sys)",
			strerror(facts->sys_error));
		goto out;
	}
	if (search.samples)
		search.calibrator = calibrator_new(hook, facts, sources);
	if (!search.calibrator) {
		snprintf(why, size, "the calibration program does not run: %s", strerror(errno));
		goto out;
	}
	in_time = play_all(&search, layout);
	/* If sessions work but none is seen, the cause is not lack of time. */
	if (!search.error && !search.seen)
		in_time = true;
	*layout = search.best;
	explain(&search, !in_time, why, size);
out:
	calibrator_free(search.calibrator);
	free(search.samples);
	return in_time;
}
