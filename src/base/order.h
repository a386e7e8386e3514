/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers of any width in this machine's byte order. */
#ifndef TCPLIFE_BASE_ORDER_H
#define TCPLIFE_BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bpf/order.h"

/* Stores a number as an integer of `bytes` bytes, at most 8; drops the bits that it has not. */
static inline void order_store(void *at, uint64_t number, size_t bytes)
{
	memcpy(at, (const char *)&number + (ORDER_IS_BIG ? sizeof(number) - bytes : 0), bytes);
}

#endif
