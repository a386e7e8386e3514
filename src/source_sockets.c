// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sessions that are open now, from the kernel's list of sockets: --list, which traces nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/host.h"
#include "base/message.h"
#include "session/cgroups.h"
#include "session/existing.h"
#include "session/netns.h"
#include "session/proc.h"
#include "session/sock_diag.h"
#include "source.h"
#include "trace/open.h"

struct sockets {
	struct source source; /* must be first */
	const struct options *options;
	source_fn *fn;
	void *arg;
	struct session_view view;
	struct sock_diag *diag;
	struct existing *existing;
	struct cgroups *cgroups; /* NULL: out of memory */
	struct open *open;
};

static struct sockets *sockets_of(const struct source *source)
{
	return (struct sockets *)source;
}

static int64_t sockets_since_ns(const struct source *source)
{
	return sockets_of(source)->view.since_ns;
}

static int sockets_watch(struct source *source, struct loop *loop)
{
	(void)source;
	(void)loop;
	return 0;
}

/* There are no maps to read. */
static bool always(const void *arg)
{
	(void)arg;
	return true;
}

static void sockets_needs(const struct source *source, struct privilege_needs *needs)
{
	needs->directories |= sockets_of(source)->cgroups != NULL;
	needs->diagnosis = true;
	needs->works = always;
}

static int sockets_drain(struct source *source)
{
	(void)source;
	return 0;
}

static void take(void *arg, const struct record *record, uint64_t counted,
		 struct session_moved *moved)
{
	struct sockets *sockets = arg;
	struct session session;
	struct cgroup cgroup;

	(void)moved;
	if (!scope_has(&sockets->options->scope, record))
		return;
	session_read_open(&session, record, &sockets->view, counted);
	cgroup = cgroups_find(sockets->cgroups, session.cgroup_id);
	session.cgroup = cgroup.path;
	session.container_id = cgroup.container;
	session.pod_uid = cgroup.pod;
	if (filter_accepts(&sockets->options->filter, &session))
		sockets->fn(sockets->arg, &session);
}

static void sockets_look(struct source *source)
{
	struct sockets *sockets = sockets_of(source);
	const int result = open_look(sockets->open, true, take, sockets);

	if (result)
		message("warning: not all open sessions are listed: %s", strerror(-result));
}

static bool sockets_end(struct source *source, char *why, size_t size)
{
	(void)why;
	(void)size;
	sockets_look(source);
	return true;
}

static bool sockets_is_over(const struct source *source)
{
	(void)source;
	return true;
}

static int sockets_losses(const struct source *source, struct losses *losses)
{
	(void)source;
	*losses = (struct losses){ 0 };
	return 0;
}

static void sockets_stop(struct source *source)
{
	(void)source;
}

static void sockets_free(struct source *source)
{
	struct sockets *sockets = sockets_of(source);

	open_free(sockets->open);
	cgroups_free(sockets->cgroups);
	existing_free(sockets->existing);
	sock_diag_free(sockets->diag);
	free(sockets);
}

/* Returns false with a line in why. */
static bool start(struct sockets *sockets, char *why, size_t size)
{
	struct open_request request = { .netns_known = true, .most = UINT32_MAX };
	char said[256];

	netns_doubt(sockets->options->filter.netns, sockets->options->filter.netns_count);
	message_warning(proc_blindness());
	sockets->diag = sock_diag_new(why, size);
	if (!sockets->diag)
		return false;
	message_warning(why);
	*why = '\0';
	sockets->view.since_ns = clock_now_ns();
	sockets->view.wall_offset_ns = clock_wall_ns() - sockets->view.since_ns;
	sockets->view.host = host_get();
	sockets->existing = existing_new(sockets->diag, UINT32_MAX, said, sizeof(said));
	if (sockets->existing) {
		message_warning(said);
		sockets->cgroups = cgroups_new();
		request.diag = sockets->diag;
		request.existing = sockets->existing;
		sockets->open = open_new(&request);
	}
	if (!sockets->open)
		snprintf(why, size, "not enough memory for the sessions that are open");
	return sockets->open;
}

struct source *source_sockets_new(const struct options *options, source_fn *fn, void *arg,
				  char *why, size_t size)
{
	static const struct source_ops ops = {
		.since_ns = sockets_since_ns,
		.watch = sockets_watch,
		.needs = sockets_needs,
		.drain = sockets_drain,
		.look = sockets_look,
		.is_over = sockets_is_over,
		.losses = sockets_losses,
		.stop = sockets_stop,
		.end = sockets_end,
		.free = sockets_free,
	};
	struct sockets *sockets = calloc(1, sizeof(*sockets));

	if (!sockets) {
		snprintf(why, size, "not enough memory for the sessions that are open");
		return NULL;
	}
	sockets->source.ops = &ops;
	sockets->options = options;
	sockets->fn = fn;
	sockets->arg = arg;
	if (start(sockets, why, size))
		return &sockets->source;
	sockets_free(&sockets->source);
	return NULL;
}
