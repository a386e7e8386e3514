// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What bpf/sessions.bpf.h and bpf/slots.h rely on if a CPU reorders loads and stores (arm64). Each
 * protocol is a few steps of two CPUs, tried in every order that the architecture allows. A step
 * may overtake an earlier one of its CPU, unless both access the same address, a full barrier is
 * between them, or the step depends on the earlier load or is ordered after it. All other CPUs see
 * a store at once (ARMv8). Each protocol must hold, and must fail without its ordering.
 */
#include "check.h"

#define STEPS_MOST 4
#define VARIABLES  2

enum kind { STORE, LOAD, BARRIER };

struct step {
	enum kind kind;
	int variable;
	int value;  /* the value to store */
	bool after; /* ordered after all earlier steps of its CPU */
};

#define STORES(at, ...)                                                \
	{                                                              \
		.kind = STORE, .variable = at, .value = 1, __VA_ARGS__ \
	}
#define LOADS(at, ...)                                    \
	{                                                 \
		.kind = LOAD, .variable = at, __VA_ARGS__ \
	}

struct cpu {
	struct step steps[STEPS_MOST];
	int count;
};

/* What each step has loaded. */
struct outcome {
	int loaded[2][STEPS_MOST];
};

struct protocol {
	struct cpu cpus[2];
	bool (*wrong)(const struct outcome *outcome);
};

struct state {
	int memory[VARIABLES];
	unsigned done[2];
	struct outcome outcome;
};

static bool may_run(const struct cpu *cpu, unsigned done, int i)
{
	for (int j = 0; j < i; j++) {
		const struct step *earlier = &cpu->steps[j], *step = &cpu->steps[i];

		if (done >> j & 1)
			continue;
		if (earlier->kind == BARRIER || step->kind == BARRIER || step->after ||
		    earlier->variable == step->variable)
			return false;
	}
	return true;
}

/* Whether some order has a wrong result. */
static bool goes_wrong(const struct protocol *p, struct state state)
{
	bool ended = true;

	for (int c = 0; c < 2; c++)
		for (int i = 0; i < p->cpus[c].count; i++) {
			const struct step *step = &p->cpus[c].steps[i];
			struct state next = state;

			if (state.done[c] >> i & 1)
				continue;
			ended = false;
			if (!may_run(&p->cpus[c], state.done[c], i))
				continue;
			next.done[c] |= 1U << i;
			if (step->kind == STORE)
				next.memory[step->variable] = step->value;
			else if (step->kind == LOAD)
				next.outcome.loaded[c][i] = next.memory[step->variable];
			if (goes_wrong(p, next))
				return true;
		}
	return ended && p->wrong(&state.outcome);
}

/* The protocol without its ordering. */
static struct protocol unordered(struct protocol p)
{
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < p.cpus[c].count; i++) {
			struct step *step = &p.cpus[c].steps[i];

			step->after = false;
			if (step->kind == BARRIER)
				*step = (struct step){ LOAD, .variable = VARIABLES - 1 };
		}
	return p;
}

static void check_protocol(const struct protocol *p)
{
	const struct protocol without = unordered(*p);

	CHECK(!goes_wrong(p, (struct state){}));
	CHECK(goes_wrong(&without, (struct state){}));
}

static bool neither_saw(const struct outcome *o)
{
	return !o->loaded[0][2] && !o->loaded[1][2];
}

/*
 * The accept hook adds to the hash table and looks in the table in front; the change hook does it
 * the other way round. At least one of them sees the other's entry.
 */
static void test_both_tables(void)
{
	enum { HASH, FRONT };
	static const struct protocol p = {
		.cpus = { { { STORES(HASH, .after = false),
			      { .kind = BARRIER },
			      LOADS(FRONT, .after = false) },
			    3 },
			  { { STORES(FRONT, .after = false),
			      { .kind = BARRIER },
			      LOADS(HASH, .after = false) },
			    3 } },
		.wrong = neither_saw,
	};

	check_protocol(&p);
}

/*
 * The accept hook claims the owner and then looks for the key; the end of the session removes the
 * key and then looks for the claim.
 */
static void test_claim(void)
{
	enum { CLAIM, KEY_GONE };
	static const struct protocol p = {
		.cpus = { { { STORES(CLAIM, .after = false),
			      { .kind = BARRIER },
			      LOADS(KEY_GONE, .after = false) },
			    3 },
			  { { STORES(KEY_GONE, .after = false),
			      { .kind = BARRIER },
			      LOADS(CLAIM, .after = false) },
			    3 } },
		.wrong = neither_saw,
	};

	check_protocol(&p);
}

static bool half_seen(const struct outcome *o)
{
	return o->loaded[1][0] && !o->loaded[1][1];
}

/*
 * Whoever reads a mark first finds complete what it marks: an owner by `accepted`, a session by its
 * key, a record by its number.
 */
static void test_mark(void)
{
	enum { BODY, MARK };
	static const struct protocol p = {
		.cpus = { { { STORES(BODY, .after = false), STORES(MARK, .after = true) }, 2 },
			  { { LOADS(MARK, .after = false), LOADS(BODY, .after = true) }, 2 } },
		.wrong = half_seen,
	};

	check_protocol(&p);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "both_tables", test_both_tables },
		{ "claim", test_claim },
		{ "mark", test_mark },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
