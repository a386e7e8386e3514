/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds fields in samples. Pure: the same samples give the same layout. */
#ifndef TCPLIFE_MATCH_H
#define TCPLIFE_MATCH_H

#include "layout.h"
#include "sample.h"

/*
 * Sets the offset of each field whose expected values are at exactly one offset in every sample
 * that expects it; other discoverable fields become unknown. Returns how many of those might still
 * be found: fields that a sample expects, or that a missed sample may have expected.
 */
size_t match_fields(struct layout *layout, const struct samples *samples);

#endif
