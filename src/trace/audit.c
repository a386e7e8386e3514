// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "audit.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/audit.h"
#include "bpf/tcp_state.h"
#include "probe-select/attachment.h"
#include "sessions.h"

struct audit {
	int program; /* run by us; -1: instead it runs when `socket` is queried */
	int map;
	int socket;
	struct attachment *attachment;
	const struct sessions *sessions; /* during audit_count() */
	struct audit_question question;
	uint64_t born_ns[AUDIT_KEYS];
	uint32_t connecting;	    /* bit i is set if keys[i] is in SYN_SENT */
	int asked;		    /* number of keys in the question */
	struct audit_counts counts; /* so far */
	int error;		    /* the first -errno */
};

/* Fills in the answer. Returns 0 or -errno. */
static int ask_program(struct audit *audit)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = audit->question.keys,
		    .ctx_size_in = sizeof(audit->question.keys));
	int result = bpf_prog_test_run_opts(audit->program, &opts);

	audit->question.gone = opts.retval;
	return result;
}

static int ask_socket(struct audit *audit)
{
	const uint64_t before = audit->question.answers;
	const uint32_t zero = 0;
	struct tcp_info info;
	socklen_t length = sizeof(info);
	int result = bpf_map_update_elem(audit->map, &zero, &audit->question, BPF_ANY);

	if (result)
		return result;
	if (getsockopt(audit->socket, IPPROTO_TCP, TCP_INFO, &info, &length))
		return -errno;
	result = bpf_map_lookup_elem(audit->map, &zero, &audit->question);
	return !result && audit->question.answers == before ? -EIO : result;
}

static int ask(struct audit *audit)
{
	return audit->program >= 0 ? ask_program(audit) : ask_socket(audit);
}

static bool can_ask_program(struct audit *audit, const struct bpf_object *object)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(object, AUDIT_PROGRAM_RING);

	audit->program = program ? bpf_program__fd(program) : -1;
	return audit->program >= 0 && !ask(audit);
}

static bool can_ask_socket(struct audit *audit, const struct bpf_object *object,
			   const struct facts *facts, const struct sources *sources)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(object, AUDIT_PROGRAM_PERF);

	audit->program = -1;
	if (!program)
		return false;
	audit->map = bpf_object__find_map_fd_by_name(object, "audit");
	audit->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	audit->attachment = attachment_kprobe(program, "tcp_getsockopt", false, facts, sources);
	return audit->socket >= 0 && audit->attachment && !ask(audit);
}

struct audit *audit_new(const struct bpf_object *object, const struct facts *facts,
			const struct sources *sources)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (!audit)
		return NULL;
	audit->socket = -1;
	if (can_ask_program(audit, object) || can_ask_socket(audit, object, facts, sources))
		return audit;
	audit_free(audit);
	return NULL;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	attachment_close(audit->attachment);
	if (audit->socket >= 0)
		close(audit->socket);
	free(audit);
}

/* Counts those that are gone and still in the table, since a session may have ended meanwhile. */
static void flush(struct audit *audit)
{
	struct conn conn;
	int result = ask(audit);

	if (result && !audit->error)
		audit->error = result;
	for (int i = 0; i < audit->asked && !result; i++)
		if (!(audit->question.gone >> i & 1)) {
			audit->counts.open++;
			audit->counts.connecting += audit->connecting >> i & 1;
		} else {
			audit->counts.gone +=
				sessions_find(audit->sessions, audit->question.keys[i], &conn) &&
				conn.born_ns == audit->born_ns[i];
		}
	for (int i = 0; i < AUDIT_KEYS; i++)
		audit->question.keys[i] = 0;
	audit->asked = 0;
	audit->connecting = 0;
}

static void on_session(void *arg, uint64_t key, const struct conn *conn)
{
	struct audit *audit = arg;

	/* For sessions from before tracing only the owner is noted. */
	if (!conn->born_ns || audit->error)
		return;
	audit->question.keys[audit->asked] = key;
	audit->connecting |= (uint32_t)(conn->state == STATE_SYN_SENT) << audit->asked;
	audit->born_ns[audit->asked] = conn->born_ns;
	if (++audit->asked == AUDIT_KEYS)
		flush(audit);
}

struct audit_counts audit_count(struct audit *audit, const struct sessions *sessions)
{
	bool once;

	audit->sessions = sessions;
	audit->counts = (struct audit_counts){ 0 };
	audit->error = 0;
	once = sessions_each(sessions, on_session, audit);
	if (audit->asked)
		flush(audit);
	if (audit->error || !once)
		audit->counts.open = audit->counts.connecting = -1;
	if (audit->error)
		audit->counts.gone = audit->error;
	return audit->counts;
}
