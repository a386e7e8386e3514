/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The time zone, by TZ or /etc/localtime, as date(1) of the GNU system understands it. */
#ifndef TCPLIFE_ZONE_H
#define TCPLIFE_ZONE_H

/* Reads the zone's file; localtime_r() needs no file from then on. */
void zone_load(void);

#endif
