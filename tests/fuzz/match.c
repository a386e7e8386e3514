// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Matches any memory of sockets and threads. What is found must agree with every sample, and at no
 * other offset.
 *
 * The input tells the number of samples and what fills them, then plants values: the field, its
 * offset, the samples that expect it, and the samples that contain it.
 */
#include "probe-select/match.h"

#include "fuzz.h"

#define SOCKET_BYTES (SOCKET_CHUNKS * CHUNK_BYTES)
#define SAMPLES	     5
#define PLANTS	     48

struct plant {
	uint8_t field;
	uint8_t expected; /* bit n: sample n expects the field */
	uint8_t there;	  /* bit n: sample n contains the value */
	uint8_t kind;
	uint16_t offset;
	uint8_t bytes[16];
};

/* The base of a field's offsets, the first of them, and the end of the last. */
static size_t field_base(enum layout_field field)
{
	return field == FIELD_NETNS_INUM ? SOCKET_BYTES : 0;
}

static bool is_of_task(enum layout_field field)
{
	return field == FIELD_COMM || field == FIELD_LEADER;
}

/* The first chunk of a thread's sample is its socket's. */
static size_t field_begin(enum layout_field field)
{
	return is_of_task(field) ? CHUNK_BYTES : 0;
}

static size_t field_end(enum layout_field field)
{
	return field == FIELD_NETNS_INUM ? NET_CHUNKS * CHUNK_BYTES
	       : is_of_task(field)	 ? SNAPSHOT_CHUNKS * CHUNK_BYTES
					 : SOCKET_BYTES;
}

/* Fields without a usual offset, which would be tried before others. */
static bool is_searched(enum layout_field field)
{
	return field == FIELD_SK_ERR || field == FIELD_BYTES_RECEIVED ||
	       field == FIELD_BYTES_ACKED || field == FIELD_LINGER2 || field == FIELD_SRTT ||
	       field == FIELD_NETNS_INUM || is_of_task(field);
}

/* Fields found by their values. */
static bool is_discovered(enum layout_field field)
{
	switch (field) {
	case FIELD_DADDR:
	case FIELD_RCV_SADDR:
	case FIELD_DPORT:
	case FIELD_NUM:
	case FIELD_FAMILY:
	case FIELD_STATE:
	case FIELD_V6_DADDR:
	case FIELD_V6_RCV_SADDR:
	case FIELD_SK_FLAGS:
	case FIELD_SPORT: /* the first of several offsets */
		return true;
	default:
		return is_searched(field);
	}
}

/* Fields found from the offsets of others, or by a value that all TCP sockets have. */
static bool is_inferred(enum layout_field field)
{
	return field == FIELD_NET || field == FIELD_PROTOCOL || field == FIELD_HASH ||
	       field == FIELD_BOUND_IF || field == FIELD_SK_ERR_SOFT;
}

/* Reads an integer from memory. */
static uint64_t number_at(const uint8_t *memory, int bytes)
{
	uint64_t number = 0;

	for (int i = 0; i < bytes; i++)
		number |= (uint64_t)memory[i] << 8 * i;
	return number;
}

static bool agrees(enum layout_field field, const uint8_t *memory, const uint8_t *expected)
{
	const int bytes = layout_field_bytes(field);

	switch (field) {
	case FIELD_SK_FLAGS:
		return number_at(memory, 8) >> 32 == 0 &&
		       (number_at(memory, 8) & 3) == number_at(expected, 8);
	case FIELD_SRTT:
		return number_at(memory, 4) / 8 == number_at(expected, 4);
	case FIELD_COMM:
		return !strncmp((const char *)memory, (const char *)expected, 16);
	default:
		return !memcmp(memory, expected, (size_t)bytes);
	}
}

