/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The names of TCP ports in /etc/services. */
#ifndef TCPLIFE_SERVICES_H
#define TCPLIFE_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the TCP port of a service by its name or an alias. False if there is none. */
bool service_find(const char *name, size_t length, uint16_t *port);

/*
 * The same in lines as in /etc/services, which it changes.
 */
bool service_find_in(char *lines, const char *name, size_t length, uint16_t *port);

#endif
