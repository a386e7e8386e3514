// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "audit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
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

/* Makes the program answer. Returns 0 or -errno. */
static int run(const struct audit *audit)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (audit->program >= 0)
		return bpf_prog_test_run_opts(audit->program, &opts);
	return getsockopt(audit->socket, IPPROTO_TCP, TCP_INFO, &info, &length) ? -errno : 0;
}

/* Fills in the answers. Returns 0 or -errno. */
static int ask(struct audit *audit)
{
	const uint64_t before = audit->question.answered;
	const uint32_t zero = 0;
	int result = bpf_map_update_elem(audit->map, &zero, &audit->question, BPF_ANY);

	if (!result)
		result = run(audit);
	if (!result)
		result = bpf_map_lookup_elem(audit->map, &zero, &audit->question);
	return !result && audit->question.answered == before ? -EIO : result;
}

static bool can_ask(struct audit *audit, const struct bpf_object *object, bool ring,
		    const struct facts *facts, const struct sources *sources)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(object, AUDIT_PROGRAM);

	if (!program)
		return false;
	audit->map = bpf_object__find_map_fd_by_name(object, "audit");
	if (ring) {
		audit->program = bpf_program__fd(program);
	} else {
		audit->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		audit->attachment =
			attachment_kprobe(program, "tcp_getsockopt", false, facts, sources);
		if (audit->socket < 0 || !audit->attachment)
			return false;
	}
	return !ask(audit);
}

struct audit *audit_new(const struct bpf_object *object, bool ring, const struct facts *facts,
			const struct sources *sources)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (!audit)
		return NULL;
	audit->program = audit->socket = -1;
	if (can_ask(audit, object, ring, facts, sources))
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
		if (!audit->question.answers[i].gone) {
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

/* A session whose end was not reported may have left its address to another socket. */
static bool is_of(const struct audit_answer *answer, const struct record *record)
{
	return !answer->gone && ntohs(answer->rport) == record->rport &&
	       (!record->lport || answer->lport == record->lport);
}

static void update(struct record *record, const struct audit_answer *answer)
{
	record->bytes_acked = answer->bytes_acked;
	record->bytes_received = answer->bytes_received;
	record->srtt_us = answer->srtt_us;
	record->total_retrans = answer->total_retrans;
	record->lport = answer->lport;
	record->state = answer->state;
}

unsigned audit_update(struct audit *audit, const struct sessions *sessions, const uint64_t *keys,
		      struct record *records, unsigned count)
{
	const struct audit_answer *answers = audit->question.answers;
	struct conn conn;
	unsigned updated = 0;

	memset(audit->question.keys, 0, sizeof(audit->question.keys));
	memcpy(audit->question.keys, keys, count * sizeof(*keys));
	if (ask(audit))
		return 0;
	for (unsigned i = 0; i < count; i++) {
		/* If it is still in the table, it was open while its socket was read. */
		if (!is_of(&answers[i], &records[i]) || !sessions_find(sessions, keys[i], &conn) ||
		    conn.born_ns != records[i].born_ns)
			continue;
		update(&records[i], &answers[i]);
		updated |= 1U << i;
	}
	return updated;
}
