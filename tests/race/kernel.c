// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define BUFFER_RING
#include "conn.h"

/* Removed nodes are kept, as they are until an RCU grace period ends. */
struct node {
	struct node *next, *removed;
	__u64 key;
	struct conn conn;
};

static struct node *hash, *removed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct node **hash_at(__u64 key)
{
	struct node **at = &hash;

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

unsigned int hash_count(void)
{
	unsigned int count = 0;

	for (const struct node *node = hash; node; node = node->next)
		count++;
	return count;
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	void *value = map_lookup(map, key);
	struct node *found;

	if (value)
		return value;
	pthread_mutex_lock(&lock);
	found = *hash_at(*(const __u64 *)key);
	pthread_mutex_unlock(&lock);
	return found ? &found->conn : NULL;
}

/* Only with BPF_NOEXIST. */
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags)
{
	struct node **at, *node = NULL;

	(void)map;
	if (flags != BPF_NOEXIST)
		abort();
	pthread_mutex_lock(&lock);
	at = hash_at(*(const __u64 *)key);
	if (!*at) {
		node = calloc(1, sizeof(*node));
		if (!node)
			abort();
		node->key = *(const __u64 *)key;
		node->conn = *(const struct conn *)value;
		*at = node;
	}
	pthread_mutex_unlock(&lock);
	return node ? 0 : -1;
}

long bpf_map_delete_elem(void *map, const void *key)
{
	struct node **at, *node;

	(void)map;
	pthread_mutex_lock(&lock);
	at = hash_at(*(const __u64 *)key);
	node = *at;
	if (node) {
		*at = node->next;
		node->removed = removed;
		removed = node;
	}
	pthread_mutex_unlock(&lock);
	return node ? 0 : -1;
}

long bpf_probe_read_kernel(void *to, __u32 size, const void *from)
{
	if (size == 1)
		*(__u8 *)to = __atomic_load_n((const __u8 *)from, __ATOMIC_ACQUIRE);
	else
		memcpy(to, from, size);
	return 0;
}

long bpf_get_current_comm(void *to, __u32 size)
{
	memset(to, 0, size);
	snprintf(to, size, "%u", running_pid);
	return 0;
}

__u64 bpf_get_current_pid_tgid(void)
{
	return (__u64)running_pid << 32;
}

__u64 bpf_ktime_get_ns(void)
{
	return 1;
}

__u64 bpf_get_current_uid_gid(void)
{
	return 0;
}

__u64 bpf_get_current_cgroup_id(void)
{
	return 0;
}

__u64 bpf_get_current_task(void)
{
	return 0;
}

/* It would only wake the reader, which polls here. */
long bpf_ringbuf_output(void *map, void *data, __u64 size, __u64 flags)
{
	(void)map, (void)data, (void)size, (void)flags;
	return 0;
}

__u64 bpf_ringbuf_query(void *map, __u64 flags)
{
	(void)map, (void)flags;
	return 0;
}

void *bpf_ringbuf_reserve(void *map, __u64 size, __u64 flags)
{
	(void)map, (void)size, (void)flags;
	return NULL;
}

void bpf_ringbuf_submit(void *data, __u64 flags)
{
	(void)data, (void)flags;
}
