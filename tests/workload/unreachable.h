/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Plays the router that answers a SYN with "host unreachable". */
#ifndef WORKLOAD_UNREACHABLE_H
#define WORKLOAD_UNREACHABLE_H

#include "endpoint.h"

/* Call this before the SYN is sent. Returns a descriptor; exits with a reason if it fails. */
int unreachable_prepare(const struct endpoint *server);
/* Waits for the SYN that `client` has sent, and answers it; closes the descriptor. */
void unreachable_tell(int sniffer, const struct endpoint *client, const struct endpoint *server);

#endif
