// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "repair.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <unistd.h>

#include "errands.h"

#ifndef TCP_REPAIR_WINDOW
#define TCP_REPAIR_WINDOW 29
#endif

/* The state of a connection besides its addresses, without time stamps and window scaling. */
struct checkpoint {
	int sequences[2]; /* sent, received */
	int segment_bytes;
	uint32_t window[5];
};

static const int on = 1, off = 0;
static const int queues[2] = { 2, 1 }; /* TCP_SEND_QUEUE, TCP_RECV_QUEUE */

static bool set(int fd, int option, const void *value, socklen_t size)
{
	return !setsockopt(fd, IPPROTO_TCP, option, value, size);
}

static bool get(int fd, int option, void *value, socklen_t size)
{
	return !getsockopt(fd, IPPROTO_TCP, option, value, &size);
}

static bool checkpoint_take(struct checkpoint *c, int fd)
{
	for (int i = 0; i < 2; i++)
		if (!set(fd, TCP_REPAIR_QUEUE, &queues[i], sizeof(int)) ||
		    !get(fd, TCP_QUEUE_SEQ, &c->sequences[i], sizeof(int)))
			return false;
	return get(fd, TCP_MAXSEG, &c->segment_bytes, sizeof(int)) &&
	       get(fd, TCP_REPAIR_WINDOW, c->window, sizeof(c->window));
}

static bool checkpoint_put(const struct checkpoint *c, int fd, const struct answer *ends)
{
	const uint32_t segment[] = { TCPOPT_MAXSEG, (uint32_t)c->segment_bytes };
	struct sockaddr_storage name;
	socklen_t size;

	if (!set(fd, TCP_REPAIR, &on, sizeof(on)))
		return false;
	for (int i = 0; i < 2; i++)
		if (!set(fd, TCP_REPAIR_QUEUE, &queues[i], sizeof(int)) ||
		    !set(fd, TCP_QUEUE_SEQ, &c->sequences[i], sizeof(int)))
			return false;
	size = endpoint_to_socket(&ends->local, &name);
	if (bind(fd, (void *)&name, size))
		return false;
	size = endpoint_to_socket(&ends->remote, &name);
	return !connect(fd, (void *)&name, size) &&
	       set(fd, TCP_REPAIR_OPTIONS, segment, sizeof(segment)) &&
	       set(fd, TCP_REPAIR_WINDOW, c->window, sizeof(c->window)) &&
	       set(fd, TCP_REPAIR, &off, sizeof(off));
}

static void run_restore(const struct errand *in, struct answer *out)
{
	struct checkpoint c;
	struct sockaddr_storage name;
	int fd;

	errand_tell_tuple(in->fd, out);
	if (!set(in->fd, TCP_REPAIR, &on, sizeof(on)) || !checkpoint_take(&c, in->fd)) {
		out->error = errno;
		set(in->fd, TCP_REPAIR, &off, sizeof(off));
		return;
	}
	endpoint_to_socket(&out->local, &name);
	fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	close(in->fd);
	if (fd < 0 || !checkpoint_put(&c, fd, out))
		_exit(1);
	out->value = fd;
}

struct answer repair_restore(struct actor *a, int fd)
{
	const struct errand errand = { .run = run_restore, .what = "restore", .fd = fd };

	return actor_try(a, &errand);
}