/* Whether at least two samples expect the field, and all of those have it at this offset. */
static bool stands_at(const struct samples *samples, enum layout_field field, size_t offset)
{
	const size_t at = field_base(field) + offset;
	const size_t last = at + (size_t)layout_field_bytes(field) - 1;
	size_t expecting = 0;

	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->list[i];

		if (!sample->expected[field].given)
			continue;
		expecting++;
		if (!sample->readable[at / CHUNK_BYTES] || !sample->readable[last / CHUNK_BYTES] ||
		    !agrees(field, sample->memory + at, sample->expected[field].bytes))
			return false;
	}
	return expecting >= 2;
}

static bool is_expected(const struct samples *samples, enum layout_field field)
{
	for (size_t i = 0; i < samples->count; i++)
		if (samples->list[i].expected[field].given)
			return true;
	return false;
}

static void check_field(const struct samples *samples, const struct layout *layout,
			enum layout_field field)
{
	const size_t bytes = (size_t)layout_field_bytes(field), step = bytes < 8 ? bytes : 8;
	const int found = layout->offset[field];
	size_t matches = 0;

	for (size_t at = field_begin(field);
	     at + bytes <= field_end(field) && is_expected(samples, field); at += step)
		matches += stands_at(samples, field, at);
	if (found == OFFSET_UNKNOWN) {
		MUST(field == FIELD_SPORT ? !matches : matches != 1);
		return;
	}
	MUST(found >= 0 && (size_t)found >= field_begin(field));
	MUST((size_t)found + bytes <= field_end(field));
	MUST(stands_at(samples, field, (size_t)found));
	MUST(matches == 1 || !is_searched(field));
}

static void fill(struct sample *sample, struct input *in)
{
	uint64_t seed = 0, pattern;
	const uint8_t way = input_byte(in), unreadable = input_byte(in);

	input_take(in, &pattern, sizeof(pattern));
	memset(sample, 0, sizeof(*sample));
	for (size_t i = 0; i < sizeof(sample->memory); i += sizeof(seed)) {
		seed = (seed + pattern) * 6364136223846793005u + 1442695040888963407u;
		memcpy(sample->memory + i, way % 2 ? &seed : &pattern, sizeof(seed));
	}
	for (size_t i = 0; i < SNAPSHOT_CHUNKS; i++)
		sample->readable[i] = !(unreadable && i % unreadable == 0);
}

static void plant(struct samples *samples, struct input *in)
{
	struct plant p;
	enum layout_field field;
	size_t bytes, begin, at;

	input_take(in, &p, sizeof(p));
	field = (enum layout_field)(p.field % LAYOUT_FIELD_COUNT);
	bytes = (size_t)layout_field_bytes(field);
	begin = field_begin(field);
	at = field_base(field) + begin + p.offset % (field_end(field) - begin - bytes + 1);
	for (size_t i = 0; i < samples->count; i++) {
		struct sample *sample = &samples->list[i];

		if (p.kind % 4 == 1)
			p.bytes[0]++;
		if (p.expected >> i & 1) {
			sample->expected[field].given = true;
			memcpy(sample->expected[field].bytes, p.bytes, bytes);
		}
		if (p.there >> i & 1)
			memcpy(sample->memory + at, p.bytes, bytes);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct samples samples;
	struct input in = { data, size };
	struct layout layout;

	samples.count = input_byte(&in) % (SAMPLES + 1);
	for (size_t i = 0; i < samples.count; i++)
		fill(&samples.list[i], &in);
	for (int i = 0; i < PLANTS && in.left; i++)
		plant(&samples, &in);
	layout_init(&layout);
	match_fields(&layout, &samples);
	for (int i = 0; i < LAYOUT_FIELD_COUNT; i++) {
		const enum layout_field field = (enum layout_field)i;

		if (is_discovered(field))
			check_field(&samples, &layout, field);
		else if (!is_inferred(field))
			MUST(!layout_has(&layout, field));
	}
	MUST(layout_has(&layout, FIELD_NET) == layout_has(&layout, FIELD_NETNS_INUM));
	return 0;
}
