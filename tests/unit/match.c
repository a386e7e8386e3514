// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fields are found in samples of known values, and are not found in bad samples. */
#include <stdlib.h>

#include "check.h"
#include "probe-select/match.h"

#define RECEIVED_AT 1000
#define ACKED_AT    1048
#define SAMPLES	    4

static struct samples *samples;
static struct layout layout;

static void put(struct sample *sample, int at, uint64_t value, int bytes)
{
	memcpy(sample->memory + at, &value, (size_t)bytes);
}

static void expect(struct sample *sample, enum layout_field field, uint64_t value)
{
	sample->expected[field].given = true;
	memcpy(sample->expected[field].bytes, &value, sizeof(value));
}

/* Samples of sockets that have both counters, with different values in each. */
static void samples_make(void)
{
	uint32_t noise = 1;

	memset(samples, 0, sizeof(*samples));
	layout_init(&layout);
	samples->count = SAMPLES;
	for (unsigned i = 0; i < SAMPLES; i++) {
		struct sample *sample = &samples->list[i];
		const uint64_t received = 20000 + 777 * i, acked = 30000 + 999 * i;

		for (size_t at = 0; at < sizeof(sample->memory); at++)
			sample->memory[at] =
				(uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
		memset(sample->readable, 1, sizeof(sample->readable));
		put(sample, RECEIVED_AT, received, 8);
		put(sample, ACKED_AT, acked, 8);
		expect(sample, FIELD_BYTES_RECEIVED, received);
		expect(sample, FIELD_BYTES_ACKED, acked);
	}
}

static size_t match(void)
{
	/* The noise does not contain the protocol. */
	return match_fields(&layout, samples) - !layout_has(&layout, FIELD_PROTOCOL);
}

static void test_found(void)
{
	samples_make();
	CHECK(match() == 0);
	CHECK(layout.offset[FIELD_BYTES_RECEIVED] == RECEIVED_AT);
	CHECK(layout.offset[FIELD_BYTES_ACKED] == ACKED_AT);
	/* Fields that no sample expects stay unknown, and do not count as missing. */
	CHECK(!layout_has(&layout, FIELD_SK_ERR));
}

/* The order of samples and duplicates do not matter. */
static void test_reordered_and_duplicated(void)
{
	struct sample swap;

	samples_make();
	swap = samples->list[0];
	samples->list[0] = samples->list[3];
	samples->list[3] = swap;
	samples->list[samples->count++] = samples->list[1];
	CHECK(match() == 0);
	CHECK(layout.offset[FIELD_BYTES_RECEIVED] == RECEIVED_AT);
	CHECK(layout.offset[FIELD_BYTES_ACKED] == ACKED_AT);
}

/* With another socket's memory in a sample, no field is found, rather than a wrong one. */
static void test_foreign(void)
{
	samples_make();
	put(&samples->list[2], RECEIVED_AT, 1234, 8);
	put(&samples->list[2], ACKED_AT, 5678, 8);
	CHECK(match() == 2);
	CHECK(!layout_has(&layout, FIELD_BYTES_RECEIVED));
	CHECK(!layout_has(&layout, FIELD_BYTES_ACKED));
}

/* If a chunk is another socket's, only the fields in it are lost. */
static void test_torn(void)
{
	samples_make();
	memset(samples->list[1].memory + 4 * CHUNK_BYTES, 0x55, CHUNK_BYTES);
	CHECK(match() == 1);
	CHECK(layout.offset[FIELD_BYTES_RECEIVED] == RECEIVED_AT);
	CHECK(!layout_has(&layout, FIELD_BYTES_ACKED));
}

static void test_unreadable(void)
{
	samples_make();
	samples->list[3].readable[ACKED_AT / CHUNK_BYTES] = false;
	CHECK(match() == 1);
	CHECK(!layout_has(&layout, FIELD_BYTES_ACKED));
}

/* A single sample could match by chance. */
static void test_too_few(void)
{
	samples_make();
	samples->count = 1;
	CHECK(match() == 2);
	CHECK(!layout_has(&layout, FIELD_BYTES_RECEIVED));
}

static void test_ambiguous(void)
{
	samples_make();
	for (unsigned i = 0; i < SAMPLES; i++)
		put(&samples->list[i], 1600, 30000 + 999 * i, 8);
	CHECK(match() == 1);
	CHECK(!layout_has(&layout, FIELD_BYTES_ACKED));
}

/* Fields count as missing that only a lost sample may have expected. */
static void test_missed(void)
{
	size_t all;

	samples_make();
	samples->missed = 1;
	all = match();
	CHECK(all > 2);
	CHECK(layout.offset[FIELD_BYTES_RECEIVED] == RECEIVED_AT);
	samples->count = 0;
	CHECK(match() == all + 2);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "found", test_found },
		{ "reordered_and_duplicated", test_reordered_and_duplicated },
		{ "foreign", test_foreign },
		{ "torn", test_torn },
		{ "unreadable", test_unreadable },
		{ "too_few", test_too_few },
		{ "ambiguous", test_ambiguous },
		{ "missed", test_missed },
	};
	int result;

	samples = calloc(1, sizeof(*samples));
	result = samples ? check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases)) : 1;
	free(samples);
	return result;
}
