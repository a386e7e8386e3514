// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "helper.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define STACK_BYTES (256 * 1024)

int helper_run(int (*body)(void *arg), void *arg)
{
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigset_t all, before;
	int status = 0, result;
	pid_t pid;

	if (stack == MAP_FAILED)
		return -errno;
	/* The helper shares our memory, so a signal handler must not run in it as well. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = clone(body, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, arg);
	if (pid < 0) {
		result = -errno;
	} else {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		result = WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	munmap(stack, STACK_BYTES);
	return result;
}
