/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plays a rehearsal and samples its sockets: what becomes of each session is known here. */
#ifndef TCPLIFE_SAMPLER_H
#define TCPLIFE_SAMPLER_H

#include "sample.h"

struct calibrator;

/*
 * Plays one rehearsal, and fills in the samples that came of it and how many did not. patience_ms:
 * how long a single state change may take; all together they take no more than four times that.
 * Returns 0, or -errno if the sessions could not be made or did not go as they should, with the
 * samples that came before.
 */
int sampler_play(struct samples *samples, struct calibrator *calibrator, int patience_ms);

#endif
