/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compares the records of the plays with what the players did. */
#ifndef TCPLIFE_SELFTEST_FINDINGS_H
#define TCPLIFE_SELFTEST_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "selftest_play.h"
#include "session/session.h"

struct text;

enum aspect {
	ASPECT_OWNER,
	ASPECT_BYTES,
	ASPECT_ENDING,
	ASPECT_DURATION,
	ASPECTS,
};

enum verdict {
	VERDICT_UNKNOWN, /* the record does not tell */
	VERDICT_RIGHT,
	VERDICT_WRONG,
};

/* What is known of one end of a play. */
struct finding {
	bool played;
	bool expected;	       /* there must be a record: this end has a session */
	uint16_t lport, rport; /* by which it is recognised */
	uint32_t pid;	       /* of its owner, as in records; 0: cannot be known */
	unsigned records;      /* 1 is right */
	struct session session;
	enum verdict verdicts[ASPECTS];
};

/* Zeros: nothing is expected yet. */
struct findings {
	struct finding of[PLAYS][PLAY_ENDS];
};

/* Expects the sessions of a play, with these ports and owners of its ends. */
void findings_expect(struct findings *findings, unsigned play, const uint16_t ports[PLAY_ENDS],
		     const uint32_t pids[PLAY_ENDS]);
/* Takes a record; ignores those that belong to no play. */
void findings_take(struct findings *findings, const struct session *session);
/* Compares what was taken with the plays, which took longest_ns together. */
void findings_judge(struct findings *findings, int64_t longest_ns);

/* How many sessions must have a record; have one; and have one alone, right in everything. */
unsigned findings_expected(const struct findings *findings);
unsigned findings_seen(const struct findings *findings);
unsigned findings_right(const struct findings *findings);
/* Whether all are right, and there is no record of a session that there was not. */
bool findings_passed(const struct findings *findings);

/* Prints a table, with what a wrong record says; or appends a JSON array. */
void findings_print(FILE *out, const struct findings *findings);
void findings_put_json(struct text *t, const struct findings *findings);

#endif
