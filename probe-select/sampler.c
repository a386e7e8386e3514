// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sampler.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/order.h"
#include "bpf/tcp_state.h"
#include "calibrator.h"
#include "loopback.h"

/* The socket flags that are checked: no descriptor left, the peer's FIN has arrived. */
#define FLAG_DEAD 1
#define FLAG_DONE 2

struct sampler {
	struct calibrator *calibrator;
	struct loopback loopback;
	struct samples *samples;
	int patience_ms;
	int64_t deadline_ms; /* end of the rehearsal */
};

/* --- expected values --- */

static void expect(struct sample *sample, enum layout_field field, const void *bytes)
{
	struct expectation *expectation = &sample->expected[field];

	expectation->given = true;
	memcpy(expectation->bytes, bytes, (size_t)layout_field_bytes(field));
}

static void expect_u64(struct sample *sample, enum layout_field field, uint64_t value)
{
	uint8_t bytes[sizeof(value)];

	order_store(bytes, value, (size_t)layout_field_bytes(field));
	expect(sample, field, bytes);
}

static void expect_mapped(struct sample *sample, enum layout_field field, struct in_addr address)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };

	memcpy(bytes + 12, &address, 4);
	expect(sample, field, bytes);
}

/* The state, addresses and ports before the change. */
static void expect_tuple(struct sample *sample, const struct loopback_end *end)
{
	expect_u64(sample, FIELD_STATE, sample->oldstate);
	expect_u64(sample, FIELD_FAMILY, (uint64_t)end->family);
	/* At the change to CLOSE the socket has already given up its port. */
	if (sample->newstate != STATE_CLOSE)
		expect_u64(sample, FIELD_NUM, ntohs(end->local.sin_port));
	expect(sample, FIELD_DPORT, &end->remote.sin_port);
	expect(sample, FIELD_SPORT, &end->local.sin_port);
	if (end->family == AF_INET) {
		expect(sample, FIELD_DADDR, &end->remote.sin_addr);
		expect(sample, FIELD_RCV_SADDR, &end->local.sin_addr);
	} else {
		expect_mapped(sample, FIELD_V6_DADDR, end->remote.sin_addr);
		expect_mapped(sample, FIELD_V6_RCV_SADDR, end->local.sin_addr);
	}
}

/* The counters. info was read before the change, when nothing was in flight. */
static void expect_counters(struct sample *sample, const struct tcp_info *info)
{
	expect_u64(sample, FIELD_BYTES_ACKED, info->tcpi_bytes_acked);
	expect_u64(sample, FIELD_BYTES_RECEIVED, info->tcpi_bytes_received);
	expect_u64(sample, FIELD_SRTT, info->tcpi_rtt);
}

static void expect_net(struct sample *sample, uint64_t inode)
{
	if (inode)
		expect_u64(sample, FIELD_NETNS_INUM, inode);
}

/* --- samples --- */

/*
 * Waits for the sample of an end's state change. If it does not arrive, counts it as missed and
 * returns a sample that is ignored, without a thread.
 */
static struct sample *take(struct sampler *sampler, const struct loopback_end *end,
			   uint32_t oldstate, uint32_t newstate)
{
	static struct sample nowhere;
	const struct state_change change = {
		.laddr = end->local.sin_addr.s_addr,
		.raddr = end->remote.sin_addr.s_addr,
		.lport = ntohs(end->local.sin_port),
		.rport = ntohs(end->remote.sin_port),
		.oldstate = oldstate,
		.newstate = newstate,
	};
	struct samples *samples = sampler->samples;
	struct sample *sample =
		samples->count < SAMPLES_MOST ? &samples->list[samples->count] : &nowhere;
	int64_t deadline_ms = calibrator_now_ms() + sampler->patience_ms;

	if (deadline_ms > sampler->deadline_ms)
		deadline_ms = sampler->deadline_ms;
	if (sample != &nowhere &&
	    calibrator_take(sampler->calibrator, &change, deadline_ms, sample)) {
		samples->count++;
		return sample;
	}
	samples->missed++;
	nowhere.task = 0;
	return &nowhere;
}

