/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "output/histogram.h"

#include <stdlib.h>

#include "check.h"

#define VALUES 5000

static uint64_t values[VALUES];

static uint64_t random_bits(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* All magnitudes are equally likely. */
static uint64_t random_value(void)
{
	return random_bits() >> random_bits() % 64;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* By definition: sorts the values and counts. */
static uint64_t exact(size_t count, unsigned permille)
{
	for (size_t i = 0; i < count; i++)
		if ((i + 1) * 1000 >= count * permille)
			return values[i];
	return 0;
}

/* Whether it is within 1/256 of the value, in integers. */
static bool is_close(uint64_t told, uint64_t value)
{
	const uint64_t apart = told > value ? told - value : value - told;

	return apart <= value / 256;
}

/* Checks all quantiles of a histogram of the first `count` values. */
static void check_quantiles(size_t count)
{
	struct histogram h = { 0 };
	uint64_t last = 0;

	for (size_t i = 0; i < count; i++)
		CHECK(histogram_add(&h, values[i]));
	qsort(values, count, sizeof(values[0]), compare);
	CHECK(h.count == count && h.least == values[0] && h.greatest == values[count - 1]);
	for (unsigned permille = 1; permille <= 1000; permille++) {
		const uint64_t told = histogram_quantile(&h, permille);

		if (!CHECK(is_close(told, exact(count, permille))))
			printf("%zu values, %u per mille: %llu, not %llu\n", count, permille,
			       (unsigned long long)told,
			       (unsigned long long)exact(count, permille));
		CHECK(told >= last && told >= h.least && told <= h.greatest);
		last = told;
	}
	CHECK(last == h.greatest);
	histogram_clear(&h);
	CHECK(h.count == 0);
}

static void test_empty(void)
{
	struct histogram h = { 0 };

	CHECK(histogram_quantile(&h, 500) == 0 && histogram_quantile(&h, 1000) == 0);
	histogram_clear(&h);
}

/* A single value is exact; between two others it is within 1/256. */
static void check_value(uint64_t value)
{
	values[0] = value;
	check_quantiles(1);
	values[0] = 0;
	values[1] = value;
	values[2] = UINT64_MAX;
	check_quantiles(3);
}

static void test_edges(void)
{
	for (unsigned bit = 0; bit < 64; bit++)
		for (int less = -2; less <= 2; less++)
			check_value((1ull << bit) + (uint64_t)(int64_t)less);
	check_value(0);
	check_value(UINT64_MAX);
	check_value(INT64_MAX);
}

/* Each value is the middle one of three, so that neither the least nor the greatest reveals it. */
static void test_each_value(void)
{
	struct histogram h = { 0 };

	for (int i = 0; i < 1000000; i++) {
		const uint64_t value = random_value();

		histogram_add(&h, 0);
		histogram_add(&h, value);
		histogram_add(&h, UINT64_MAX);
		if (!is_close(histogram_quantile(&h, 500), value))
			CHECK(!"within 1/256");
		/* Only its octave is allocated again; the other two stay. */
		if (h.count == 3)
			histogram_clear(&h);
	}
	CHECK(h.count == 0);
	for (uint64_t value = 0; value < 128; value++) {
		histogram_add(&h, 0);
		histogram_add(&h, value);
		histogram_add(&h, UINT64_MAX);
		CHECK(histogram_quantile(&h, 500) == value);
		histogram_clear(&h);
	}
}

static void test_random(void)
{
	for (size_t count = 1; count <= VALUES; count += 1 + count / 3) {
		for (size_t i = 0; i < count; i++)
			values[i] = random_value();
		check_quantiles(count);
		/* Lifespans: most are in a few octaves. */
		for (size_t i = 0; i < count; i++)
			values[i] = 50000 + random_bits() % 100000000;
		check_quantiles(count);
	}
}

static void test_equal(void)
{
	for (size_t i = 0; i < 1000; i++)
		values[i] = 123456789;
	check_quantiles(1000);
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "empty", test_empty },	   { "edges", test_edges },
		{ "each-value", test_each_value }, { "random", test_random },
		{ "equal", test_equal },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
