// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "filter.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/table.h"
#include "netns.h"

#define STRINGIFY(x) #x
#define EXPAND(x)    STRINGIFY(x)
#define TOO_MANY     "is one too many (" EXPAND(FILTER_WORDS) ")"
#define NO_ADDRESS   "is not an address or a network (192.0.2.1, 10.0.0.0/8, 2001:db8::/32)"
#define COMM_LONGEST 15 /* the kernel truncates longer names */
#define USER_LONGEST 255

static bool add_comm(void *to, const char *word, size_t length, struct blame *blame)
{
	struct filter *f = to;
	const bool pattern = strcspn(word, "*?[\\") < length;

	if (f->comm_count == FILTER_WORDS)
		return blame_word(blame, word, length, TOO_MANY);
	if (!pattern && length > COMM_LONGEST)
		return blame_word(blame, word, length,
				  "is longer than the " EXPAND(
					  COMM_LONGEST) " bytes of a name that the kernel keeps");
	if (length >= FILTER_COMM)
		return blame_word(blame, word, length, "is too long");
	memcpy(f->comms[f->comm_count], word, length);
	f->comms[f->comm_count++][length] = '\0';
	f->on = true;
	return true;
}

bool filter_add_comms(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a name", add_comm, f, blame);
}

/* A statically linked glibc's getpwnam() would need shared libraries of the same version. */
static const struct passwd *user_named(const char *name)
{
#ifdef __GLIBC__
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *user = NULL;

	while (file && (user = fgetpwent(file)) && strcmp(user->pw_name, name))
		;
	if (file)
		fclose(file);
	return user;
#else
	return getpwnam(name);
#endif
}

static bool read_user(const char *word, size_t length, uint64_t *uid)
{
	char name[USER_LONGEST + 1];
	const struct passwd *user;

	if (text_read_number(word, length, UINT32_MAX - 1, uid))
		return true;
	if (length > USER_LONGEST)
		return false;
	memcpy(name, word, length);
	name[length] = '\0';
	user = user_named(name);
	if (user)
		*uid = user->pw_uid;
	return user;
}

static bool add_uid(void *to, const char *word, size_t length, struct blame *blame)
{
	struct filter *f = to;
	uint64_t uid;

	if (f->uid_count == FILTER_WORDS)
		return blame_word(blame, word, length, TOO_MANY);
	if (!read_user(word, length, &uid))
		return blame_word(blame, word, length, "is not a user's number or name");
	f->uids[f->uid_count++] = (uint32_t)uid;
	f->on = true;
	return true;
}

bool filter_add_uids(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a user", add_uid, f, blame);
}

/* A network of IPv4-mapped addresses becomes an IPv4 network, as in sessions. */
static void net_unmap(struct filter_net *net)
{
	if (net->ip != 6 || net->bits < 96 || !address_is_mapped(net->address))
		return;
	memmove(net->address, net->address + ADDRESS_MAPPED_BYTES, 4);
	net->ip = 4;
	net->bits -= 96;
}

static bool read_net(struct filter_net *net, const char *word, size_t length)
{
	const char *slash = memchr(word, '/', length);
	const size_t address_length = slash ? (size_t)(slash - word) : length;
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;

	if (address_length >= sizeof(address))
		return false;
	memcpy(address, word, address_length);
	address[address_length] = '\0';
	net->ip = memchr(address, ':', address_length) ? 6 : 4;
	bits = net->ip == 4 ? 32 : 128;
	if (inet_pton(net->ip == 4 ? AF_INET : AF_INET6, address, net->address) != 1)
		return false;
	if (slash && !text_read_number(slash + 1, length - address_length - 1, bits, &bits))
		return false;
	net->bits = (uint8_t)bits;
	net_unmap(net);
	return true;
}

static bool add_net(void *to, const char *word, size_t length, struct blame *blame)
{
	struct filter_nets *nets = to;

	if (nets->count == FILTER_WORDS)
		return blame_word(blame, word, length, TOO_MANY);
	if (!read_net(&nets->list[nets->count], word, length))
		return blame_word(blame, word, length, NO_ADDRESS);
	nets->count++;
	return true;
}

