/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calibration program: has snapshots taken of the sockets that have addresses of our own. */
#ifndef TCPLIFE_CALIBRATOR_H
#define TCPLIFE_CALIBRATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "select.h"
#include "snapshots.h"

struct calibrator;

/*
 * Loads the hook's calibration program and attaches it. Returns NULL with errno set on failure.
 */
struct calibrator *calibrator_new(const struct hook_ops *hook, const struct facts *facts,
				  const struct sources *sources);
/* NULL is fine. */
void calibrator_free(struct calibrator *calibrator);

/* From now on, sockets whose peer has this address, in network order, are our own. Returns 0 or
 * -errno. */
int calibrator_own(struct calibrator *calibrator, uint32_t address);
/* From now on, none are. */
void calibrator_disown(struct calibrator *calibrator);

/*
 * Waits for the snapshot of a change, as snapshots_take() hands it out, until deadline_ms of
 * CLOCK_MONOTONIC. Returns false if it has not come by then.
 */
bool calibrator_take(struct calibrator *calibrator, const struct state_change *change,
		     int64_t deadline_ms, struct sample *sample);

/* CLOCK_MONOTONIC in milliseconds. */
int64_t calibrator_now_ms(void);

#endif
