/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPLIFE_VERSION_H
#define TCPLIFE_VERSION_H

#define TCPLIFE_VERSION "1.0.0"

#endif
