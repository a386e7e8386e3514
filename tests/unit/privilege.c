// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is possible after dropping privileges: each attempt runs in its own process. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "base/privilege.h"

static bool yes(const void *arg)
{
	(void)arg;
	return true;
}

static bool no(const void *arg)
{
	(void)arg;
	return false;
}

/* The errno of an attempt after the drop; 0 if it succeeds. */
static int errno_of(int (*attempt)(void), struct privilege_needs needs)
{
	char said[256];
	int status = 0;
	pid_t child;

	needs.works = needs.works ? needs.works : yes;
	fflush(stdout);
	child = fork();
	if (!child) {
		privilege_drop(&needs, said, sizeof(said));
		_exit(attempt() < 0 ? errno : 0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define NOTHING ((struct privilege_needs){ 0 })

static int open_to_read(void)
{
	return openat(AT_FDCWD, "/dev/null", O_RDONLY);
}

static int open_to_write(void)
{
	return openat(AT_FDCWD, "/tmp", O_DIRECTORY | O_WRONLY);
}

static int make_file(void)
{
	return openat(AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600);
}

static int open_directory(void)
{
	return openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int execute(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int make_process(void)
{
	return fork();
}

static int send_signal(void)
{
	return kill(getppid(), 0);
}

/* musl changes the errno. */
static int map(int protection)
{
	return syscall(SYS_mmap, NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1
		       ? -1
		       : 0;
}

static int map_code(void)
{
	return map(PROT_READ | PROT_EXEC);
}

static int map_data(void)
{
	return map(PROT_READ | PROT_WRITE);
}

/* Calls bpf(2) with a command and no map: EBADF shows that the filter allows the command. */
static int bpf_call(int command)
{
	union bpf_attr attr = { .map_fd = UINT32_MAX };

	return (int)syscall(SYS_bpf, command, &attr, sizeof(attr));
}

static int bpf_look_up(void)
{
	return bpf_call(BPF_MAP_LOOKUP_ELEM);
}

static int bpf_next(void)
{
	return bpf_call(BPF_MAP_GET_NEXT_KEY);
}

static int bpf_update(void)
{
	return bpf_call(BPF_MAP_UPDATE_ELEM);
}

static int bpf_load(void)
{
	return bpf_call(BPF_PROG_LOAD);
}

static int receive(void)
{
	return (int)recv(-1, NULL, 0, 0);
}

/* Calls that the program does not make. */
static int send_message(void)
{
	return (int)sendmsg(-1, &(struct msghdr){ 0 }, 0);
}

static int receive_message(void)
{
	return (int)recvmsg(-1, &(struct msghdr){ 0 }, 0);
}

static int seek(void)
{
	return lseek(-1, 0, SEEK_SET) < 0 ? -1 : 0;
}

static int bpf_look_up_batch(void)
{
	union bpf_attr attr = { .batch.map_fd = UINT32_MAX };

	return (int)syscall(SYS_bpf, BPF_MAP_LOOKUP_BATCH, &attr, sizeof(attr));
}

static int open_to_append(void)
{
	return openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static int open_to_replace(void)
{
	return openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
}

static int rename_nothing(void)
{
	return renameat(-1, "from", -1, "to");
}

static int protect_data(void)
{
	return syscall(SYS_mprotect, NULL, 0, PROT_READ | PROT_WRITE) == -1 ? -1 : 0;
}

static int protect_code(void)
{
	return syscall(SYS_mprotect, NULL, 0, PROT_READ | PROT_EXEC) == -1 ? -1 : 0;
}

static void test_denied(void)
{
	static int (*const attempts[])(void) = {
		open_to_read,	   open_to_write,  make_file,	 open_directory,  make_socket,
		execute,	   make_process,   map_code,	 bpf_update,	  bpf_load,
		receive,	   send_signal,	   send_message, receive_message, seek,
		bpf_look_up_batch, open_to_append, protect_code, open_to_replace, rename_nothing,
	};

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (!CHECK(errno_of(attempts[i], NOTHING) == EPERM))
			printf("attempt %zu: %s\n", i, strerror(errno_of(attempts[i], NOTHING)));
}

static void test_allowed(void)
{
	const struct privilege_needs directories = { .directories = true };
	const struct privilege_needs diagnosis = { .diagnosis = true };
	const struct privilege_needs reopening = { .reopening = true };
	const struct privilege_needs replacing = { .replacing = true };

	CHECK(errno_of(map_data, NOTHING) == 0);
	CHECK(errno_of(protect_data, NOTHING) == 0);
	CHECK(errno_of(bpf_look_up, NOTHING) == EBADF);
	CHECK(errno_of(bpf_next, NOTHING) == EBADF);

	CHECK(errno_of(open_directory, directories) == 0);
	CHECK(errno_of(open_to_read, directories) == EPERM);
	CHECK(errno_of(open_to_write, directories) == EPERM);
	CHECK(errno_of(make_file, directories) == EPERM);

	CHECK(errno_of(open_to_append, reopening) == 0);
	CHECK(errno_of(open_to_read, reopening) == EPERM);
	CHECK(errno_of(open_to_write, reopening) == EPERM);
	CHECK(errno_of(make_file, reopening) == EPERM);

	CHECK(errno_of(open_to_replace, replacing) == 0);
	CHECK(errno_of(rename_nothing, replacing) == EBADF);
	CHECK(errno_of(open_to_read, replacing) == EPERM);
	CHECK(errno_of(open_to_append, replacing) == EPERM);
	CHECK(errno_of(make_file, replacing) == EPERM);

	CHECK(errno_of(send_message, diagnosis) == EPERM);
	CHECK(errno_of(receive_message, diagnosis) == EPERM);
	CHECK(errno_of(bpf_look_up_batch, diagnosis) == EBADF);
	CHECK(errno_of(receive, diagnosis) == EBADF);
	CHECK(errno_of(make_socket, diagnosis) == EPERM);
	CHECK(errno_of(bpf_update, diagnosis) == EPERM);
}

/* One capability stays if the kernel requires it for reading maps, and this is reported. */
static void test_kept(void)
{
	char said[256];
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		privilege_drop(&(struct privilege_needs){ .works = no }, said, sizeof(said));
		_exit(!strstr(said, "all capabilities except CAP_"));
	}
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	static const struct check_case cases[] = {
		{ "denied", test_denied },
		{ "allowed", test_allowed },
		{ "kept", test_kept },
	};

	return check_main(argc, argv, cases, sizeof(cases) / sizeof(*cases));
}
