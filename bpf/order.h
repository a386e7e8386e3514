/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Byte order: the network's is big-endian, that of this machine may be either. */
#ifndef TCPLIFE_ORDER_H
#define TCPLIFE_ORDER_H

#include <linux/types.h>

#define ORDER_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Converts between this machine's order and the network's, in either direction. */
#define net16(x) ((__u16)(ORDER_IS_BIG ? (x) : __builtin_bswap16(x)))
#define net32(x) ((__u32)(ORDER_IS_BIG ? (x) : __builtin_bswap32(x)))
#define net64(x) ((__u64)(ORDER_IS_BIG ? (x) : __builtin_bswap64(x)))

#endif
