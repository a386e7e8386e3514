/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Filters sessions by what the kernel side does not filter. */
#ifndef TCPLIFE_FILTER_H
#define TCPLIFE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "cgroup_pattern.h"
#include "session.h"
#include "base/words.h"

#define FILTER_WORDS 64 /* most entries of each kind */
#define FILTER_COMM  64 /* bytes per pattern, NUL included */

/* A network, or an address as a network of full length. */
struct filter_net {
	uint8_t address[16]; /* as in struct session */
	uint8_t ip;	     /* 4 or 6 */
	uint8_t bits;
};

struct filter_nets {
	struct filter_net list[FILTER_WORDS];
	unsigned count; /* 0: any address */
};

/* All zeroes accepts every session. */
struct filter {
	bool on; /* some filter below is set */
	struct filter_nets laddr;
	struct filter_nets raddr;
	char comms[FILTER_WORDS][FILTER_COMM]; /* shell patterns */
	unsigned comm_count;		       /* 0: any */
	uint32_t uids[FILTER_WORDS];
	unsigned uid_count; /* 0: any */
	uint32_t endings;   /* bit n stands for enum ending n; 0: any */
	int64_t min_ns;	    /* least duration_ns */
	uint64_t min_bytes; /* least payload, both ways together */
	uint64_t sample;    /* one session in this many; 0: all */
	struct cgroup_pattern cgroups[FILTER_WORDS];
	unsigned cgroup_count;	      /* 0: any */
	uint32_t netns[FILTER_WORDS]; /* inode numbers */
	unsigned netns_count;	      /* 0: any */
};

/* Each adds the values of an option. If one is bad, returns false with *blame filled in. */
bool filter_add_comms(struct filter *f, const char *list, struct blame *blame);
/* Numbers, or names in the user database. */
bool filter_add_uids(struct filter *f, const char *list, struct blame *blame);
/* Addresses and networks: 192.0.2.1,10.0.0.0/8,2001:db8::/32. */
bool filter_add_laddrs(struct filter *f, const char *list, struct blame *blame);
bool filter_add_raddrs(struct filter *f, const char *list, struct blame *blame);
bool filter_add_endings(struct filter *f, const char *list, struct blame *blame);
bool filter_set_min_ms(struct filter *f, const char *word, struct blame *blame);
/* "1/N" */
bool filter_set_sample(struct filter *f, const char *word, struct blame *blame);
bool filter_set_min_bytes(struct filter *f, const char *word, struct blame *blame);

/* Shell patterns and ids of containers, which stay borrowed. */
bool filter_add_cgroups(struct filter *f, const char *list, struct blame *blame);
bool filter_add_containers(struct filter *f, const char *list, struct blame *blame);
/* Network namespaces, as netns_find() takes them. */
bool filter_add_netns(struct filter *f, const char *list, struct blame *blame);

/*
 * Why no session could match, with the remedy, if `known` (a mask of enum session_knowledge) is all
 * that is known; NULL if some can.
 */
const char *filter_impossible(const struct filter *f, uint64_t known);

/* A words_fn: the names of the endings. */
const char *filter_ending(unsigned n);

bool filter_matches(const struct filter *f, const struct session *s);
/* Whether it might match if its cgroup were known. */
bool filter_lacks_cgroup(const struct filter *f, const struct session *s);

/*
 * Whether a session that does not match is only thinned out: it would match without a least
 * duration, a least payload, a sample and endings.
 */
bool filter_thins(const struct filter *f, const struct session *s);

/* Whether it picks sessions by their addresses, owner, cgroup or network namespace. */
bool filter_picks(const struct filter *f);

/* Inline, because most runs set no filter. */
static inline bool filter_accepts(const struct filter *f, const struct session *s)
{
	return !f->on || filter_matches(f, s);
}

#endif
