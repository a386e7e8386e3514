// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "scope.h"

#include <string.h>

static bool has_port(const struct ports *ports, uint16_t port)
{
	return ports_empty(ports) || ports_has(ports, port);
}

static bool has_pid(const struct options *options, uint32_t pid)
{
	for (size_t i = 0; i < options->pid_count; i++)
		if (options->pids[i] == pid)
			return true;
	return !options->pid_count;
}

static bool has_family(int family, const struct record *record)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const bool v4 = !memcmp(record->laddr, mapped, sizeof(mapped)) ||
			!memcmp(record->raddr, mapped, sizeof(mapped));

	return !family || v4 == (family == 4);
}

bool scope_has(const struct options *options, const struct record *record)
{
	return has_port(&options->local_ports, record->lport) &&
	       has_port(&options->remote_ports, record->rport) &&
	       has_family(options->family, record) && has_pid(options, record->pid);
}
