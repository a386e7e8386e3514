// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "match.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bpf/order.h"
#include "bpf/tcp_state.h"

#define SOCKET_BYTES (SOCKET_CHUNKS * CHUNK_BYTES)
#define NET_BYTES    (NET_CHUNKS * CHUNK_BYTES)
#define TASK_BEGIN   CHUNK_BYTES
#define TASK_END     (SNAPSHOT_CHUNKS * CHUNK_BYTES)

/* With fewer samples, a match by chance would be too likely. */
#define SAMPLES_LEAST 2

/* The part of a sample's memory that may contain a field. */
struct region {
	int base;	/* where the structure begins */
	int begin, end; /* offsets in the structure */
};

static const struct region in_socket = { 0, 0, SOCKET_BYTES };
static const struct region in_net = { SOCKET_BYTES, 0, NET_BYTES };
static const struct region in_task = { 0, TASK_BEGIN, TASK_END };

/* How to find a field. */
struct rule {
	enum layout_field field;
	int usual;  /* its offset on all known kernels; if that fails, all are tried */
	bool first; /* take the first of several offsets: copies may follow */
	const struct region *region; /* NULL: in_socket */
	bool (*fits)(const uint8_t *memory, const uint8_t *expected, int bytes);
};

static bool fits_exactly(const uint8_t *memory, const uint8_t *expected, int bytes)
{
	return !memcmp(memory, expected, (size_t)bytes);
}

/* The two lowest flags are known. No kernel uses the upper half. */
static bool fits_flags(const uint8_t *memory, const uint8_t *expected, int bytes)
{
	uint64_t value, wanted;

	memcpy(&value, memory, (size_t)bytes);
	memcpy(&wanted, expected, (size_t)bytes);
	return (value & 3) == wanted && !(value >> 32);
}

/* srtt_us is eight times the round trip time in TCP_INFO. */
static bool fits_srtt(const uint8_t *memory, const uint8_t *expected, int bytes)
{
	uint32_t value, wanted;

	memcpy(&value, memory, (size_t)bytes);
	memcpy(&wanted, expected, (size_t)bytes);
	return value >> 3 == wanted;
}

/* What follows the end of a name may be left over from a longer one. */
static bool fits_name(const uint8_t *memory, const uint8_t *expected, int bytes)
{
	return !strncmp((const char *)memory, (const char *)expected, (size_t)bytes);
}

static const struct rule rules[] = {
	{ FIELD_DADDR, SKC_DADDR_OFFSET, .fits = fits_exactly },
	{ FIELD_RCV_SADDR, SKC_RCV_SADDR_OFFSET, .fits = fits_exactly },
	{ FIELD_DPORT, SKC_DPORT_OFFSET, .fits = fits_exactly },
	{ FIELD_NUM, SKC_NUM_OFFSET, .fits = fits_exactly },
	{ FIELD_FAMILY, 16, .fits = fits_exactly },
	{ FIELD_STATE, SKC_STATE_OFFSET, .fits = fits_exactly },
	{ FIELD_V6_DADDR, 56, .fits = fits_exactly },
	{ FIELD_V6_RCV_SADDR, 72, .fits = fits_exactly },
	{ FIELD_SK_FLAGS, 96, .fits = fits_flags },
	/* The flow used for routing, at a higher offset, contains the port again. */
	{ FIELD_SPORT, OFFSET_UNKNOWN, .first = true, .fits = fits_exactly },
	{ FIELD_SK_ERR, OFFSET_UNKNOWN, .fits = fits_exactly },
	{ FIELD_BYTES_RECEIVED, OFFSET_UNKNOWN, .fits = fits_exactly },
	{ FIELD_BYTES_ACKED, OFFSET_UNKNOWN, .fits = fits_exactly },
	{ FIELD_LINGER2, OFFSET_UNKNOWN, .fits = fits_exactly },
	{ FIELD_SRTT, OFFSET_UNKNOWN, .fits = fits_srtt },
	{ FIELD_NETNS_INUM, OFFSET_UNKNOWN, .region = &in_net, .fits = fits_exactly },
	{ FIELD_COMM, OFFSET_UNKNOWN, .region = &in_task, .fits = fits_name },
	/* All threads have the same, and in the leader's own it is the leader itself. */
	{ FIELD_LEADER, OFFSET_UNKNOWN, .region = &in_task, .fits = fits_exactly },
};

