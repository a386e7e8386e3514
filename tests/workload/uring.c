// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "errands.h"

/* Numbers are the same on all architectures; older C libraries lack them. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#endif

/* A ring for one operation. */
struct ring {
	struct io_uring_params params;
	int fd;
	uint8_t *submit, *complete;
	struct io_uring_sqe *entry;
};

static void *map(const struct ring *r, size_t size, off_t what)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, what);
}

/* Returns 0 or a positive errno. Never closed: a process opens few, and its end closes them. */
static int ring_open(struct ring *r)
{
	const struct io_uring_params *p = &r->params;

	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, 1, &r->params);
	if (r->fd < 0)
		return errno;
	r->submit = map(r, p->sq_off.array + p->sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
	r->complete = map(r, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe),
			  IORING_OFF_CQ_RING);
	r->entry = map(r, p->sq_entries * sizeof(*r->entry), IORING_OFF_SQES);
	if (r->submit == MAP_FAILED || r->complete == MAP_FAILED || r->entry == MAP_FAILED)
		return errno;
	return 0;
}

static int ring_run(const struct ring *r, const struct io_uring_sqe *operation, int64_t *value)
{
	uint32_t *tail = (void *)(r->submit + r->params.sq_off.tail);
	uint32_t *array = (void *)(r->submit + r->params.sq_off.array);
	const struct io_uring_cqe *done = (void *)(r->complete + r->params.cq_off.cqes);

	*r->entry = *operation;
	array[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	while (syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		if (errno != EINTR)
			return errno;
	*value = done->res;
	return done->res < 0 ? -done->res : 0;
}

/* Runs one operation in its own ring. */
static void run(const struct io_uring_sqe *operation, struct answer *out)
{
	struct ring ring;

	out->error = ring_open(&ring);
	if (!out->error)
		out->error = ring_run(&ring, operation, &out->value);
}

/* Either requests a worker thread or lets the kernel choose. */
static int flags_of(bool worker)
{
	return worker ? IOSQE_ASYNC : 0;
}

static void run_connect(const struct errand *in, struct answer *out)
{
	struct sockaddr_storage name;
	const struct io_uring_sqe operation = {
		.opcode = IORING_OP_CONNECT,
		.flags = (uint8_t)in->number,
		.fd = in->fd,
		.off = endpoint_to_socket(&in->remote, &name),
		.addr = (uint64_t)(uintptr_t)&name,
	};

	run(&operation, out);
	if (!out->error)
		errand_tell_tuple(in->fd, out);
}

struct answer uring_connect(struct actor *a, int fd, const struct endpoint *remote, bool worker)
{
	return actor_try(a, &(struct errand){ .run = run_connect,
					      .what = "connect by io_uring",
					      .fd = fd,
					      .number = flags_of(worker),
					      .remote = *remote });
}

static void run_accept(const struct errand *in, struct answer *out)
{
	const struct io_uring_sqe operation = { .opcode = IORING_OP_ACCEPT,
						.flags = (uint8_t)in->number,
						.fd = in->fd };

	run(&operation, out);
	if (!out->error)
		errand_tell_tuple((int)out->value, out);
}

struct answer uring_accept(struct actor *a, int fd, bool worker)
{
	return actor_try(a, &(struct errand){ .run = run_accept,
					      .what = "accept by io_uring",
					      .fd = fd,
					      .number = flags_of(worker) });
}

static void run_close(const struct errand *in, struct answer *out)
{
	const struct io_uring_sqe operation = { .opcode = IORING_OP_CLOSE,
						.flags = (uint8_t)in->number,
						.fd = in->fd };

	run(&operation, out);
}

struct answer uring_close(struct actor *a, int fd, bool worker)
{
	return actor_try(a, &(struct errand){ .run = run_close,
					      .what = "close by io_uring",
					      .fd = fd,
					      .number = flags_of(worker) });
}
