// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Snapshots assembled from chunks that are foreign, torn, duplicated, in any order, or missing. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "bpf/tcp_state.h"
#include "check.h"
#include "probe-select/snapshots.h"

/* Our client, which closes first. */
static const struct state_change ours = {
	.laddr = 0x0100407f, /* 127.64.0.1 */
	.raddr = 0x0200407f, /* 127.64.0.2 */
	.lport = 40000,
	.rport = 50000,
	.oldstate = STATE_ESTABLISHED,
	.newstate = STATE_FIN_WAIT1,
};

struct source {
	uint64_t socket, number;
	struct state_change change;
	uint8_t fill; /* fills all memory except addresses and ports */
};

static struct chunk chunk_of(const struct source *source, uint32_t index)
{
	const struct state_change *c = &source->change;
	struct chunk chunk = {
		.socket = source->socket,
		.number = source->number,
		.oldstate = c->oldstate,
		.newstate = c->newstate,
		.index = index,
		.readable = 1,
	};
	const uint16_t dport = htons(c->rport);

	memset(chunk.bytes, source->fill, sizeof(chunk.bytes));
	if (index == 0) {
		memcpy(chunk.bytes + SKC_DADDR_OFFSET, &c->raddr, 4);
		memcpy(chunk.bytes + SKC_RCV_SADDR_OFFSET, &c->laddr, 4);
		memcpy(chunk.bytes + SKC_DPORT_OFFSET, &dport, 2);
		memcpy(chunk.bytes + SKC_NUM_OFFSET, &c->lport, 2);
	}
	return chunk;
}

static void add(struct snapshots *snapshots, const struct source *source, uint32_t index)
{
	const struct chunk chunk = chunk_of(source, index);

	snapshots_add(snapshots, &chunk);
}

static void add_all(struct snapshots *snapshots, const struct source *source)
{
	for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++)
		add(snapshots, source, i);
}

/* Returns the fill of the sample taken; -1 if there is none. */
static int taken(struct snapshots *snapshots, const struct state_change *change)
{
	static struct sample sample;

	memset(&sample, 0xee, sizeof(sample));
	if (!snapshots_take(snapshots, change, &sample)) {
		CHECK(sample.memory[CHUNK_BYTES] == 0xee);
		return -1;
	}
	CHECK(sample.oldstate == change->oldstate && sample.newstate == change->newstate);
	for (size_t i = 0; i < SNAPSHOT_CHUNKS; i++)
		CHECK(sample.readable[i]);
	for (size_t i = 0; i < LAYOUT_FIELD_COUNT; i++)
		CHECK(!sample.expected[i].given);
	for (size_t i = CHUNK_BYTES; i < sizeof(sample.memory); i++)
		if (sample.memory[i] != sample.memory[CHUNK_BYTES])
			return 1000; /* for two snapshots */
	return sample.memory[CHUNK_BYTES];
}

static void test_whole(void)
{
	struct snapshots *snapshots = snapshots_new();
	const struct source source = { 0x1000, 0, ours, 7 };

	CHECK(taken(snapshots, &ours) == -1);
	add_all(snapshots, &source);
	CHECK(taken(snapshots, &ours) == 7);
	CHECK(taken(snapshots, &ours) == -1);
	snapshots_free(snapshots);
}

/* If one property differs, it is another socket, whichever arrives first. */
static void test_foreign(void)
{
	struct state_change others[6];

	for (int i = 0; i < 6; i++)
		others[i] = ours;
	others[0].laddr++;
	others[1].raddr++;
	others[2].lport++;
	others[3].rport++;
	others[4].oldstate = STATE_CLOSE_WAIT;
	others[5].newstate = STATE_CLOSE;
	for (int i = 0; i < 6; i++) {
		struct snapshots *snapshots = snapshots_new();
		const struct source foreign = { 0x1000, 0, others[i], 8 };
		const struct source own = { 0x2000, 0, ours, 7 };

		add_all(snapshots, &foreign);
		CHECK(taken(snapshots, &ours) == -1);
		add_all(snapshots, &own);
		CHECK(taken(snapshots, &ours) == 7);
		CHECK(taken(snapshots, &ours) == -1);
		snapshots_free(snapshots);
	}
}

/* The port may be 0 only when the socket closes. */
static void test_port_given_up(void)
{
	struct state_change end = ours;
	struct snapshots *snapshots = snapshots_new();
	struct source source = { 0x1000, 0, ours, 7 };

	source.change.lport = 0;
	add_all(snapshots, &source);
	CHECK(taken(snapshots, &ours) == -1);
	end.newstate = source.change.newstate = STATE_CLOSE;
	source.number = 1;
	add_all(snapshots, &source);
	CHECK(taken(snapshots, &end) == 7);
	snapshots_free(snapshots);
}

/* Chunks of many sockets from all processors, mixed and in reverse order. */
static void test_reordered(void)
{
	struct snapshots *snapshots = snapshots_new();
	struct source sources[8];

	for (int i = 0; i < 8; i++) {
		sources[i] = (struct source){ 0x1000 + 64u * (unsigned)i, 0, ours, (uint8_t)i };
		sources[i].change.lport = (uint16_t)(1000 + i);
	}
	for (uint32_t index = SNAPSHOT_CHUNKS; index-- > 0;)
		for (int i = 0; i < 8; i++)
			add(snapshots, &sources[(i * 3 + (int)index) % 8], index);
	for (int i = 7; i >= 0; i--)
		CHECK(taken(snapshots, &sources[i].change) == i);
	snapshots_free(snapshots);
}

