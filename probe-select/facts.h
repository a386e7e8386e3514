/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this kernel offers. Gathering looks and tries but changes nothing; choosing (select.h) is a
 * pure function of what is found here.
 */
#ifndef TCPLIFE_FACTS_H
#define TCPLIFE_FACTS_H

#include <stdbool.h>

#include "layout.h"

#define KERNEL_VERSION_CODE(major, minor, patch) ((major)*1000000 + (minor)*1000 + (patch))

enum lockdown {
	LOCKDOWN_NONE,
	LOCKDOWN_INTEGRITY,
	LOCKDOWN_CONFIDENTIALITY,
};

/* In each error below: 0 is "works", else the errno that the attempt gave. */
struct facts {
	char release[65];    /* uname -r */
	char machine[65];    /* uname -m */
	char signature[128]; /* Ubuntu's own version, "" elsewhere */
	int version;	     /* KERNEL_VERSION_CODE; decides only what cannot be tried */

	bool cap_bpf;	  /* CAP_BPF or CAP_SYS_ADMIN in effect */
	bool cap_perfmon; /* CAP_PERFMON or CAP_SYS_ADMIN in effect */
	bool cap_sys_admin;
	enum lockdown lockdown;

	int proc_error; /* /proc, by which libbpf gets the layout */
	int sys_error;	/* /sys, where BTF, the kprobe PMU and the number of CPUs stand */

	int bpf_error;	     /* bpf(2): CONFIG_BPF_SYSCALL */
	bool ring_buffer;    /* BPF_MAP_TYPE_RINGBUF: 5.8 */
	int raw_error;	     /* programs on raw tracepoints: 4.17 */
	bool misses_counted; /* how often the kernel passed a program over: 5.12 */
	bool exchange;	     /* BPF_XCHG and BPF_CMPXCHG: 5.12, arm64 5.18 */

	int btf_error;	     /* /sys/kernel/btf/vmlinux, read and understood: 5.2 with
				CONFIG_DEBUG_INFO_BTF */
	bool btf_tracepoint; /* btf_trace_inet_sock_set_state: 5.5 */
	int fexit_error;     /* fexit on inet_csk_accept(): 5.5, arm64 6.0 */
	bool btf_protocol;   /* sk_protocol is no bit field: 5.6 */

	int tracefs_error;  /* tracefs, before 4.1 in debugfs; ENODEV: neither is there */
	bool tracefs_own;   /* it is not mounted on the host */
	int kprobe_pmu;	    /* perf type of the kprobe PMU: 4.17; 0: none */
	bool kprobe_events; /* tracefs kprobe_events */
	bool ipv6;
};

/* What gathering opens, for the steps after it; each may be missing. */
struct sources {
	struct layout kernel; /* by the kernel's BTF, if it has any */
	int tracefs;	      /* descriptor; -1 */
};

/* Never fails: what cannot be found out is a fact, too. */
void facts_gather(struct facts *facts, struct sources *sources);
void sources_close(struct sources *sources);

/* True if programs can run on kprobes, by either way. */
bool facts_have_kprobes(const struct facts *facts);

const char *lockdown_name(enum lockdown lockdown);

#endif
