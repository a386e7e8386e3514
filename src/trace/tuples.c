// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tuples.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#define BATCH 4096 /* the kernel returns whole buckets, so this must exceed the fullest one */

struct batch {
	uint64_t keys[BATCH];
	struct tuple tuples[BATCH];
};

/* Returns 0; -errno; or 1 if the kernel has no batches (before 5.6). */
static int each_in_batches(int map, struct batch *batch, tuples_fn *fn, void *arg)
{
	uint32_t position = 0;
	bool begun = false;
	int result = 0;

	while (!result) {
		uint32_t count = BATCH;

		result = bpf_map_lookup_batch(map, begun ? &position : NULL, &position, batch->keys,
					      batch->tuples, &count, NULL);
		if (result && result != -ENOENT)
			return begun ? result : 1;
		for (uint32_t i = 0; i < count; i++)
			fn(arg, batch->keys[i], &batch->tuples[i]);
		begun = true;
	}
	return 0;
}

/*
 * No socket has address 0. An unknown key returns the first key, as NULL does since 4.12. So does a
 * key removed meanwhile; the limit prevents an endless loop.
 */
static int each_by_key(int map, uint32_t most, tuples_fn *fn, void *arg)
{
	struct tuple tuple;
	uint64_t key = 0;

	for (uint64_t i = 0; i < 2ull * most; i++) {
		const int result = bpf_map_get_next_key(map, &key, &key);

		if (result)
			return result == -ENOENT ? 0 : result;
		if (!bpf_map_lookup_elem(map, &key, &tuple))
			fn(arg, key, &tuple);
	}
	return 0;
}

int tuples_each(int map, uint32_t most, tuples_fn *fn, void *arg)
{
	struct batch *batch = malloc(sizeof(*batch));
	int result;

	if (!batch)
		return -ENOMEM;
	result = each_in_batches(map, batch, fn, arg);
	free(batch);
	return result > 0 ? each_by_key(map, most, fn, arg) : result;
}
