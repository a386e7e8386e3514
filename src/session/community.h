/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Community ID of a flow, version 1: the same string for both ends of a session, and in Zeek,
 * Suricata and others.
 */
#ifndef TCPLIFE_COMMUNITY_H
#define TCPLIFE_COMMUNITY_H

#include "session.h"

#define COMMUNITY_SIZE 31 /* "1:", 28 characters of base 64, a NUL */

/* With seed 0, which is everybody's default. */
void community_id(char id[COMMUNITY_SIZE], const struct session *s);

#endif
