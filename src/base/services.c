// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "services.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define SERVICES "/etc/services"
#define LONGEST	 (2 * 1024 * 1024) /* bytes; the largest ones have less than one */
#define BLANKS	 " \t\r"

/* Reads "443/tcp". */
static bool read_port(const char *word, uint64_t *port)
{
	const size_t digits = strcspn(word, "/");

	return strcmp(word + digits, "/tcp") == 0 && text_read_number(word, digits, 65535, port) &&
	       *port;
}

/* A line has a name, the port, and aliases: "http 80/tcp www # WorldWideWeb HTTP". */
static bool line_has(char *line, const char *name, size_t length, uint64_t *port)
{
	bool found = false, good = false;
	char *rest, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, BLANKS, &rest);
	for (unsigned n = 0; word && (n < 2 || good); n++) {
		if (n == 1)
			good = read_port(word, port);
		else
			found |= strlen(word) == length && !memcmp(word, name, length);
		word = strtok_r(NULL, BLANKS, &rest);
	}
	return found && good;
}

bool service_find_in(char *lines, const char *name, size_t length, uint16_t *port)
{
	char *line;
	uint64_t n;

	while ((line = strsep(&lines, "\n"))) {
		if (!line_has(line, name, length, &n))
			continue;
		*port = (uint16_t)n;
		return true;
	}
	return false;
}

bool service_find(const char *name, size_t length, uint16_t *port)
{
	const int fd = open(SERVICES, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	char *lines = fd < 0 ? NULL : malloc(LONGEST + 1);
	size_t used = 0;
	ssize_t size;
	bool found = false;

	while (lines && used < LONGEST && (size = read(fd, lines + used, LONGEST - used)) > 0)
		used += (size_t)size;
	if (lines) {
		lines[used] = '\0';
		found = service_find_in(lines, name, length, port);
	}
	free(lines);
	if (fd >= 0)
		close(fd);
	return found;
}
