// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "text.h"

#define TIME_LENGTH 19 /* 2026-01-02T03:04:05 */

/* Reads a number of `digits` digits and what follows it. */
static bool read_part(const char **at, unsigned digits, char after, uint64_t least, uint64_t most,
		      uint64_t *n)
{
	if (!text_read_number(*at, digits, most, n) || *n < least || (*at)[digits] != after)
		return false;
	*at += digits + 1;
	return true;
}

static bool is_leap(uint64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The leap days from year 1 to this one, which is not counted. */
static uint64_t leap_days(uint64_t year)
{
	return (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
}

/* Reads "2026-01-02T" and steps over it. *day counts from 1970. */
static bool read_date(const char **at, uint64_t *day)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t year, month, days;

	if (!read_part(at, 4, '-', 1970, 2261, &year) || !read_part(at, 2, '-', 1, 12, &month) ||
	    !read_part(at, 2, 'T', 1, lengths[month - 1] + (month == 2 && is_leap(year)), day))
		return false;
	days = (year - 1970) * 365 + leap_days(year) - leap_days(1970);
	for (uint64_t m = 1; m < month; m++)
		days += lengths[m - 1] + (m == 2 && is_leap(year));
	*day += days - 1;
	return true;
}

/* Reads ".123456789Z" or "Z". */
static bool read_fraction(const char *at, size_t length, uint64_t *ns)
{
	uint64_t unit = 1000000000;
	const size_t digits = length > 1 ? length - 2 : 0;

	*ns = 0;
	if (!length || at[length - 1] != 'Z' || (length > 1 && *at != '.') || digits > 9)
		return false;
	for (size_t i = 0; i < digits; i++)
		unit /= 10;
	if (length > 1 && !text_read_number(at + 1, digits, 999999999, ns))
		return false;
	*ns *= unit;
	return true;
}

bool text_read_utc(const char *word, size_t length, int64_t *ns)
{
	const char *at = word;
	uint64_t day, hour, minute, second, fraction;

	if (length <= TIME_LENGTH || !read_date(&at, &day) ||
	    !read_part(&at, 2, ':', 0, 23, &hour) || !read_part(&at, 2, ':', 0, 59, &minute) ||
	    !text_read_number(at, 2, 59, &second) ||
	    !read_fraction(at + 2, length - TIME_LENGTH, &fraction))
		return false;
	*ns = (int64_t)((((day * 24 + hour) * 60 + minute) * 60 + second) * 1000000000 + fraction);
	return true;
}
