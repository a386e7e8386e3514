/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plays rehearsals and samples their sockets, with the values expected of each session. */
#ifndef TCPLIFE_SAMPLER_H
#define TCPLIFE_SAMPLER_H

#include "sample.h"

struct calibrator;

/*
 * Plays one rehearsal; fills in the samples and the number missed. A state change may take
 * patience_ms, all together four times as long. Returns 0, or -errno if sessions could not be
 * opened or did not go as planned; the samples until then are valid.
 */
int sampler_play(struct samples *samples, struct calibrator *calibrator, int patience_ms);

#endif