static bool readable(const struct sample *sample, int at, int bytes)
{
	return sample->readable[at / CHUNK_BYTES] &&
	       sample->readable[(at + bytes - 1) / CHUNK_BYTES];
}

static const struct region *region_of(const struct rule *rule)
{
	return rule->region ? rule->region : &in_socket;
}

/* Whether the field may be at this offset, in every sample with an expected value. */
static bool fits_all(const struct rule *rule, const struct samples *samples, int offset)
{
	const int bytes = layout_field_bytes(rule->field);
	const int at = region_of(rule)->base + offset;
	size_t used = 0;

	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->list[i];
		const struct expectation *expected = &sample->expected[rule->field];

		if (!expected->given)
			continue;
		if (!readable(sample, at, bytes) ||
		    !rule->fits(sample->memory + at, expected->bytes, bytes))
			return false;
		used++;
	}
	return used >= SAMPLES_LEAST;
}

static int field_find(const struct rule *rule, const struct samples *samples)
{
	const int bytes = layout_field_bytes(rule->field);
	const struct region *region = region_of(rule);
	const int step = bytes < 8 ? bytes : 8;
	int found = OFFSET_UNKNOWN;

	if (rule->usual != OFFSET_UNKNOWN && fits_all(rule, samples, rule->usual))
		return rule->usual;
	for (int offset = region->begin; offset + bytes <= region->end; offset += step) {
		if (!fits_all(rule, samples, offset))
			continue;
		if (found != OFFSET_UNKNOWN)
			return OFFSET_UNKNOWN; /* ambiguous */
		found = offset;
		if (rule->first)
			break;
	}
	return found;
}

/* A __u16 in memory; a mask of `count` one-bit fields of a byte, after `before` others. */
#define U16_BYTES(x) ORDER_IS_BIG ? 0 : (x), ORDER_IS_BIG ? (x) : 0
#define FLAGS(before, count) \
	(((1 << (count)) - 1) << (ORDER_IS_BIG ? 8 - (before) - (count) : (before)))

/*
 * All our sockets have the same type and protocol, which are adjacent; so they are found together.
 */
struct protocol_form {
	uint8_t bytes[4];
	uint8_t mask[4];
	int at;	   /* offset of the protocol in `bytes` */
	int width; /* size of the protocol in bytes */
	int align; /* of `bytes` */
};

static const struct protocol_form protocol_forms[] = {
	/* Since 6.8: __u16 sk_protocol, sk_type. */
	{ { U16_BYTES(IPPROTO_TCP), U16_BYTES(SOCK_STREAM) }, { 0xff, 0xff, 0xff, 0xff }, 0, 2, 2 },
	/* Since 5.6: __u16 sk_type, sk_protocol. */
	{ { U16_BYTES(SOCK_STREAM), U16_BYTES(IPPROTO_TCP) }, { 0xff, 0xff, 0xff, 0xff }, 2, 2, 2 },
	/*
	 * Before: one byte of flags, the first four of which are 0; one byte of protocol; two of
	 * type.
	 */
	{ { 0, IPPROTO_TCP, U16_BYTES(SOCK_STREAM) }, { FLAGS(0, 4), 0xff, 0xff, 0xff }, 1, 1, 4 },
	/* Before about 4.10 the two first flags are sk_shutdown, which closing sets. */
	{ { 0, IPPROTO_TCP, U16_BYTES(SOCK_STREAM) }, { FLAGS(2, 2), 0xff, 0xff, 0xff }, 1, 1, 4 },
};