/* The sample of a socket, with what is expected of any. */
static struct sample *collect(struct sampler *sampler, const struct loopback_end *end,
			      uint32_t oldstate, uint32_t newstate)
{
	struct sample *sample = take(sampler, end, oldstate, newstate);

	expect_tuple(sample, end);
	return sample;
}

/* The threads that connected a session: first ours, which leads the others. */
static void sample_threads(struct sampler *sampler)
{
	char ours[LOOPBACK_NAME] = "";
	uint64_t leader = 0;

	prctl(PR_GET_NAME, ours);
	for (int i = 0; i <= LOOPBACK_THREADS; i++) {
		const struct loopback_session *session = &sampler->loopback.sessions[i];
		struct sample *sample =
			take(sampler, &session->client, STATE_CLOSE, STATE_SYN_SENT);

		if (i == 0)
			leader = sample->task;
		/* Without the helper, or a thread, there is nothing to find. */
		if (!leader || !sample->task || (i && !*session->thread))
			continue;
		expect_u64(sample, FIELD_LEADER, leader);
		expect(sample, FIELD_COMM, i ? session->thread : ours);
	}
}

/* Waits until all data sent is acknowledged, so that the counters are stable. */
static bool settle(const struct sampler *sampler, const struct loopback_end *end,
		   struct tcp_info *info)
{
	while (loopback_info(end, info) && info->tcpi_unacked) {
		if (calibrator_now_ms() >= sampler->deadline_ms)
			return false;
		usleep(200);
	}
	return info->tcpi_bytes_received;
}

