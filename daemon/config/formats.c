#include "config/formats.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* YYYY-MM-DD, a day that there is. */
static bool is_date(const char *s)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) : s[i] != form[i])
			return false;
	int year = atoi(s), month = atoi(s + 5), day = atoi(s + 8);
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days_in(year, month);
}

/* One line that shows as it is: no control characters, no marks that turn text round.
 */
static bool is_line(const char *s)
{
	str_auto *shown = text_printable(s);
	str_auto *trimmed = text_trim(s);

	return strcmp(shown, s) == 0 && strcmp(trimmed, s) == 0;
}

static bool is_label(const char *s, size_t len)
{
	if (len < 1 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-')
			return false;
	return true;
}

/* A name in A-labels or an IPv4 address (RFC 1123, 2.1). */
static bool is_host(const char *s)
{
	if (strlen(s) > 253)
		return false;
	for (;;) {
		size_t len = strcspn(s, ".");
		if (!is_label(s, len))
			return false;
		if (!s[len])
			return true;
		s += len + 1;
	}
}

/* Without the wildcards of LIST (RFC 3501, 6.3.8) and empty levels. */
static bool is_folder(const char *s)
{
	return is_line(s) && *s && *s != '/' && s[strlen(s) - 1] != '/' &&
	       !strstr(s, "//") && !strpbrk(s, "%*\\\"");
}

static bool is_path(const char *s)
{
	return *s && !text_has_controls(s, strlen(s));
}

bool formats_accept(const char *format, const char *value)
{
	static const struct {
		const char *name;
		bool (*accept)(const char *value);
	} formats[] = {
		{"email", address_is_valid},
		{"date", is_date},
		{"time-zone", clock_zone_exists},
		{"line", is_line},
		{"host", is_host},
		{"folder", is_folder},
		{"path", is_path},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].accept(value);
	assert(!"a format that the schemas do not name");
	return false;
}
