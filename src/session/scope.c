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

bool scope_has(const struct scope *scope, const struct record *record)
{
	const bool v4 = address_is_mapped(record->laddr) || address_is_mapped(record->raddr);

	return has_port(&scope->local_ports, record->lport) &&
	       has_port(&scope->remote_ports, record->rport) &&
	       (!scope->family || scope->family == (v4 ? 4 : 6)) && has_pid(scope, record->pid);
}

bool scope_has_session(const struct scope *scope, const struct session *session)
{
	return has_port(&scope->local_ports, session->lport) &&
	       has_port(&scope->remote_ports, session->rport) &&
	       (!scope->family || scope->family == session->ip) && has_pid(scope, session->pid);
}
