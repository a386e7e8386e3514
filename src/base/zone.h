/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The time zone of TZ or /etc/localtime, as GNU date(1) understands it. */
#ifndef TCPLIFE_ZONE_H
#define TCPLIFE_ZONE_H

/* Reads the zone's file. localtime_r() reads no file afterwards. */
void zone_load(void);

#endif