static bool fits_form(const struct samples *samples, const struct protocol_form *form, int offset)
{
	size_t used = 0;

	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->list[i];

		if (sample->newstate == STATE_SYN_SENT)
			continue; /* a thread */
		if (!readable(sample, offset, sizeof(form->bytes)))
			return false;
		for (size_t k = 0; k < sizeof(form->bytes); k++)
			if ((sample->memory[offset + (int)k] & form->mask[k]) != form->bytes[k])
				return false;
		used++;
	}
	return used >= SAMPLES_LEAST;
}

/*
 * Uses the first form that matches, if it does so at one offset only. struct sock ends before
 * inet_sport; the counters of TCP, behind it, may look like type and protocol by chance.
 */
static void match_protocol(struct layout *layout, const struct samples *samples)
{
	const int end =
		layout_has(layout, FIELD_SPORT) ? layout->offset[FIELD_SPORT] : SOCKET_BYTES;
	int found = 0;

	layout->offset[FIELD_PROTOCOL] = OFFSET_UNKNOWN;
	for (size_t i = 0; i < sizeof(protocol_forms) / sizeof(*protocol_forms) && !found; i++) {
		const struct protocol_form *form = &protocol_forms[i];

		for (int offset = 0; offset + 4 <= end; offset += form->align)
			if (fits_form(samples, form, offset)) {
				found++;
				layout->offset[FIELD_PROTOCOL] = offset + form->at;
				layout->protocol_bytes = form->width;
			}
	}
	if (found > 1)
		layout->offset[FIELD_PROTOCOL] = OFFSET_UNKNOWN;
}

static bool is_expected(const struct samples *samples, enum layout_field field)
{
	for (size_t i = 0; i < samples->count; i++)
		if (samples->list[i].expected[field].given)
			return true;
	return samples->missed;
}

/* Whether four bytes at this offset are 0 in every sample with an expected value of the field. */
static bool is_quiet(const struct samples *samples, enum layout_field field, int at)
{
	static const uint8_t zero[4];

	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->list[i];

		if (sample->expected[field].given &&
		    (!readable(sample, at, sizeof(zero)) ||
		     memcmp(sample->memory + at, zero, sizeof(zero)) != 0))
			return false;
	}
	return true;
}

/*
 * Fields without sample values are found by their neighbours. skc_hash is between addresses and
 * ports since before 4.4; skc_bound_dev_if follows skc_state; sk_err_soft follows sk_err until 6.7,
 * later a pointer does.
 */
static void match_neighbours(struct layout *layout, const struct samples *samples)
{
	const int daddr = layout->offset[FIELD_DADDR], err = layout->offset[FIELD_SK_ERR];

	if (layout_has(layout, FIELD_DADDR) && layout->offset[FIELD_RCV_SADDR] == daddr + 4 &&
	    layout->offset[FIELD_DPORT] == daddr + 12)
		layout->offset[FIELD_HASH] = daddr + 8;
	if (layout_has(layout, FIELD_DADDR) && layout->offset[FIELD_STATE] == daddr + 18 &&
	    is_quiet(samples, FIELD_STATE, daddr + 20))
		layout->offset[FIELD_BOUND_IF] = daddr + 20;
	if (layout_has(layout, FIELD_SK_ERR) && is_quiet(samples, FIELD_SK_ERR, err + 4))
		layout->offset[FIELD_SK_ERR_SOFT] = err + 4;
}

size_t match_fields(struct layout *layout, const struct samples *samples)
{
	size_t left = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const enum layout_field field = rules[i].field;

		layout->offset[field] = field_find(&rules[i], samples);
		left += !layout_has(layout, field) && is_expected(samples, field);
	}
	match_protocol(layout, samples);
	left += !layout_has(layout, FIELD_PROTOCOL);
	/*
	 * The inode number was read through skc_net at its assumed offset, so that offset is right.
	 */
	layout->offset[FIELD_NET] =
		layout_has(layout, FIELD_NETNS_INUM) ? SKC_NET_OFFSET : OFFSET_UNKNOWN;
	match_neighbours(layout, samples);
	return left;
}
