#include "base/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* Zero, or the moment --now named and the monotonic time at which it was set. */
static int64_t start_at;
static int64_t start_ms;

int64_t clock_monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void clock_start_at(int64_t now)
{
	start_at = now;
	start_ms = clock_monotonic_ms();
}

int64_t clock_now(void)
{
	if (!start_at)
		return (int64_t)time(NULL);
	return start_at + (clock_monotonic_ms() - start_ms) / 1000;
}

/* A name, never a path that leaves the folder of zones. */
static bool is_zone_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789_+-/";

	return *name && *name != '/' && name[strspn(name, allowed)] == '\0';
}

bool clock_zone_exists(const char *name)
{
	char magic[4];

	if (!is_zone_name(name))
		return false;
	str_auto *path = xasprintf("/usr/share/zoneinfo/%s", name);
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && read(fd, magic, 4) == 4 && memcmp(magic, "TZif", 4) == 0;
}

void clock_set_zone(const char *name)
{
	if (setenv("TZ", name, 1) != 0)
		abort();
	tzset();
}

/* Exactly n digits at *s, which moves on; -1 where they are not there. */
static int digits(const char **s, int n)
{
	int value = 0;

	for (; n; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool eat(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool parse_date(const char **s, struct tm *ret)
{
	int year = digits(s, 4);
	if (year < 0 || !eat(s, '-'))
		return false;
	int month = digits(s, 2);
	if (month < 1 || month > 12 || !eat(s, '-'))
		return false;
	int day = digits(s, 2);
	if (day < 1 || day > month_days(year, month))
		return false;
	*ret = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	return true;
}

static bool parse_time(const char **s, struct tm *ret)
{
	ret->tm_hour = digits(s, 2);
	if (ret->tm_hour < 0 || ret->tm_hour > 23 || !eat(s, ':'))
		return false;
	ret->tm_min = digits(s, 2);
	if (ret->tm_min < 0 || ret->tm_min > 59 || !eat(s, ':'))
		return false;
	ret->tm_sec = digits(s, 2);
	if (ret->tm_sec < 0 || ret->tm_sec > 60)
		return false;
	if (!eat(s, '.'))
		return true;
	size_t fraction = strspn(*s, "0123456789");
	*s += fraction;
	return fraction > 0;
}

static bool parse_offset(const char **s, int *ret_seconds)
{
	*ret_seconds = 0;
	if (eat(s, 'Z') || eat(s, 'z'))
		return true;
	bool west = **s == '-';
	if (!west && **s != '+')
		return false;
	(*s)++;
	int hours = digits(s, 2);
	if (hours < 0 || hours > 23 || !eat(s, ':'))
		return false;
	int minutes = digits(s, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*ret_seconds = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool clock_parse(const char *s, int64_t *ret_at)
{
	struct tm tm;
	int offset;

	if (!parse_date(&s, &tm) || (!eat(&s, 'T') && !eat(&s, 't')))
		return false;
	if (!parse_time(&s, &tm) || !parse_offset(&s, &offset) || *s)
		return false;
	bool leap_second = tm.tm_sec == 60;
	int64_t at = (int64_t)timegm(&tm) - offset;
	/* RFC 3339, 5.7: a leap second ends a day of UTC. */
	if (leap_second && at % 86400 != 0)
		return false;
	*ret_at = at;
	return true;
}

bool clock_parse_day(const char *s, int64_t *ret_at)
{
	const char *rest = s;
	struct tm tm;

	if (!parse_date(&rest, &tm) || *rest)
		return clock_parse(s, ret_at);
	*ret_at = clock_from_local(tm);
	return true;
}

struct tm clock_local(int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm = {0};

	localtime_r(&t, &tm);
	return tm;
}

static int64_t offset_at(int64_t at)
{
	return clock_local(at).tm_gmtoff;
}

/*
 * By hand, as mktime leaves open what happens in the night of a change: a time that
 * comes twice is its first, one that is skipped counts in the offset before the gap
 * (RFC 5545, 3.3.5). Where nothing changes within a day there is nothing to choose.
 */
int64_t clock_from_local(struct tm tm)
{
	int64_t as_utc = (int64_t)timegm(&tm);
	int64_t before = offset_at(as_utc - 86400);
	int64_t after = offset_at(as_utc + 86400);

	if (before == after || offset_at(as_utc - before) == before)
		return as_utc - before;
	if (offset_at(as_utc - after) == after)
		return as_utc - after;
	return as_utc - before;
}

int64_t clock_add_days(int64_t at, int days)
{
	struct tm tm = clock_local(at);

	if (!days)
		return at;
	tm.tm_mday += days;
	return clock_from_local(tm);
}

char *clock_day(int64_t at)
{
	struct tm tm = clock_local(at);

	return xasprintf(
		"%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static char *format_tm(const struct tm *tm, const char *offset)
{
	return xasprintf("%04d-%02d-%02dT%02d:%02d:%02d%s", tm->tm_year + 1900,
		tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
		offset);
}

static char *format_offset(const struct tm *tm, const char *between)
{
	long minutes = labs(tm->tm_gmtoff) / 60;

	return xasprintf("%c%02ld%s%02ld", tm->tm_gmtoff < 0 ? '-' : '+', minutes / 60,
		between, minutes % 60);
}

char *clock_format(int64_t at)
{
	struct tm tm = clock_local(at);
	str_auto *offset = format_offset(&tm, ":");

	return format_tm(&tm, offset);
}

char *clock_format_utc(int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm = {0};

	gmtime_r(&t, &tm);
	return format_tm(&tm, "Z");
}

char *clock_format_mail(int64_t at)
{
	static const char days[7][4] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = clock_local(at);
	str_auto *offset = format_offset(&tm, "");

	return xasprintf("%s, %02d %s %04d %02d:%02d:%02d %s", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec, offset);
}

int clock_iso_week(int64_t at)
{
	struct tm tm = clock_local(at);
	char week[3];

	strftime(week, sizeof(week), "%V", &tm);
	return (int)strtol(week, NULL, 10);
}
