// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* BTF with a kind newer than our code. */
#include "probe-select/btf_view.h"

#include "check.h"

#define KIND_UNKNOWN 31

struct blob {
	struct btf_header header;
	__u32 layout_off, layout_len;
	struct {
		struct btf_type before;
		__u32 bits;
		struct btf_type newer;
		__u32 words[3]; /* the data after it: one word, and one for each of two elements */
		struct btf_type after;
	} types;
	struct {
		__u8 once, each;
		__u16 flags;
	} layouts[KIND_UNKNOWN + 1];
	char strings[8];
};

static struct blob blob_make(bool explained)
{
	struct blob b = {
		.header = { .magic = 0xeb9f, .version = 1 },
		.types.before = { .info = 1 << 24, .size = 4 },
		.types.newer = { .info = (__u32)KIND_UNKNOWN << 24 | 2 },
		.types.after = { .info = 7 << 24 },
	};

	b.header.hdr_len = offsetof(struct blob, types) - (explained ? 0 : 8);
	b.header.type_off = explained ? 0 : 8;
	b.header.type_len = sizeof(b.types);
	b.header.str_off = offsetof(struct blob, strings) - b.header.hdr_len;
	b.header.str_len = sizeof(b.strings);
	b.layout_off = offsetof(struct blob, layouts) - b.header.hdr_len;
	b.layout_len = sizeof(b.layouts);
	b.layouts[KIND_UNKNOWN].once = b.layouts[KIND_UNKNOWN].each = 4;
	return b;
}

static void test_explained(void)
{
	const struct blob b = blob_make(true);
	struct btf_view *view = btf_view_of(&b, sizeof(b));

	CHECK(view && btf_view_count(view) == 4);
	CHECK(view && btf_view_type(view, 3) == &b.types.after);
	btf_view_free(view);
}

static void test_unexplained(void)
{
	const struct blob b = blob_make(false);
	struct btf_view *view = btf_view_of(&b, sizeof(b));

	CHECK(view && btf_view_count(view) == 2);
	CHECK(view && btf_view_type(view, 1) == &b.types.before);
	CHECK(view && !btf_view_type(view, 2));
	btf_view_free(view);
}

/* A struct that claims more members than the data holds. */
static void test_cut_short(void)
{
	struct blob b = blob_make(true);

	b.types.newer.info = 4u << 24 | 100;
	CHECK(!btf_view_of(&b, sizeof(b)));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "explained", test_explained },
		{ "unexplained", test_unexplained },
		{ "cut_short", test_cut_short },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