/*
 * Two snapshots with the same number, begun at the same time, are distinguished by socket; two of
 * the same socket by number.
 */
static void test_same_number(void)
{
	struct snapshots *snapshots = snapshots_new();
	struct source one = { 0x1000, 5, ours, 1 }, two = { 0x2000, 5, ours, 2 };
	struct source again = { 0x1000, 6, ours, 3 };

	two.change.lport++;
	again.change.newstate = STATE_CLOSE;
	for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
		add(snapshots, &one, i);
		add(snapshots, &two, i);
		add(snapshots, &again, i);
	}
	CHECK(taken(snapshots, &again.change) == 3);
	CHECK(taken(snapshots, &two.change) == 2);
	CHECK(taken(snapshots, &one.change) == 1);
	snapshots_free(snapshots);
}

static void test_duplicated(void)
{
	struct snapshots *snapshots = snapshots_new();
	const struct source source = { 0x1000, 0, ours, 7 };
	const struct source again = { 0x1000, 1, ours, 8 };

	/* Each chunk twice makes one snapshot. */
	for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
		add(snapshots, &source, i);
		add(snapshots, &source, i);
	}
	CHECK(taken(snapshots, &ours) == 7);
	CHECK(taken(snapshots, &ours) == -1);
	/* The whole snapshot twice: the first one counts. */
	add_all(snapshots, &source);
	add_all(snapshots, &again);
	CHECK(taken(snapshots, &ours) == 7);
	snapshots_free(snapshots);
}

/* Chunks with the same name that contradict each other are useless. */
static void test_torn(void)
{
	struct snapshots *snapshots = snapshots_new();
	const struct source source = { 0x1000, 0, ours, 7 };
	struct source other = { 0x1000, 0, ours, 8 };

	add_all(snapshots, &source);
	add(snapshots, &other, 3);
	CHECK(taken(snapshots, &ours) == -1);
	other.number = 1;
	other.change.newstate = STATE_CLOSE;
	for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
		other.change.oldstate = i == 9 ? STATE_LAST_ACK : STATE_ESTABLISHED;
		add(snapshots, &other, i);
	}
	other.change.oldstate = STATE_ESTABLISHED;
	CHECK(taken(snapshots, &other.change) == -1);
	snapshots_free(snapshots);
}

/* A thread's snapshot has its address, the same in all chunks. */
static void test_task(void)
{
	struct source source = { 0x1000, 0, ours, 7 };
	struct snapshots *snapshots = snapshots_new();
	struct sample *sample = calloc(1, sizeof(*sample));
	struct chunk chunk;

	source.change.oldstate = STATE_CLOSE;
	source.change.newstate = STATE_SYN_SENT;
	for (; source.number < 2; source.number++) {
		for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
			chunk = chunk_of(&source, i);
			chunk.task = 0xffff888012345600 + (i < 5 ? source.number : 0);
			snapshots_add(snapshots, &chunk);
		}
	}
	CHECK(snapshots_take(snapshots, &source.change, sample));
	CHECK(sample->task == 0xffff888012345600);
	CHECK(taken(snapshots, &source.change) == -1);
	free(sample);
	snapshots_free(snapshots);
}

/* A snapshot that lacks a chunk is not used, and does not occupy memory for ever. */
static void test_lost(void)
{
	struct snapshots *snapshots = snapshots_new();
	struct source source = { 0x1000, 0, ours, 7 };
	struct chunk chunk;

	for (uint32_t lost = 0; lost < SNAPSHOT_CHUNKS; lost++, source.number++)
		for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++)
			if (i != lost)
				add(snapshots, &source, i);
	CHECK(taken(snapshots, &ours) == -1);
	for (int i = 0; i < 100; i++, source.number++)
		add(snapshots, &source, 0);
	add_all(snapshots, &source);
	CHECK(taken(snapshots, &ours) == 7);
	/* An index out of range. */
	chunk = chunk_of(&source, 0);
	chunk.index = SNAPSHOT_CHUNKS;
	snapshots_add(snapshots, &chunk);
	CHECK(taken(snapshots, &ours) == -1);
	snapshots_free(snapshots);
}

/* Unreadable memory is marked as such; a snapshot without addresses and ports belongs to nobody. */
static void test_unreadable(void)
{
	struct snapshots *snapshots = snapshots_new();
	struct source source = { 0x1000, 0, ours, 7 };
	struct sample *sample = calloc(1, sizeof(*sample));
	struct chunk chunk;

	for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
		chunk = chunk_of(&source, i);
		chunk.readable = i != 15;
		snapshots_add(snapshots, &chunk);
	}
	CHECK(snapshots_take(snapshots, &ours, sample));
	CHECK(sample->readable[14] && !sample->readable[15]);
	source.number++;
	add_all(snapshots, &source);
	chunk = chunk_of(&source, 0);
	chunk.readable = 0;
	snapshots_add(snapshots, &chunk);
	CHECK(!snapshots_take(snapshots, &ours, sample));
	free(sample);
	snapshots_free(snapshots);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "whole", test_whole },
		{ "foreign", test_foreign },
		{ "port_given_up", test_port_given_up },
		{ "reordered", test_reordered },
		{ "same_number", test_same_number },
		{ "duplicated", test_duplicated },
		{ "torn", test_torn },
		{ "task", test_task },
		{ "lost", test_lost },
		{ "unreadable", test_unreadable },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
