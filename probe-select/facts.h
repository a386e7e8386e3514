/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this kernel offers. Gathering looks and tries, but changes nothing. Choosing (select.h) is a
 * pure function of these facts.
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

/* Members named *_error are 0 if it works, else the positive errno of the attempt. */
struct facts {
	char release[65];    /* uname -r */
	char machine[65];    /* uname -m */
	char signature[128]; /* Ubuntu's kernel version; "" elsewhere */
	int version;	     /* KERNEL_VERSION_CODE; used only where nothing can be tried */

	bool cap_bpf;	  /* CAP_BPF or CAP_SYS_ADMIN in effect */
	bool cap_perfmon; /* CAP_PERFMON or CAP_SYS_ADMIN in effect */
	bool cap_sys_admin;
	enum lockdown lockdown;

	int proc_error; /* /proc, through which libbpf gets the layout */
	int sys_error;	/* /sys: BTF, kprobe PMU, number of CPUs */

	int bpf_error;	     /* bpf(2), which needs CONFIG_BPF_SYSCALL */
	bool ring_buffer;    /* BPF_MAP_TYPE_RINGBUF: 5.8 */
	int raw_error;	     /* programs on raw tracepoints: 4.17 */
	bool misses_counted; /* the kernel counts skipped programs: 5.12 */
	bool exchange;	     /* BPF_XCHG and BPF_CMPXCHG: 5.12, arm64 5.18 */

	int btf_error;	     /* /sys/kernel/btf/vmlinux can be parsed: 5.2 */
	bool btf_tracepoint; /* btf_trace_inet_sock_set_state: 5.5 */
	int fexit_error;     /* fexit on inet_csk_accept(): 5.5, arm64 6.0 */
	bool btf_protocol;   /* sk_protocol is not a bit field: 5.6 */

	int tracefs_error;  /* tracefs, before 4.1 in debugfs; ENODEV: neither */
	bool tracefs_own;   /* not mounted on the host */
	int kprobe_pmu;	    /* perf type of the kprobe PMU: 4.17; 0: none */
	bool kprobe_events; /* tracefs kprobe_events */
	bool ipv6;
};

/* What gathering opens for later steps. */
struct sources {
	struct layout kernel; /* from the kernel's BTF; unknown without it */
	int tracefs;	      /* directory descriptor; -1: none */
};

/* Never fails: whatever cannot be determined is a fact too. Free *sources with sources_close(). */
void facts_gather(struct facts *facts, struct sources *sources);
void sources_close(struct sources *sources);

/* Whether programs can run on kprobes, in either way. */
bool facts_have_kprobes(const struct facts *facts);

const char *lockdown_name(enum lockdown lockdown);

#endif
