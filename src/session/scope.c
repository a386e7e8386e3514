// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "scope.h"

#include "base/address.h"

static bool has_port(const struct ports *ports, uint16_t port)
{
	return ports_empty(ports) || ports_has(ports, port);
}

static bool has_pid(const struct scope *scope, uint32_t pid)
{
	for (size_t i = 0; i < scope->pid_count; i++)
		if (scope->pids[i] == pid)
			return true;
	return !scope->pid_count;
}

static bool has_family(int family, const struct record *record)
{
	const bool v4 = address_is_mapped(record->laddr) || address_is_mapped(record->raddr);

	return !family || v4 == (family == 4);
}

bool scope_has(const struct scope *scope, const struct record *record)
{
	return has_port(&scope->local_ports, record->lport) &&
	       has_port(&scope->remote_ports, record->rport) && has_family(scope->family, record) &&
	       has_pid(scope, record->pid);
}
