/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds fields in samples. Pure: the same samples give the same layout. */
#ifndef TCPLIFE_MATCH_H
#define TCPLIFE_MATCH_H

#include "layout.h"
#include "sample.h"

/*
 * Sets the offset of each field whose expected values stand at one place only, in every sample that
 * has an expectation; the other fields that can be discovered become unknown. Returns how many of
 * these could still be found: those that a sample expects, or that a sample that was missed may
 * have expected.
 */
size_t match_fields(struct layout *layout, const struct samples *samples);

#endif
