// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/order.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__powerpc64__)
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#endif

#define CAP_WORDS      _LINUX_CAPABILITY_U32S_3
#define CAP_LARGEST    63 /* above every kernel's last; the loop ends at the first unknown one */
#define CAP_NUMBER_BPF 39 /* since 5.8; older headers lack it */

/*
 * Allowed with any arguments. musl turns epoll_wait() into epoll_pwait, and uses poll where it
 * exists.
 */
static const int plain_calls[] = {
	SYS_read,
	SYS_write,
	SYS_writev, /* stdio, if message_start() had no memory */
	SYS_sendto, /* standard output or error is a socket; or sock_diag */
	SYS_close,
	SYS_epoll_pwait,
#ifdef __GLIBC__ /* which musl does not use */
	SYS_newfstatat,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#endif
#ifdef SYS_poll
	SYS_poll,
#else
	SYS_ppoll,
#endif
	SYS_restart_syscall, /* a poll that was stopped and continued */
	SYS_rt_sigprocmask,
	SYS_clock_gettime, /* no vDSO, or a clock that the vDSO cannot read */
	SYS_fstat,
	SYS_getdents64,
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_exit_group,
};

/* Allows a call if an argument, masked, has this value. */
struct rule {
	int call;
	unsigned int argument;
	uint32_t mask;
	uint32_t value;
};

static const struct rule rules[] = {
	{ SYS_mmap, 2, PROT_EXEC, 0 },
	{ SYS_mprotect, 2, PROT_EXEC, 0 }, /* musl's allocator uses it to grow its own tables */
	{ SYS_membarrier, 0, UINT32_MAX, MEMBARRIER_CMD_GLOBAL },
	{ SYS_ioctl, 1, UINT32_MAX, PERF_EVENT_IOC_DISABLE },
	{ SYS_fcntl, 1, UINT32_MAX, F_GETFL },
	{ SYS_fcntl, 1, UINT32_MAX, F_SETFD },
	{ SYS_bpf, 0, UINT32_MAX, BPF_MAP_LOOKUP_ELEM },
	{ SYS_bpf, 0, UINT32_MAX, BPF_MAP_GET_NEXT_KEY },
	{ SYS_bpf, 0, UINT32_MAX, BPF_OBJ_GET_INFO_BY_FD },
};

static const struct rule directory_rules[] = {
	{ SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC | O_DIRECTORY, O_RDONLY | O_DIRECTORY },
};

/* Only opens a file for appending. */
static const struct rule reopening_rules[] = {
	{ SYS_openat, 2, O_ACCMODE | O_CREAT | O_APPEND | O_TRUNC | O_DIRECTORY,
	  O_WRONLY | O_CREAT | O_APPEND },
};

/* Only opens a file that is empty then, and renames files. */
static const int replacing_calls[] = { SYS_renameat };
static const struct rule replacing_rules[] = {
	{ SYS_openat, 2, O_ACCMODE | O_CREAT | O_APPEND | O_TRUNC | O_NOFOLLOW | O_DIRECTORY,
	  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW },
};

/* Reads answers; creates no socket. Reads the table of open sessions. */
static const int diagnosis_calls[] = { SYS_recvfrom };
static const struct rule diagnosis_rules[] = {
	{ SYS_bpf, 0, UINT32_MAX, BPF_MAP_LOOKUP_BATCH },
};

static const struct rule terminal_rules[] = {
	{ SYS_ioctl, 1, UINT32_MAX, TIOCGWINSZ },
	{ SYS_ioctl, 1, UINT32_MAX, TCSETS },
	{ SYS_ioctl, 1, UINT32_MAX, TCFLSH },
};

/* Only on maps and programs whose descriptors are open now. */
static const int audit_calls[] = { SYS_getsockopt };
static const struct rule audit_rules[] = {
	{ SYS_bpf, 0, UINT32_MAX, BPF_PROG_TEST_RUN },
	{ SYS_bpf, 0, UINT32_MAX, BPF_MAP_UPDATE_ELEM },
};

struct filter {
	struct sock_filter code[256];
	size_t length;
	unsigned int calls; /* number of distinct calls allowed */
};

static void emit(struct filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	f->code[f->length++] = (struct sock_filter){ code, yes, no, k };
}

