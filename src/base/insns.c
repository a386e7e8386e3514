// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "insns.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

/* Helpers that the oldest kernels lack: since 4.18 and 4.8. */
static const int young_helpers[YOUNG_HELPERS] = { BPF_FUNC_get_current_cgroup_id,
						  BPF_FUNC_get_current_task };

struct known_insns insns_known(bool exchange, bool young)
{
	struct known_insns known = { .exchange = exchange };

	for (size_t i = 0; i < YOUNG_HELPERS; i++)
		known.helpers[i] = young || libbpf_probe_bpf_helper(
						    BPF_PROG_TYPE_KPROBE,
						    (enum bpf_func_id)young_helpers[i], NULL) > 0;
	return known;
}

/*
 * Unknown instructions prevent loading, even in branches that are never taken: newer helpers and,
 * before 5.12, atomic exchanges. A call is replaced by r0 = 0. An exchange is not reachable there
 * and is replaced by a write to the frame pointer, which the verifier refuses if it is reachable
 * after all.
 */
static struct bpf_insn insn_replace(struct bpf_insn insn, const struct known_insns *known)
{
	for (size_t i = 0; i < YOUNG_HELPERS; i++)
		if (!known->helpers[i] && insn.code == (BPF_JMP | BPF_CALL) && !insn.src_reg &&
		    insn.imm == young_helpers[i])
			return (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K };
	if (!known->exchange && BPF_CLASS(insn.code) == BPF_STX &&
	    (insn.code & 0xe0) == BPF_ATOMIC && insn.imm != BPF_ADD)
		return (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
					  .dst_reg = BPF_REG_10 };
	return insn;
}

int insns_drop_unknown(struct bpf_program *program, const struct known_insns *known)
{
	const struct bpf_insn *insns = program ? bpf_program__insns(program) : NULL;
	size_t count = program ? bpf_program__insn_cnt(program) : 0;
	struct bpf_insn *replaced;
	int result;

	if (!count)
		return 0;
	replaced = malloc(count * sizeof(*replaced));
	if (!replaced)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		replaced[i] = insn_replace(insns[i], known);
	result = bpf_program__set_insns(program, replaced, count);
	free(replaced);
	return result;
}
