// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "hook.h"

#include <string.h>

const struct hook_ops *const hooks[HOOK_COUNT] = {
#define X(name) &hook_##name,
	HOOK_ROWS(X)
#undef X
};

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

const char *hook_word(unsigned n)
{
	const char *family = NULL;

	if (!n--)
		return "auto";
	for (int i = 0; i < HOOK_COUNT; i++) {
		if (hooks[i]->family && !is_same(hooks[i]->family, family) && !n--)
			return hooks[i]->family;
		if (!n--)
			return hooks[i]->word;
		family = hooks[i]->family;
	}
	return NULL;
}

bool hook_is_allowed(const struct hook_ops *hook, const char *word)
{
	return !word || is_same(word, hook->word) || is_same(word, hook->family);
}
