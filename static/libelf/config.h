/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What libelf's configure would find with musl. It cannot run: it stops because other libraries of
 * elfutils need argp, fts and obstack, which libelf does not.
 */
#define HAVE_DECL_MEMRCHR      1
#define HAVE_DECL_MEMPCPY      1
#define HAVE_DECL_POWEROF2     1
#define HAVE_DECL_RAWMEMCHR    0
#define HAVE_DECL_REALLOCARRAY 1
#define HAVE_ERR_H	       1
#define HAVE_FALLTHROUGH       1
#define HAVE_GCC_STRUCT	       1
#define HAVE_MREMAP	       1
#define HAVE_STDATOMIC_H       1
#define HAVE_VISIBILITY	       1

#include <eu-config.h> /* elfutils' generated config.h includes it too, for its attributes */
