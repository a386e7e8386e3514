/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The calibration program: takes snapshots of sockets with addresses of ours. */
#ifndef TCPLIFE_CALIBRATOR_H
#define TCPLIFE_CALIBRATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "select.h"
#include "snapshots.h"

struct calibrator;

/*
 * Loads and attaches the hook's calibration program. Returns NULL with errno set on failure. Free
 * it with calibrator_free().
 */
struct calibrator *calibrator_new(const struct hook_ops *hook, const struct facts *facts,
				  const struct sources *sources);
/* NULL is allowed. */
void calibrator_free(struct calibrator *calibrator);

/* Makes sockets with this peer address (network order) ours. Returns 0 or -errno. */
int calibrator_own(struct calibrator *calibrator, uint32_t address);
/* Makes no socket ours. */
void calibrator_disown(struct calibrator *calibrator);

/*
 * Waits for the snapshot of a change, as in snapshots_take(), until deadline_ms of
 * calibrator_now_ms(). Returns false if it does not arrive.
 */
bool calibrator_take(struct calibrator *calibrator, const struct state_change *change,
		     int64_t deadline_ms, struct sample *sample);

/* clock_now_ns() in milliseconds. */
int64_t calibrator_now_ms(void);

#endif
