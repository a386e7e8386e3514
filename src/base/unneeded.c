// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the libraries refer to and we never reach. The linker takes these instead of the libraries'
 * own, which would pull in 40 KB: USDT probes and the generator of light skeletons in libbpf, and
 * compression in zlib. Only the functions that also run without work to do return.
 */
#include <stdlib.h>
#include <zlib.h>

struct bpf_gen;
struct usdt_manager;

/* libbpf only reads with it. */
int gzclose(gzFile file)
{
	return gzclose_r(file);
}

/* Called when an object is closed; there is none to free. */
void usdt_manager_free(struct usdt_manager *manager);
void bpf_gen__free(struct bpf_gen *gen);

void usdt_manager_free(struct usdt_manager *manager)
{
	(void)manager;
}

void bpf_gen__free(struct bpf_gen *gen)
{
	(void)gen;
}

/* The rest is called for objects only that have a generator or USDT probes. Ours have neither. */
#define UNREACHED(name)  \
	void name(void); \
	void name(void)  \
	{                \
		abort(); \
	}

UNREACHED(usdt_manager_new)
UNREACHED(usdt_manager_attach_usdt)
UNREACHED(bpf_gen__init)
UNREACHED(bpf_gen__finish)
UNREACHED(bpf_gen__load_btf)
UNREACHED(bpf_gen__map_create)
UNREACHED(bpf_gen__prog_load)
UNREACHED(bpf_gen__map_update_elem)
UNREACHED(bpf_gen__map_freeze)
UNREACHED(bpf_gen__record_attach_target)
UNREACHED(bpf_gen__record_extern)
UNREACHED(bpf_gen__record_relo_core)
UNREACHED(bpf_gen__populate_outer_map)
