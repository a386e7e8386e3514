// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The memory for tracing on various machines. */
#include "trace/limits.h"

#include "bpf/slots.h"

#include "check.h"

#define MB (1ull << 20)
#define GB (1ull << 30)

static uint32_t sessions(uint64_t memory, bool grows)
{
	return limits_for(memory, 2, 0, 0, grows).sessions;
}

static uint32_t buffer(uint64_t memory)
{
	return limits_for(memory, 2, 0, 0, true).buffer_bytes;
}

static void test_sessions(void)
{
	/* If memory is allocated as sessions come. */
	CHECK(sessions(0, true) == 262144);
	CHECK(sessions(128 * MB, true) == 262144);
	CHECK(sessions(4 * GB, true) == 262144);
	CHECK(sessions(24 * GB, true) == 262144);
	CHECK(sessions(32 * GB, true) == 524288);
	CHECK(sessions(64 * GB, true) == 1048576);
	CHECK(sessions(1024 * GB, true) == 1048576);
	/* If it is allocated for all at the start. */
	CHECK(sessions(1024 * GB, false) == 262144);
	CHECK(sessions(1 * GB, false) == 262144);
	CHECK(sessions(256 * MB, false) == 262144);
	CHECK(sessions(128 * MB, false) == 131072);
	CHECK(sessions(0, false) == 32768);
}

static void test_buffer(void)
{
	CHECK(buffer(0) == 1 * MB);
	CHECK(buffer(1 * GB) == 4 * MB);
	CHECK(buffer(1024 * GB) == 8 * MB);
}

/*
 * The table of sets takes 1/512 of the memory and holds no more sessions than are allowed;
 * both are larger if that many are requested.
 */
static void test_tables(void)
{
	struct limits limits = limits_for(24 * GB, 2, 0, 0, true);

	CHECK(limits.primary_sets == 32768 && limits.overflow_sessions == 131072);
	limits = limits_for(24 * GB, 2, 1000000, 0, true);
	CHECK(limits.primary_sets == 262144 && limits.overflow_sessions == 500000);
	limits = limits_for(4 * GB, 2, 1000000, 0, true);
	CHECK(limits.primary_sets == 65536 && limits.overflow_sessions == 1000000);
	limits = limits_for(1 * GB, 2, 0, 0, true);
	CHECK(limits.primary_sets == 4096 && limits.overflow_sessions == 262144);
	limits = limits_for(0, 2, 0, 0, true);
	CHECK(limits.primary_sets == 1);
	/* A small requested number is an exact limit. */
	limits = limits_for(24 * GB, 2, 1000, 0, true);
	CHECK(limits.primary_sets == 0 && limits.overflow_sessions == 1000);
}

static void test_asked(void)
{
	CHECK(limits_for(GB, 2, 8, 0, true).sessions == 8);
	CHECK(limits_for(GB, 2, 16777216, 0, false).sessions == 16777216);
	CHECK(limits_for(GB, 2, 0, 100, true).buffer_bytes == 128 << 10);
	CHECK(limits_for(GB, 2, 0, 1, true).buffer_bytes >= 1024);
	CHECK(limits_for(GB, 2, 0, 1048576, true).buffer_bytes == 1u << 30);
}

/* As many records as the buffer would hold, and a spare slot for each program that may run. */
static void test_outbox(void)
{
	const uint32_t fit = (8 << 20) / sizeof(struct slot);
	struct limits limits = limits_for(24 * GB, 2, 0, 0, true);

	CHECK(limits.slot_limit == fit && limits.slot_count == 65536);
	limits = limits_for(24 * GB, 8192, 0, 0, true);
	CHECK(limits.slot_limit == fit && limits.slot_count == 131072);
	limits = limits_for(24 * GB, 1, 0, 1, true);
	CHECK(limits.slot_limit < 512 && limits.slot_count > limits.slot_limit + 3);
	limits = limits_for(24 * GB, 1024, 0, 1048576, true);
	CHECK(limits.slot_count >= limits.slot_limit + 4096);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "sessions", test_sessions }, { "buffer", test_buffer }, { "tables", test_tables },
		{ "asked", test_asked },       { "slots", test_outbox },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
