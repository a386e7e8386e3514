/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fields of a session, each described once: JSON, CSV, the table, --by and --check are made
 * from this description.
 */
#ifndef TCPLIFE_FIELDS_H
#define TCPLIFE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "session.h"

/* What the member of struct session means, and so how it is written. */
enum value_type {
	VALUE_NUMBER,  /* below 0: unknown */
	VALUE_ID,      /* uint64_t; 0: unknown */
	VALUE_BYTES,   /* below 0: unknown; a cell shows units of 1024 */
	VALUE_NS,      /* nanoseconds, below 0: unknown; a cell shows milliseconds */
	VALUE_US,      /* microseconds, likewise */
	VALUE_TIME,    /* nanoseconds since 1970 */
	VALUE_CLOCK,   /* the same, shown as the local time of day */
	VALUE_SECONDS, /* the same, shown as seconds since the first record */
	VALUE_BOOL,
	VALUE_WORD,    /* an enum, named by `word` */
	VALUE_NAME,    /* a char array, any bytes */
	VALUE_PATH,    /* const char *; NULL: unknown */
	VALUE_ADDRESS, /* of as many bytes as the session's IP version has */
};

/* What brings a column into the table and into CSV. */
enum column_set {
	COLUMN_ALWAYS,
	COLUMN_TIME = 1,
	COLUMN_TIMESTAMP = 2,
	COLUMN_IP = 4, /* the default table has no room for it */
	COLUMN_ENDING = 8,
	COLUMN_EXTENDED = 16,
};

/* What the kernel side notes of a session only if it is asked to. */
enum field_asks {
	ASKS_UID = 1,
	ASKS_NETNS = 2,
	ASKS_CGROUP = 4,
};

/* Without these of enum session_knowledge, all as a mask, the field is unknown. */
struct field_lack {
	uint64_t without; /* 0: there is no such lack */
	const char *of;	  /* which sessions */
};

struct field_column {
	const char *title;		 /* NULL: the field has no column */
	uint8_t place;			 /* columns stand in this order */
	uint8_t width;			 /* in the table */
	uint8_t wide;			 /* in the wide table */
	uint8_t set;			 /* enum column_set */
	uint8_t decimals;		 /* of VALUE_NS and VALUE_US */
	bool right;			 /* aligned to the right */
	bool at_least;			 /* behind a ">" if the session's age is not known */
	const char *(*word)(unsigned n); /* instead of the field's own; NULL: that */
	bool (*alarms)(const struct session *s); /* whether it is to be red; NULL: never */
};

struct field {
	const char *key;     /* in JSON and in --by; NULL: it is a column only */
	const char *json;    /* the key as a further member begins: ,"key": */
	uint8_t json_length; /* of that; 0: sessions are written without it */
	uint8_t type;	     /* enum value_type */
	uint8_t bytes;	     /* of the member of struct session */
	uint16_t offset;     /* of that member */
	uint8_t asks;	     /* enum field_asks */
	bool groups;	     /* sessions can be grouped by it */
	struct field_column column;
	struct field_lack lacks[2];
	const char *(*word)(unsigned n);	/* of VALUE_WORD; returns NULL for unknown */
	bool (*known)(const struct session *s); /* NULL: the value itself tells */
};

#define FIELDS_MOST 40

/* All of them, in the order of JSON. */
extern const struct field fields[];
extern const size_t fields_count;

/* A words_fn: the keys of the fields that group, in the table's order; NULL behind the last. */
const char *field_group_name(unsigned n);
/* The nth of those fields. n must have a name. */
const struct field *field_group(unsigned n);

/* The member itself. */
static inline const void *field_at(const struct field *f, const struct session *s)
{
	return (const char *)s + f->offset;
}

/* The value of any integer member, of whatever size. */
int64_t field_number(const struct field *f, const struct session *s);
/* The word of a VALUE_WORD; NULL: unknown. */
const char *field_word(const struct field *f, const struct session *s);
/* True if the value may be told. */
bool field_is_known(const struct field *f, const struct session *s);

/*
 * The value as an identity: copies it into a session that is otherwise zeroed, compares it, and
 * adds it to a hash. A VALUE_PATH is copied as a pointer.
 */
void field_copy(const struct field *f, struct session *to, const struct session *from);
bool field_equal(const struct field *f, const struct session *a, const struct session *b);
uint64_t field_hash(const struct field *f, const struct session *s, uint64_t hash);

/* Which lacks there are where only this is known; a mask of enum session_knowledge. */
bool field_lacks(const struct field_lack *lack, uint64_t known);

#endif
