// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "limits.h"

#include <unistd.h>

#include "bpf/primary.h"
#include "bpf/slots.h"

#define SESSION_BYTES	200 /* of a session in the kernel's map, at most */
#define SESSIONS_LEAST	(1U << 15)
#define SESSIONS_PLENTY (1U << 18) /* the default, unless these take a quarter of the memory */
#define SESSIONS_MOST	(1U << 20)
#define SESSIONS_SHARE	4 /* at most 1/4 of the memory */
#define SESSIONS_MORE_SHARE \
	256 /* at most 1/256 for more than that: the table takes time at startup */
#define PRIMARY_SHARE	    512 /* at most 1/512 for the table in front, which is preallocated */
#define PRIMARY_SHARE_ASKED 128 /* at most 1/128 if a number of sessions is requested */
#define PRIMARY_FEWEST	    (1U << 16) /* for smaller requested numbers the limit is exact */
#define BUFFER_LEAST	    (1U << 20)
#define BUFFER_MOST	    (8U << 20) /* 58,000 sessions ending at once */
#define BUFFER_SHARE	    256

static uint32_t sessions_for(uint64_t memory, bool grows)
{
	uint32_t sessions = SESSIONS_PLENTY;

	while (sessions > SESSIONS_LEAST && !grows &&
	       (uint64_t)sessions * SESSION_BYTES > memory / SESSIONS_SHARE)
		sessions /= 2;
	while (sessions < SESSIONS_MOST && grows &&
	       2 * (uint64_t)sessions * SESSION_BYTES <= memory / SESSIONS_MORE_SHARE)
		sessions *= 2;
	return sessions;
}

/* memory: the most it may take, in bytes; sessions: the most that are useful. */
static uint32_t primary_for(uint64_t memory, uint64_t sessions)
{
	uint32_t sets = 1;

	while (2 * (uint64_t)sets * PRIMARY_WAYS <= sessions &&
	       2 * (uint64_t)sets * sizeof(struct primary_set) <= memory)
		sets *= 2;
	return sets;
}

static uint32_t buffer_for(uint64_t memory)
{
	uint32_t bytes = BUFFER_LEAST;

	while (bytes < BUFFER_MOST && 2 * (uint64_t)bytes <= memory / BUFFER_SHARE)
		bytes *= 2;
	return bytes;
}

/* Rounds up to a power of two and at least a page. */
static uint32_t buffer_of(uint32_t kb)
{
	uint32_t bytes = (uint32_t)sysconf(_SC_PAGESIZE);

	while (bytes < (uint64_t)kb << 10)
		bytes *= 2;
	return bytes;
}

static uint32_t slots_for(uint32_t records, unsigned int cpus)
{
	uint32_t slots = 1;

	while (slots < records + cpus * SLOTS_SPARE)
		slots *= 2;
	return slots;
}

struct limits limits_for(uint64_t memory, unsigned int cpus, uint32_t sessions, uint32_t buffer_kb,
			 bool grows)
{
	const uint32_t most = sessions ? sessions : sessions_for(memory, grows);
	/* A user who requests a number has that many: few sets shall be full. */
	const uint32_t sets =
		most < PRIMARY_FEWEST ? 0
		: sessions ? primary_for(memory / PRIMARY_SHARE_ASKED, 2 * (uint64_t)most)
			   : primary_for(memory / PRIMARY_SHARE, most);
	const uint32_t bytes = buffer_kb ? buffer_of(buffer_kb) : buffer_for(memory);
	const uint32_t records = bytes / sizeof(struct slot);

	return (struct limits){
		.sessions = most,
		.primary_sets = sets,
		.overflow_sessions =
			sets && (uint64_t)sets * PRIMARY_WAYS >= most / 4 * 3 ? most / 2 : most,
		.buffer_bytes = bytes,
		.slot_count = slots_for(records, cpus),
		.slot_limit = records,
	};
}

uint32_t limits_sessions(const struct limits *limits)
{
	return limits->primary_sets * PRIMARY_WAYS + limits->overflow_sessions;
}
