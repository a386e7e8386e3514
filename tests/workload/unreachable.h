/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Acts as a router that answers a SYN with "host unreachable". */
#ifndef WORKLOAD_UNREACHABLE_H
#define WORKLOAD_UNREACHABLE_H

#include "endpoint.h"

/* Call it before the SYN is sent. Returns a descriptor; ends the scenario on failure. */
int unreachable_prepare(const struct endpoint *server);
/* Waits for the SYN of `client`, answers it, and closes the descriptor. */
void unreachable_tell(int sniffer, const struct endpoint *client, const struct endpoint *server);

#endif
