// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parses any answer of the kernel to a sock_diag request. */
#include "session/sock_diag.h"

#include <linux/netlink.h>

#include "fuzz.h"
#include "session/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct session_view view = {
		.known = KNOWS(FIELD_BYTES_ACKED) | KNOWS(FIELD_BYTES_RECEIVED),
	};
	struct sock_diag_socket socket;
	struct session session;
	struct nlmsghdr *message;

	if (size < sizeof(*message))
		return 0;
	/* In memory of exactly its size, so that reading beyond it is detected. */
	message = malloc(size);
	MUST(message != NULL);
	memcpy(message, data, size);
	message->nlmsg_len = (uint32_t)size;
	if (sock_diag_read(&socket, message)) {
		MUST(socket.record.direction <= DIRECTION_IN);
		MUST(!socket.record.pid && !socket.record.owner);
		session_read_open(&session, &socket.record, &view, SESSION_COUNTERS);
		MUST(session.ending == ENDING_OPEN);
		MUST(session.ip == 4 || session.ip == 6);
	}
	free(message);
	return 0;
}
