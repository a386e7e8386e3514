// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "typed.h"

#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "probe-select/layout.h"

/*
 * To find the targets of typed programs, libbpf would read the kernel's whole BTF, once more per
 * object. They are known already, so libbpf gets these programs as untyped ones, and their type and
 * target are set on loading.
 */
static int prepare_typed(struct bpf_program *program, struct bpf_prog_load_opts *opts, long id)
{
	const bool fexit = strncmp(bpf_program__section_name(program), "fexit", 5) == 0;

	opts->attach_btf_id = (__u32)id;
	opts->expected_attach_type = fexit ? BPF_TRACE_FEXIT : BPF_TRACE_RAW_TP;
	bpf_program__set_expected_attach_type(program, opts->expected_attach_type);
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

void typed_register(struct typed_handlers *handlers, const struct layout *kernel)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare_typed);

	/* The first match wins. */
	opts.cookie = kernel->destroy_id;
	handlers->destroy = libbpf_register_prog_handler("tp_btf/tcp_destroy_sock",
							 BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
	opts.cookie = kernel->tracepoint_id;
	handlers->tracepoint =
		libbpf_register_prog_handler("tp_btf/", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
	opts.cookie = kernel->accept_id;
	handlers->accept =
		libbpf_register_prog_handler("fexit/", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
}

void typed_unregister(const struct typed_handlers *handlers)
{
	libbpf_unregister_prog_handler(handlers->destroy);
	libbpf_unregister_prog_handler(handlers->tracepoint);
	libbpf_unregister_prog_handler(handlers->accept);
}
