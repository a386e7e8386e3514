/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a hook is refused: a sentence for people, and a code by which the answers of many machines
 * group.
 */
#ifndef TCPLIFE_REASON_H
#define TCPLIFE_REASON_H

/* X(CODE, word): the words are part of --check --json, so they stay. */
#define WHY_CODES(X)                                                                         \
	X(NOT_ASKED_FOR, "not-asked-for") /* an option excludes it */                        \
	X(NOT_PERMITTED, "not-permitted") /* a capability is missing */                      \
	X(FORBIDDEN, "forbidden")	  /* the kernel refuses it in spite of privileges */ \
	X(LOCKDOWN, "lockdown")                                                              \
	X(KERNEL_BUG, "kernel-bug") /* this kernel would panic */                            \
	X(TOO_OLD, "too-old")	    /* the kernel has the hook, but not as it must be */     \
	X(NO_HOOK, "no-hook")	    /* the kernel lacks it */                                \
	X(NO_BPF, "no-bpf")                                                                  \
	X(NO_BTF, "no-btf")                                                                  \
	X(BAD_BTF, "bad-btf") /* that of the kernel or of a file cannot be used */           \
	X(NO_RING_BUFFER, "no-ring-buffer")                                                  \
	X(NO_PROC, "no-proc") /* not mounted, as the next two */                             \
	X(NO_SYS, "no-sys")                                                                  \
	X(NO_TRACEFS, "no-tracefs")                                                          \
	X(NO_LAYOUT, "no-layout")	    /* discovery did not find it */                  \
	X(TOO_MANY_FILES, "too-many-files") /* a limit of open files */                      \
	X(NO_MEMORY, "no-memory")	    /* for its maps */                               \
	X(BUSY, "busy")			    /* too busy for discovery; later it may work */  \
	X(LOAD_FAILS, "load-fails")	    /* its programs do not load or attach */

enum why {
	WHY_NOTHING, /* not refused */
#define X(code, word) WHY_##code,
	WHY_CODES(X)
#undef X
};

struct reason {
	enum why code;
	char text[320];
};

__attribute__((format(printf, 3, 4))) void reason_set(struct reason *reason, enum why code,
						      const char *format, ...);

/* Returns "no-btf" and so on; NULL for WHY_NOTHING. */
const char *why_word(enum why code);

#endif