static void load(struct filter *f, size_t offset)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void allow_calls(struct filter *f, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		emit(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
		emit(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		f->calls++;
	}
}

/* Expects the system call number in the accumulator, and leaves it there. */
static void allow_rules(struct filter *f, const struct rule *these, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rule *r = &these[i];

		emit(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, 5);
		/* The lower half of the argument. */
		load(f, offsetof(struct seccomp_data, args) + r->argument * sizeof(uint64_t) +
				(ORDER_IS_BIG ? sizeof(uint32_t) : 0));
		emit(f, BPF_ALU | BPF_AND | BPF_K, r->mask, 0, 0);
		emit(f, BPF_JMP | BPF_JEQ | BPF_K, r->value, 0, 1);
		emit(f, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		load(f, offsetof(struct seccomp_data, nr));
		f->calls += i == 0 || these[i - 1].call != r->call;
	}
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void filter_make(struct filter *f, const struct privilege_needs *needs)
{
	/* Lets the process end itself by SIGHUP, so that its parent sees that signal. */
	const struct rule own_signal = { SYS_tkill, 0, UINT32_MAX, (uint32_t)getpid() };

	f->length = f->calls = 0;
	load(f, offsetof(struct seccomp_data, arch));
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	/* Calls of another architecture are never ours. */
	emit(f, BPF_RET | BPF_K, SECCOMP_RET_KILL, 0, 0);
	load(f, offsetof(struct seccomp_data, nr));
	allow_calls(f, plain_calls, COUNT(plain_calls));
	allow_rules(f, rules, COUNT(rules));
	allow_rules(f, &own_signal, 1);
	if (needs->directories)
		allow_rules(f, directory_rules, COUNT(directory_rules));
	if (needs->reopening)
		allow_rules(f, reopening_rules, COUNT(reopening_rules));
	if (needs->replacing) {
		allow_calls(f, replacing_calls, COUNT(replacing_calls));
		allow_rules(f, replacing_rules, COUNT(replacing_rules));
	}
	if (needs->diagnosis) {
		allow_calls(f, diagnosis_calls, COUNT(diagnosis_calls));
		allow_rules(f, diagnosis_rules, COUNT(diagnosis_rules));
	}
	if (needs->terminal)
		allow_rules(f, terminal_rules, COUNT(terminal_rules));
	if (needs->audit) {
		allow_calls(f, audit_calls, COUNT(audit_calls));
		allow_rules(f, audit_rules, COUNT(audit_rules));
	}
	/* EPERM, not death: if the tracer is killed, the records that wait are lost. */
	emit(f, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

/* Returns 0 or a positive errno. */
static int filter_install(const struct filter *f)
{
	const struct sock_fprog program = { (unsigned short)f->length,
					    (struct sock_filter *)f->code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? errno : 0;
}

/* Capabilities as a bit mask. Both functions return 0 or a positive errno. */
static int caps_get(uint64_t *permitted)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[CAP_WORDS];

	if (syscall(SYS_capget, &header, data))
		return errno;
	*permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

static int caps_set(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[CAP_WORDS];

	for (int i = 0; i < CAP_WORDS; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(effective >> 32 * i),
			.permitted = (uint32_t)(permitted >> 32 * i),
		};
	return syscall(SYS_capset, &header, data) ? errno : 0;
}

/*
 * Which capabilities must stay: before 5.19, reading our own maps takes one if the sysctl
 * unprivileged_bpf_disabled is set.
 */
static uint64_t caps_needed(const struct privilege_needs *needs, uint64_t permitted)
{
	const uint64_t bpf = UINT64_C(1) << CAP_NUMBER_BPF & permitted;
	const uint64_t admin = UINT64_C(1) << CAP_SYS_ADMIN & permitted;

	if (caps_set(0, permitted) || needs->works(needs->arg))
		return 0;
	return bpf ? bpf : admin;
}

/*
 * Returns 0 or the positive errno of the first step that failed. *kept: the capabilities that
 * reading maps takes.
 */
static int caps_drop(const struct privilege_needs *needs, uint64_t *kept)
{
	uint64_t permitted = 0;
	int error = caps_get(&permitted);

	*kept = 0;
	if (error)
		return error;
	/*
	 * Dropping from the bounding set takes CAP_SETPCAP. A process without it gains nothing from
	 * that set once no_new_privs is set.
	 */
	if (permitted >> CAP_SETPCAP & 1)
		for (int cap = 0; cap <= CAP_LARGEST; cap++)
			if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
				break;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	*kept = caps_needed(needs, permitted);
	return caps_set(*kept, *kept);
}

bool privilege_drop(const struct privilege_needs *needs, char *said, size_t size)
{
	struct filter filter;
	uint64_t kept;
	int caps = caps_drop(needs, &kept), filtered, used;

	if (caps)
		used = snprintf(said, size, "cannot give up its capabilities: %s", strerror(caps));
	else if (kept)
		used = snprintf(said, size,
				"gave up all capabilities except %s, which this kernel "
				"requires to read maps (sysctl kernel.unprivileged_bpf_disabled)",
				kept >> CAP_NUMBER_BPF & 1 ? "CAP_BPF" : "CAP_SYS_ADMIN");
	else
		used = snprintf(said, size, "gave up all capabilities");
	filter_make(&filter, needs);
	filtered = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : filter_install(&filter);
	if (used < 0 || (size_t)used >= size)
		used = 0;
	if (filtered)
		snprintf(said + used, size - (size_t)used, "; cannot restrict its system calls: %s",
			 strerror(filtered));
	else
		snprintf(said + used, size - (size_t)used, "; %u system calls remain allowed",
			 filter.calls);
	return !caps && !filtered;
}
