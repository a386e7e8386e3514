/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fields of a session. Each is described once; JSON, CSV, the table, --by and --check are made
 * from this description.
 */
#ifndef TCPLIFE_FIELDS_H
#define TCPLIFE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "session.h"

/* The type of a field's member in struct session, which decides how it is written. */
enum value_type {
	VALUE_NUMBER,	 /* negative: unknown */
	VALUE_ID,	 /* unsigned; 0: unknown in JSON */
	VALUE_HASH,	 /* two uint64_t; zeroes: unknown */
	VALUE_COMMUNITY, /* no member's; see community.h */
	VALUE_STRING,	 /* const char * that needs no escaping but as a name; NULL: unknown */
	VALUE_BYTES,	 /* negative: unknown; the table shows units of 1024 */
	VALUE_NS,	 /* nanoseconds; negative: unknown; the table shows milliseconds */
	VALUE_US,	 /* microseconds, else like VALUE_NS */
	VALUE_TIME,	 /* nanoseconds since 1970 */
	VALUE_CLOCK,	 /* like VALUE_TIME, shown as local time of day */
	VALUE_SECONDS,	 /* like VALUE_TIME, shown as seconds since the first record */
	VALUE_BOOL,
	VALUE_WORD,    /* an enum, named by `word` */
	VALUE_NAME,    /* a char array, any bytes */
	VALUE_PATH,    /* const char *; NULL: unknown */
	VALUE_ADDRESS, /* 4 or 16 bytes, by the session's IP version */
};

/* The options that add a column to the table and to CSV. */
enum column_set {
	COLUMN_ALWAYS,
	COLUMN_TIME = 1,
	COLUMN_TIMESTAMP = 2,
	COLUMN_IP = 4, /* always in the wide table and in CSV */
	COLUMN_ENDING = 8,
	COLUMN_EXTENDED = 16,
	COLUMN_DELTA = 32, /* sessions are told of while they are open */
};

/* What the kernel side records only on request. */
enum field_asks {
	ASKS_UID = 1,
	ASKS_NETNS = 2,
	ASKS_CGROUP = 4,
	ASKS_HOST = 8, /* nothing of the kernel side */
	ASKS_PPID = 16,
};

/* The field is unknown for some sessions unless all of this is known. */
struct field_lack {
	uint64_t without; /* a mask of enum session_knowledge; 0: unused */
	const char *of;	  /* for which sessions */
};

struct field_column {
	const char *title; /* NULL: the field has no column */
	uint8_t place;	   /* columns are sorted by it */
	uint8_t width;	   /* in the table */
	uint8_t wide;	   /* width in the wide table */
	uint8_t set;	   /* enum column_set */
	uint8_t decimals;  /* for VALUE_NS and VALUE_US */
	uint8_t spare;	   /* on a narrow terminal, the highest one goes first; 0: none goes */
	bool right;	   /* right-aligned */
	bool at_least;	   /* with ">" in front if the session's age is unknown */
	const char *(*word)(unsigned n);	 /* overrides the field's own; may be NULL */
	bool (*alarms)(const struct session *s); /* whether to show it in red; NULL: never */
};

struct field {
	const char *key;     /* in JSON and for --by; NULL: the field is only a column */
	const char *json;    /* the key as JSON text of a member but the first: ,"key": */
	uint8_t json_length; /* length of `json`; 0: the field is not in JSON */
	uint8_t type;	     /* enum value_type */
	uint8_t bytes;	     /* size of the member of struct session */
	uint16_t offset;     /* offset of that member */
	uint8_t asks;	     /* mask of enum field_asks */
	bool groups;	     /* --by takes it */
	uint8_t extra;	     /* enum session_extra: told only if session.extras has it; 0: always */
	bool live;	     /* in JSON only if sessions are told of while they are open */
	bool needed;	     /* JSON without it is no session */
	uint8_t words;	     /* for VALUE_WORD: how many values the enum has */
	struct field_column column;
	struct field_lack lacks[2];
	const char *(*word)(unsigned n);	/* for VALUE_WORD; returns NULL if unknown */
	bool (*known)(const struct session *s); /* NULL: the value tells by itself */
};

#define FIELDS_MOST 64

/* All fields, in JSON's order. */
extern const struct field fields[];
extern const size_t fields_count;

/* A words_fn: the keys of the fields that group, in this order; NULL after the last. */
const char *field_group_name(unsigned n);
/* The nth of those fields. n must be one that field_group_name() names. */
const struct field *field_group(unsigned n);

/* The field with this key; NULL if there is none. */
const struct field *field_by_key(const char *key);

/* Returns the field's member; borrowed from the session. */
static inline const void *field_at(const struct field *f, const struct session *s)
{
	return (const char *)s + f->offset;
}

/* The value of an integer member of any size. */
int64_t field_number(const struct field *f, const struct session *s);
/* The name of a VALUE_WORD; NULL if unknown. */
const char *field_word(const struct field *f, const struct session *s);
/* Whether the value may be shown. Values that mark themselves as unknown are not considered. */
bool field_is_known(const struct field *f, const struct session *s);

/*
 * Treat the value as part of an identity: copy it into a session that is otherwise zeroed, compare
 * it, add it to a hash. field_copy() returns false if out of memory; field_drop() frees the copy.
 */
bool field_copy(const struct field *f, struct session *to, const struct session *from);
void field_drop(const struct field *f, struct session *copy);
bool field_equal(const struct field *f, const struct session *a, const struct session *b);
uint64_t field_hash(const struct field *f, const struct session *s, uint64_t hash);

/* What a session is before anything is known about it. */
void fields_forget(struct session *s);

/* Whether the lack applies if `known` (a mask of enum session_knowledge) is all that is known. */
bool field_lacks(const struct field_lack *lack, uint64_t known);

#endif
