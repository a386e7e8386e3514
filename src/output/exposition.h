/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lines of Prometheus' text format. */
#ifndef TCPLIFE_EXPOSITION_H
#define TCPLIFE_EXPOSITION_H

#include <stdbool.h>

#include "groups.h"
#include "replacement.h"

struct family {
	const char *name;
	const char *type;
	const char *help;
};

/* A family of samples that is being written. */
struct exposition {
	struct replacement *file; /* borrowed */
	const struct family *family;
	bool begun; /* its help is written */
};

/* What tells a sample from others of its family; NULL: no more. */
struct sample {
	const char *suffix; /* of the name */
	const char *labels; /* as exposition_put_labels() writes them */
	const char *label;  /* one more label, whose value needs no escaping */
	const char *value;
};

/* Samples of this family follow. */
void exposition_begin(struct exposition *e, const struct family *family);
/* Each writes a sample. */
void exposition_put(struct exposition *e, const struct sample *sample, uint64_t n);
void exposition_put_seconds(struct exposition *e, const struct sample *sample, uint64_t seconds,
			    uint64_t ns);

/*
 * Writes name="value",... of a group. An unknown value is empty, which is what Prometheus takes for
 * a missing label. Names of any bytes become valid UTF-8, and different ones stay different.
 */
void exposition_put_labels(struct text *t, const struct groups_by *by, const struct session *id);
/* Writes one label with a value of any bytes. */
void exposition_put_label(struct text *t, const char *label, const char *value);

#endif
