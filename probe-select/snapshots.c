// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "snapshots.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/tcp_state.h"

#define SNAPSHOTS_MOST 32 /* more than a rehearsal makes */
#define WHOLE	       ((1u << SNAPSHOT_CHUNKS) - 1)

struct snapshot {
	uint64_t arrived; /* position in order of arrival, from 1; 0: unused */
	uint64_t socket, number, task;
	uint32_t oldstate, newstate;
	uint32_t have; /* bit n: chunk n has arrived */
	bool torn;     /* two chunks contradict each other */
	bool readable[SNAPSHOT_CHUNKS];
	uint8_t memory[SNAPSHOT_CHUNKS * CHUNK_BYTES];
};

struct snapshots {
	uint64_t arrived; /* number so far */
	struct snapshot list[SNAPSHOTS_MOST];
};

struct snapshots *snapshots_new(void)
{
	return calloc(1, sizeof(struct snapshots));
}

void snapshots_free(struct snapshots *snapshots)
{
	free(snapshots);
}

/* Finds or begins the snapshot of a chunk. */
static struct snapshot *snapshot_of(struct snapshots *snapshots, const struct chunk *chunk)
{
	struct snapshot *oldest = snapshots->list;

	for (size_t i = 0; i < SNAPSHOTS_MOST; i++) {
		struct snapshot *s = &snapshots->list[i];

		if (s->arrived && s->socket == chunk->socket && s->number == chunk->number)
			return s;
		if (s->arrived < oldest->arrived)
			oldest = s;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->arrived = ++snapshots->arrived;
	oldest->socket = chunk->socket;
	oldest->number = chunk->number;
	oldest->task = chunk->task;
	oldest->oldstate = chunk->oldstate;
	oldest->newstate = chunk->newstate;
	return oldest;
}

void snapshots_add(struct snapshots *snapshots, const struct chunk *chunk)
{
	struct snapshot *s;
	uint8_t *bytes;

	if (chunk->index >= SNAPSHOT_CHUNKS)
		return;
	s = snapshot_of(snapshots, chunk);
	bytes = s->memory + chunk->index * CHUNK_BYTES;
	if (s->oldstate != chunk->oldstate || s->newstate != chunk->newstate ||
	    s->task != chunk->task)
		s->torn = true;
	if (s->have >> chunk->index & 1 && memcmp(bytes, chunk->bytes, CHUNK_BYTES) != 0)
		s->torn = true;
	s->have |= 1u << chunk->index;
	s->readable[chunk->index] = chunk->readable;
	memcpy(bytes, chunk->bytes, CHUNK_BYTES);
}

static uint16_t number_at(const struct snapshot *s, size_t offset)
{
	uint16_t number;

	memcpy(&number, s->memory + offset, sizeof(number));
	return number;
}

/* Whether the socket has these addresses and ports. On CLOSE it may have given up its port. */
static bool has_tuple(const struct snapshot *s, const struct state_change *change)
{
	const uint16_t lport = number_at(s, SKC_NUM_OFFSET);

	return s->readable[0] && !memcmp(s->memory + SKC_DADDR_OFFSET, &change->raddr, 4) &&
	       !memcmp(s->memory + SKC_RCV_SADDR_OFFSET, &change->laddr, 4) &&
	       ntohs(number_at(s, SKC_DPORT_OFFSET)) == change->rport &&
	       (lport == change->lport || (!lport && change->newstate == STATE_CLOSE));
}

static bool is_of(const struct snapshot *s, const struct state_change *change)
{
	return s->arrived && s->have == WHOLE && !s->torn && s->oldstate == change->oldstate &&
	       s->newstate == change->newstate && has_tuple(s, change);
}

bool snapshots_take(struct snapshots *snapshots, const struct state_change *change,
		    struct sample *sample)
{
	struct snapshot *found = NULL;

	for (size_t i = 0; i < SNAPSHOTS_MOST; i++) {
		struct snapshot *s = &snapshots->list[i];

		if (is_of(s, change) && (!found || s->arrived < found->arrived))
			found = s;
	}
	if (!found)
		return false;
	memset(sample, 0, sizeof(*sample));
	sample->oldstate = found->oldstate;
	sample->newstate = found->newstate;
	sample->task = found->task;
	memcpy(sample->readable, found->readable, sizeof(sample->readable));
	memcpy(sample->memory, found->memory, sizeof(sample->memory));
	found->arrived = 0;
	return true;
}