/* Waits for the peer's FIN, and has it acknowledged at once instead of after 40 ms. */
static bool await_fin(const struct loopback_end *end)
{
	const int on = 1;
	char nothing;

	if (recv(end->fd, &nothing, sizeof(nothing), 0))
		return false;
	setsockopt(end->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	return true;
}

/* The client closes first, fully or only its sending half; then the server closes. */
static bool sample_orderly(struct sampler *sampler, struct loopback_session *session, bool half)
{
	struct loopback_end *client = &session->client, *server = &session->server;
	struct tcp_info before_client, before_server;
	struct sample *sample;

	if (!settle(sampler, client, &before_client) || !settle(sampler, server, &before_server))
		return false;
	if (half)
		shutdown(client->fd, SHUT_WR);
	else
		loopback_end_close(client);
	if (!await_fin(server))
		return false;
	sample = collect(sampler, client, STATE_ESTABLISHED, STATE_FIN_WAIT1);
	expect_counters(sample, &before_client);
	expect_u64(sample, FIELD_SK_FLAGS, 0);
	expect_u64(sample, FIELD_SK_ERR, 0);
	expect_u64(sample, FIELD_LINGER2, 0);
	expect_net(sample, sampler->loopback.inode);
	if (!half) {
		sample = collect(sampler, client, STATE_FIN_WAIT2, STATE_CLOSE);
		expect_u64(sample, FIELD_SK_FLAGS, FLAG_DEAD);
	}
	loopback_end_close(server);
	sample = collect(sampler, server, STATE_CLOSE_WAIT, STATE_LAST_ACK);
	expect_counters(sample, &before_server);
	/* It has also counted the client's FIN. */
	expect_u64(sample, FIELD_BYTES_RECEIVED, before_server.tcpi_bytes_received + 1);
	expect_u64(sample, FIELD_SK_FLAGS, FLAG_DONE);
	expect_u64(sample, FIELD_SK_ERR, 0);
	sample = collect(sampler, server, STATE_LAST_ACK, STATE_CLOSE);
	expect_u64(sample, FIELD_SK_FLAGS, FLAG_DEAD | FLAG_DONE);
	if (half) {
		sample = collect(sampler, client, STATE_FIN_WAIT2, STATE_CLOSE);
		expect_u64(sample, FIELD_SK_FLAGS, FLAG_DONE);
	}
	return true;
}

/* The server resets: it gets no error, the client does. */
static void sample_reset(struct sampler *sampler, struct loopback_session *session)
{
	const struct linger now = { .l_onoff = 1 };
	const int at_once = -1;
	struct sample *sample;

	/* The kernel stores only this value unchanged; others are converted to ticks. */
	setsockopt(session->server.fd, IPPROTO_TCP, TCP_LINGER2, &at_once, sizeof(at_once));
	setsockopt(session->client.fd, IPPROTO_TCP, TCP_LINGER2, &at_once, sizeof(at_once));
	setsockopt(session->server.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	loopback_end_close(&session->server);
	sample = collect(sampler, &session->server, STATE_ESTABLISHED, STATE_CLOSE);
	expect_u64(sample, FIELD_SK_ERR, 0);
	expect(sample, FIELD_LINGER2, &at_once);
	sample = collect(sampler, &session->client, STATE_ESTABLISHED, STATE_CLOSE);
	expect_u64(sample, FIELD_SK_ERR, ECONNRESET);
	expect(sample, FIELD_LINGER2, &at_once);
}

/* Nothing listens. On the host's loopback a firewall may drop the SYN. */
static void sample_refused(struct sampler *sampler)
{
	struct sample *sample;

	if (loopback_connect(&sampler->loopback.refused) || errno != ECONNREFUSED)
		return;
	sample = collect(sampler, &sampler->loopback.refused, STATE_SYN_SENT, STATE_CLOSE);
	expect_u64(sample, FIELD_SK_ERR, ECONNREFUSED);
}

/* In the host's network it only matters that the socket closes, whatever a firewall does. */
static void sample_host(struct sampler *sampler)
{
	struct loopback_end *host = &sampler->loopback.host;

	fcntl(host->fd, F_SETFL, O_NONBLOCK);
	if (!loopback_connect(host) || (errno != EINPROGRESS && errno != ECONNREFUSED))
		return;
	loopback_end_close(host);
	expect_net(collect(sampler, host, STATE_SYN_SENT, STATE_CLOSE),
		   sampler->loopback.host_inode);
}

static int sample_all(struct sampler *sampler)
{
	struct loopback_session *sessions = sampler->loopback.sessions;

	sample_threads(sampler);
	if (!sample_orderly(sampler, &sessions[0], true) ||
	    !sample_orderly(sampler, &sessions[1], false))
		return -ETIMEDOUT;
	sample_reset(sampler, &sessions[2]);
	sample_refused(sampler);
	sample_host(sampler);
	if (!sample_orderly(sampler, &sessions[3], true) ||
	    !sample_orderly(sampler, &sessions[LOOPBACK_MAPPED], false))
		return -ETIMEDOUT;
	return 0;
}

/* Every session of the rehearsal has one of these peer addresses. */
static int own_all(const struct sampler *sampler)
{
	const struct loopback *loopback = &sampler->loopback;
	const struct loopback_end *const others[] = { &loopback->refused, &loopback->host };
	int result = 0;

	for (int i = 0; i < LOOPBACK_SESSIONS && !result; i++) {
		const struct loopback_end *end = &loopback->sessions[i].client;

		result = calibrator_own(sampler->calibrator, end->local.sin_addr.s_addr);
		if (!result)
			result = calibrator_own(sampler->calibrator, end->remote.sin_addr.s_addr);
	}
	for (int i = 0; i < 2 && !result; i++)
		result = calibrator_own(sampler->calibrator, others[i]->remote.sin_addr.s_addr);
	return result;
}

int sampler_play(struct samples *samples, struct calibrator *calibrator, int patience_ms)
{
	struct sampler sampler = {
		.calibrator = calibrator,
		.samples = samples,
		.patience_ms = patience_ms,
		.deadline_ms = calibrator_now_ms() + 4 * patience_ms,
	};
	int result = loopback_open(&sampler.loopback, patience_ms);

	samples->count = samples->missed = 0;
	if (!result)
		result = own_all(&sampler);
	if (!result)
		result = loopback_play(&sampler.loopback);
	if (!result)
		result = sample_all(&sampler);
	calibrator_disown(calibrator);
	loopback_close(&sampler.loopback);
	return result;
}
