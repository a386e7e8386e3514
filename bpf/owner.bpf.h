/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The owner of a session: the current process at the moments when that is certain. */
#ifndef TCPLIFE_OWNER_BPF_H
#define TCPLIFE_OWNER_BPF_H

#include "ending.bpf.h"
#include "sessions.bpf.h"

/* The current process. */
struct running {
	__u32 pid;
	__u64 comm[COMM_LEN / 8]; /* bytes after the NUL may hold anything */
};

/*
 * Reads the name of the process, which is that of its main thread; the current thread may be any,
 * or a kernel thread that works for io_uring. Returns false if it cannot be read.
 */
static __always_inline bool leader_read_comm(const volatile struct config *config,
					     struct running *r)
{
	const struct task_struct *task;
	__u64 leader = 0;

	if (!is_known(config, KNOWN_LEADER))
		return false;
	task = (const struct task_struct *)bpf_get_current_task();
	read_kernel(&leader, sizeof(leader), &task->group_leader);
	task = (const struct task_struct *)leader;
	return !read_kernel(r->comm, sizeof(r->comm), &task->comm);
}

static __always_inline void running_read(const volatile struct config *config, struct running *r)
{
#ifdef HOOK_TYPED
	/* Plain loads: each helper would cost a tenth of a state change. */
	if (config->task) {
		const struct task_struct *task = bpf_get_current_task_btf();
		const struct task_struct *leader = (const struct task_struct *)task->group_leader;

		r->pid = task->tgid;
		r->comm[0] = leader->comm[0];
		r->comm[1] = leader->comm[1];
		return;
	}
#endif
	r->pid = bpf_get_current_pid_tgid() >> 32;
	if (!leader_read_comm(config, r))
		bpf_get_current_comm(r->comm, sizeof(r->comm));
}

/* The pid of the current process's parent; 0: none. */
static __always_inline __u32 ppid_now(void)
{
	const struct task_struct *task = (const struct task_struct *)bpf_get_current_task();
	__u64 parent = 0;
	__u32 ppid = 0;

	read_kernel(&parent, sizeof(parent), &task->real_parent);
	task = (const struct task_struct *)parent;
	read_kernel(&ppid, sizeof(ppid), &task->tgid);
	return ppid;
}

static __always_inline __u64 kin_read(const volatile struct config *config)
{
	return kin_make(config->cgroup ? cgroup_now() : 0, config->ppid ? ppid_now() : 0);
}

/* Where the current process belongs. */
#ifdef BUFFER_RING
/* Global, so that there is one copy of the code. */
__noinline __u64 kin_global(void)
{
	return kin_read(&settings);
}

#define kin_now(config) kin_global()
#else
#define kin_now(config) kin_read(config)
#endif

/* Makes the current process the owner. */
static __always_inline void owner_set(const volatile struct config *config, struct conn *conn,
				      enum owner how)
{
	const __u64 kworker = net64(0x6b776f726b65722fULL); /* "kworker/" */
	struct running running = {};

	running_read(config, &running);
	/* If a kworker closes, that does not tell who closed. */
	if (!running.pid || (how != OWNER_CONNECT && running.comm[0] == kworker))
		return;
	conn->pid = running.pid;
	if (config->uid)
		conn->uid = bpf_get_current_uid_gid();
	if (config->cgroup || config->ppid)
		conn->kin = kin_now(config);
	__builtin_memcpy(conn->comm, running.comm, sizeof(conn->comm));
	conn->owner = how;
}

#endif