bool filter_add_laddrs(struct filter *f, const char *list, struct blame *blame)
{
	f->on = true;
	return words_each(list, "lacks an address", add_net, &f->laddr, blame);
}

bool filter_add_raddrs(struct filter *f, const char *list, struct blame *blame)
{
	f->on = true;
	return words_each(list, "lacks an address", add_net, &f->raddr, blame);
}

const char *filter_ending(unsigned n)
{
	return n < ENDINGS ? ending_name((enum ending)n) : NULL;
}

static bool add_ending(void *to, const char *word, size_t length, struct blame *blame)
{
	struct filter *f = to;
	unsigned ending;

	if (!words_find(filter_ending, word, length, &ending))
		return words_blame(filter_ending, "is not an ending", word, length, blame);
	f->endings |= 1u << ending;
	f->on = true;
	return true;
}

bool filter_add_endings(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks an ending", add_ending, f, blame);
}

static bool add_pattern(struct filter *f, bool container, const char *word, size_t length,
			struct blame *blame)
{
	if (f->cgroup_count == FILTER_WORDS)
		return blame_word(blame, word, length, TOO_MANY);
	if (length > CGROUP_PATTERN_LONGEST)
		return blame_word(blame, word, length, "is too long");
	f->cgroups[f->cgroup_count++] = (struct cgroup_pattern){ container, word, length };
	f->on = true;
	return true;
}

static bool add_cgroup(void *to, const char *word, size_t length, struct blame *blame)
{
	return add_pattern(to, false, word, length, blame);
}

bool filter_add_cgroups(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a cgroup", add_cgroup, f, blame);
}

/* Kubernetes writes containerd://ID. */
static bool add_container(void *to, const char *word, size_t length, struct blame *blame)
{
	const char *scheme = memmem(word, length, "://", 3);

	if (scheme && scheme + 3 < word + length) {
		length -= (size_t)(scheme + 3 - word);
		word = scheme + 3;
	}
	return add_pattern(to, true, word, length, blame);
}

bool filter_add_containers(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks an id", add_container, f, blame);
}

static bool add_netns(void *to, const char *word, size_t length, struct blame *blame)
{
	struct filter *f = to;
	const char *wrong;

	if (f->netns_count == FILTER_WORDS)
		return blame_word(blame, word, length, TOO_MANY);
	wrong = netns_find(word, length, &f->netns[f->netns_count]);
	if (wrong)
		return blame_word(blame, word, length, wrong);
	f->netns_count++;
	f->on = true;
	return true;
}

bool filter_add_netns(struct filter *f, const char *list, struct blame *blame)
{
	return words_each(list, "lacks a namespace", add_netns, f, blame);
}

bool filter_set_min_ms(struct filter *f, const char *word, struct blame *blame)
{
	uint64_t ns;

	if (!words_read_decimal(word, 1000000, &ns))
		return blame_word(blame, word, strlen(word),
				  "is not a time in milliseconds (up to 1000000000)");
	f->min_ns = (int64_t)ns;
	f->on = true;
	return true;
}

bool filter_set_sample(struct filter *f, const char *word, struct blame *blame)
{
	const size_t length = strlen(word);

	if (strncmp(word, "1/", 2) != 0 ||
	    !text_read_number(word + 2, length - 2, UINT32_MAX, &f->sample) || !f->sample)
		return blame_word(blame, word, length,
				  "is not a sample (1/10: one session in ten)");
	f->on = true;
	return true;
}

bool filter_set_min_bytes(struct filter *f, const char *word, struct blame *blame)
{
	if (!text_read_number(word, strlen(word), INT64_MAX, &f->min_bytes))
		return blame_word(blame, word, strlen(word), "is not a number of bytes");
	f->on = true;
	return true;
}

static bool net_has(const struct filter_net *net, int ip, const uint8_t *address)
{
	const size_t bytes = net->bits / 8;
	const unsigned rest = net->bits % 8;

	if (net->ip != ip || memcmp(net->address, address, bytes) != 0)
		return false;
	return !rest || !((net->address[bytes] ^ address[bytes]) >> (8 - rest));
}

static bool nets_have(const struct filter_nets *nets, int ip, const uint8_t *address)
{
	for (unsigned i = 0; i < nets->count; i++)
		if (net_has(&nets->list[i], ip, address))
			return true;
	return !nets->count;
}

