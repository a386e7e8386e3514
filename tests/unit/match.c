// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Fields are found in samples of known values, and are not found in bad samples. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/order.h"
#include "bpf/tcp_state.h"
#include "check.h"
#include "probe-select/match.h"

#define RECEIVED_AT 1000
#define ACKED_AT    1048
#define SAMPLES	    4

static struct samples *samples;
static struct layout layout;

static void put(struct sample *sample, int at, uint64_t value, int bytes)
{
	order_store(sample->memory + at, value, (size_t)bytes);
}

/* Type and protocol as since 5.6. */
static void put_protocol(struct sample *sample, int at)
{
	put(sample, at, SOCK_STREAM, 2);
	put(sample, at + 2, IPPROTO_TCP, 2);
}

static void expect(struct sample *sample, enum layout_field field, uint64_t value)
{
	sample->expected[field].given = true;
	order_store(sample->expected[field].bytes, value, (size_t)layout_field_bytes(field));
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

/* --- threads --------------------------------------------------------------------------------- */

#define COMM_AT	  2984
#define LEADER_AT 2376
#define PARENT_AT 2352
#define THREADS	  3
#define LEADER	  0xffff888012345600
#define PARENT	  0xffff888055555540 /* of the whole process */

static const char *const names[THREADS] = { "tcplife", "0123456789abcde", "edcba9876543210" };

static struct sample *thread_sample(unsigned i)
{
	return &samples->list[SAMPLES + i];
}

/* Makes samples of sockets, then of threads, the leader's first. */
static void threads_make(void)
{
	samples_make();
	samples->count = SAMPLES + THREADS;
	for (unsigned i = 0; i < THREADS; i++) {
		struct sample *sample = thread_sample(i);

		memset(sample->memory, (int)(0x51 + i), sizeof(sample->memory));
		memset(sample->readable, 1, sizeof(sample->readable));
		sample->oldstate = STATE_CLOSE;
		sample->newstate = STATE_SYN_SENT;
		sample->task = LEADER + 0x4000 * i;
		strcpy((char *)sample->memory + COMM_AT, names[i]);
		put(sample, LEADER_AT, LEADER, 8);
		put(sample, PARENT_AT, PARENT, 8);
		expect(sample, FIELD_LEADER, LEADER);
		sample->expected[FIELD_COMM].given = true;
		strcpy((char *)sample->expected[FIELD_COMM].bytes, names[i]);
	}
}

static void test_threads(void)
{
	threads_make();
	/* The rest of a longer name may follow the leader's. */
	CHECK(thread_sample(0)->memory[COMM_AT + 8] == 0x51);
	CHECK(match() == 0);
	CHECK(layout.offset[FIELD_COMM] == COMM_AT);
	CHECK(layout.offset[FIELD_LEADER] == LEADER_AT);
	CHECK(layout_has_leader(&layout));
	CHECK(layout.offset[FIELD_BYTES_RECEIVED] == RECEIVED_AT);
}

/* The protocol is looked for in sockets only. */
static void test_threads_have_no_protocol(void)
{
	threads_make();
	for (unsigned i = 0; i < SAMPLES; i++)
		put_protocol(&samples->list[i], 532);
	match_fields(&layout, samples);
	CHECK(layout.offset[FIELD_PROTOCOL] == 534);
	CHECK(layout.protocol_bytes == 2);
}

/* TCP's counters, which come after struct sock, may look like type and protocol by chance. */
static void test_protocol_by_chance(void)
{
	samples_make();
	for (unsigned i = 0; i < SAMPLES; i++) {
		put(&samples->list[i], 800, 40000 + i, 2);
		expect(&samples->list[i], FIELD_SPORT, 40000 + i);
		put_protocol(&samples->list[i], 532);
		put_protocol(&samples->list[i], 1400);
	}
	match_fields(&layout, samples);
	CHECK(layout.offset[FIELD_SPORT] == 800);
	CHECK(layout.offset[FIELD_PROTOCOL] == 534);
}

/* Other pointers to the leader, in its own sample or in those of the other threads. */
static void test_pointers_to_the_leader(void)
{
	threads_make();
	put(thread_sample(0), 1200, LEADER, 8);
	for (unsigned i = 1; i < THREADS; i++)
		put(thread_sample(i), 1208, LEADER, 8);
	CHECK(match() == 0);
	CHECK(layout.offset[FIELD_LEADER] == LEADER_AT);
}

static void test_two_leaders(void)
{
	threads_make();
	for (unsigned i = 0; i < THREADS; i++)
		put(thread_sample(i), 1200, LEADER, 8);
	CHECK(match() == 1);
	CHECK(!layout_has(&layout, FIELD_LEADER));
	CHECK(layout.offset[FIELD_COMM] == COMM_AT);
	CHECK(!layout_has_leader(&layout));
}

/* The leader's name must be where the other threads' names are. */
static void test_leader_of_another_name(void)
{
	threads_make();
	strcpy((char *)thread_sample(0)->memory + COMM_AT, "bash");
	CHECK(match() == 1);
	CHECK(!layout_has(&layout, FIELD_COMM));
}

/* The first chunk of a thread's sample is its socket's. */
static void test_name_in_the_socket(void)
{
	threads_make();
	for (unsigned i = 0; i < THREADS; i++) {
		memset(thread_sample(i)->memory + COMM_AT, 0, 16);
		strcpy((char *)thread_sample(i)->memory + 64, names[i]);
	}
	CHECK(match() == 1);
	CHECK(!layout_has(&layout, FIELD_COMM));
}

/* Before 4.8 no thread can be read, so nothing is expected of it and nothing is left to find. */
static void test_threads_unknown(void)
{
	threads_make();
	for (unsigned i = 0; i < THREADS; i++) {
		struct sample *sample = thread_sample(i);

		sample->task = 0;
		memset(sample->readable + 1, 0, sizeof(sample->readable) - 1);
		memset(sample->expected, 0, sizeof(sample->expected));
	}
	CHECK(match() == 0);
	CHECK(!layout_has_leader(&layout));
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
		{ "threads", test_threads },
		{ "threads_have_no_protocol", test_threads_have_no_protocol },
		{ "protocol_by_chance", test_protocol_by_chance },
		{ "pointers_to_the_leader", test_pointers_to_the_leader },
		{ "two_leaders", test_two_leaders },
		{ "leader_of_another_name", test_leader_of_another_name },
		{ "name_in_the_socket", test_name_in_the_socket },
		{ "threads_unknown", test_threads_unknown },
	};
	int result;

	samples = calloc(1, sizeof(*samples));
	result = samples ? check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases)) : 1;
	free(samples);
	return result;
}
