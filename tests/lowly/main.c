// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Runs a program as nobody, with only the capabilities given by number:
 *
 *   lowly [NUMBER...] -- PROGRAM [ARGUMENT...]
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static int die(const char *what)
{
	fprintf(stderr, "lowly: %s: %s\n", what, strerror(errno));
	return 125;
}

/* Makes the capabilities effective, and keeps them for the program. */
static int keep(uint64_t caps)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		const uint32_t word = (uint32_t)(caps >> 32 * i);

		data[i] = (struct __user_cap_data_struct){ word, word, word };
	}
	if (syscall(SYS_capset, &header, data))
		return -1;
	for (int cap = 0; cap < 64; cap++)
		if (caps >> cap & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t caps = 0;
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		caps |= UINT64_C(1) << (strtoul(argv[i], NULL, 10) & 63);
	if (i + 1 >= argc) {
		fprintf(stderr, "usage: lowly [NUMBER...] -- PROGRAM [ARGUMENT...]\n");
		return 125;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgid(NOBODY) || setuid(NOBODY))
		return die("cannot become nobody");
	if (keep(caps))
		return die("cannot keep these capabilities");
	execvp(argv[i + 1], argv + i + 1);
	return die(argv[i + 1]);
}