static bool comms_have(const struct filter *f, const char *comm)
{
	for (unsigned i = 0; i < f->comm_count; i++)
		if (fnmatch(f->comms[i], comm, 0) == 0)
			return true;
	return !f->comm_count;
}

static bool uids_have(const struct filter *f, int64_t uid)
{
	for (unsigned i = 0; i < f->uid_count; i++)
		if (f->uids[i] == uid)
			return true;
	return !f->uid_count;
}

static bool netns_have(const struct filter *f, int64_t netns)
{
	for (unsigned i = 0; i < f->netns_count; i++)
		if (f->netns[i] == netns)
			return true;
	return !f->netns_count;
}

/* A value of --cgroup or of --container is enough, but if both are given, one of each. */
static bool cgroups_have(const struct filter *f, const char *path)
{
	bool found[2] = { false, false }, asked[2] = { false, false };

	for (unsigned i = 0; i < f->cgroup_count; i++) {
		const struct cgroup_pattern *pattern = &f->cgroups[i];

		asked[pattern->container] = true;
		if (path && !found[pattern->container])
			found[pattern->container] = cgroup_pattern_matches(pattern, path);
	}
	return found[0] >= asked[0] && found[1] >= asked[1];
}

static uint64_t end_hash(const uint8_t *address, int ip, uint16_t port)
{
	uint64_t hash = table_mix(0, port);

	for (int i = 0; i < (ip == 4 ? 4 : 16); i++)
		hash = table_mix(hash, address[i]);
	return hash;
}

/*
 * Whether it is in the sample. The addresses and ports decide, and in no order, so that both ends
 * agree; the hash must not change from version to version.
 */
static bool is_sampled(const struct filter *f, const struct session *s)
{
	const uint64_t both =
		end_hash(s->laddr, s->ip, s->lport) + end_hash(s->raddr, s->ip, s->rport);

	return f->sample < 2 || table_mix(table_mix(0, both), f->sample) % f->sample == 0;
}

/* Unknown payload may be any. */
static bool is_large(const struct filter *f, const struct session *s)
{
	return s->tx_bytes < 0 || s->rx_bytes < 0 ||
	       (uint64_t)s->tx_bytes + (uint64_t)s->rx_bytes >= f->min_bytes;
}

/* Whether it passes what makes records fewer, and asks nothing of who or where. */
static bool passes(const struct filter *f, const struct session *s)
{
	return s->duration_ns >= f->min_ns && (!f->endings || f->endings >> s->ending & 1) &&
	       is_large(f, s) && is_sampled(f, s);
}

static bool parties_match(const struct filter *f, const struct session *s)
{
	return uids_have(f, s->uid) && nets_have(&f->laddr, s->ip, s->laddr) &&
	       nets_have(&f->raddr, s->ip, s->raddr) && comms_have(f, s->comm) &&
	       netns_have(f, s->netns);
}

bool filter_matches(const struct filter *f, const struct session *s)
{
	return passes(f, s) && parties_match(f, s) && cgroups_have(f, s->cgroup);
}

bool filter_thins(const struct filter *f, const struct session *s)
{
	return !passes(f, s) && parties_match(f, s) && cgroups_have(f, s->cgroup);
}

bool filter_picks(const struct filter *f)
{
	return f->laddr.count || f->raddr.count || f->comm_count || f->uid_count ||
	       f->cgroup_count || f->netns_count;
}

const char *filter_impossible(const struct filter *f, uint64_t known)
{
	if (f->cgroup_count && !(known & KNOWS(KNOWN_CGROUP)))
		return "--cgroup and --container need Linux 4.18, since when the kernel tells the "
		       "cgroup of a process: try --netns PID";
	if (f->netns_count && !(known & KNOWS(FIELD_NETNS_INUM)))
		return "--netns: the network namespaces of sessions are not known on this kernel: "
		       "see tcplife --check";
	return NULL;
}

bool filter_lacks_cgroup(const struct filter *f, const struct session *s)
{
	return f->cgroup_count && !s->cgroup && passes(f, s) && parties_match(f, s);
}
