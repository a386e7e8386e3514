// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For SYSTEM_LIBS=1: what libelf.a of elfutils 0.192 refers to, and Debian 13 has in no archive.
 * The tree holds what elf_getdata_rawchunk() has read. libbpf does not call that, so it stays
 * empty.
 */

struct search_tree;
__attribute__((weak)) void eu_search_tree_init(struct search_tree *tree, void (*free_node)(void *));
__attribute__((weak)) void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

void eu_search_tree_init(struct search_tree *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
