#include "render/words.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "render/letter-text.h"
#include "render/mustache.h"

#define DAYS 7
#define MONTHS 12

static const char *const units[] = {"byte", "kilobyte", "megabyte", "gigabyte"};
#define UNIT_COUNT (sizeof(units) / sizeof(units[0]))

static const char *const formats[] = {"date", "time", "moment", "span", "span_days",
	"byte", "kilobyte", "megabyte", "gigabyte"};

/* ---- reading them ---- */

static int check_names(
	const json_t *words, const char *key, size_t count, struct err *err)
{
	const json_t *names = json_object_get(words, key);
	size_t good = 0;

	while (good < count && json_is_string(json_array_get(names, good)))
		good++;
	if (good == count && json_array_size(names) == count)
		return 0;
	return err_set(err, ERR_PERM, "%s: must be an array of %zu names", key, count);
}

static int check_string(const json_t *words, const char *key, struct err *err)
{
	if (json_str(words, key))
		return 0;
	return err_set(err, ERR_PERM, "%s: must be a string", key);
}

static int check_format(const json_t *words, const char *key, struct err *err)
{
	buf_auto out = BUF_EMPTY;

	if (check_string(words, key, err) < 0)
		return -1;
	if (render_template(json_str(words, key), NULL, RENDER_TEXT, NULL, &out, err) <
		0)
		return err_prefix(err, "%s", key);
	return 0;
}

static int check_group(const json_t *group, const char *name, struct err *err)
{
	const char *key;
	json_t *text;

	json_object_foreach ((json_t *)group, key, text) {
		if (check_format(group, key, err) < 0)
			return err_prefix(err, "names.%s", name);
	}
	return 0;
}

static int check(const json_t *words, struct err *err)
{
	const char *name;
	json_t *group;

	if (check_names(words, "weekdays", DAYS, err) < 0 ||
		check_names(words, "months", MONTHS, err) < 0 ||
		check_string(words, "decimal_mark", err) < 0 ||
		check_string(words, "and", err) < 0 ||
		check_string(words, "or", err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (check_format(words, formats[i], err) < 0)
			return -1;
	json_object_foreach (json_object_get(words, "names"), name, group) {
		if (check_group(group, name, err) < 0)
			return -1;
	}
	return 0;
}

json_t *words_parse(const char *text, struct err *err)
{
	json_error_t error;
	json_auto_t *words = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!words) {
		err_set(err, ERR_PERM, "line %d: %s", error.line, error.text);
		return NULL;
	}
	return check(words, err) < 0 ? NULL : TAKE(words);
}

json_t *words_new(const json_t *templates, const char *language, struct err *err)
{
	str_auto *file =
		xasprintf("%s/words.json", letter_language(templates, language));
	const char *text = json_str(templates, file);

	if (!text) {
		err_set(err, ERR_PERM, "%s: there is no such file", file);
		return NULL;
	}
	json_t *words = words_parse(text, err);
	if (!words)
		err_prefix(err, "%s", file);
	return words;
}

/* ---- saying something ---- */

/* Takes data. template NULL, or one that cannot be rendered: "". */
static char *say(const char *template, json_t *data)
{
	json_auto_t *owned = data;
	buf_auto out = BUF_EMPTY;

	if (template)
		render_template(template, owned, RENDER_TEXT, NULL, &out, NULL);
	return buf_steal(&out);
}

static const char *item(const json_t *words, const char *key, int index)
{
	return json_string_value(
		json_array_get(json_object_get(words, key), (size_t)index));
}

char *words_date(const json_t *words, int64_t at)
{
	struct tm tm = clock_local(at);
	const char *weekday = item(words, "weekdays", (tm.tm_wday + DAYS - 1) % DAYS);

	return say(json_str(words, "date"),
		json_pack("{s:s*, s:i, s:s*, s:i}", "weekday", weekday, "day",
			tm.tm_mday, "month", item(words, "months", tm.tm_mon), "year",
			tm.tm_year + 1900));
}

char *words_time(const json_t *words, int64_t at)
{
	struct tm tm = clock_local(at);
	str_auto *hour = xasprintf("%02d", tm.tm_hour);
	str_auto *minute = xasprintf("%02d", tm.tm_min);

	return say(json_str(words, "time"),
		json_pack("{s:s, s:s}", "hour", hour, "minute", minute));
}

char *words_moment(const json_t *words, int64_t at)
{
	str_auto *date = words_date(words, at);
	str_auto *time = words_time(words, at);

	return say(json_str(words, "moment"),
		json_pack("{s:s, s:s}", "date", date, "time", time));
}

/* A meeting that ends at midnight still ends on its own day. */
static bool is_same_day(int64_t starts_at, int64_t ends_at)
{
	struct tm a = clock_local(starts_at);
	struct tm b = clock_local(ends_at - 1);

	return a.tm_yday == b.tm_yday && a.tm_year == b.tm_year;
}

char *words_time_span(const json_t *words, int64_t starts_at, int64_t ends_at)
{
	if (ends_at <= starts_at)
		return words_time(words, starts_at);
	str_auto *from = words_time(words, starts_at);
	str_auto *to = words_time(words, ends_at);
	str_auto *date = words_date(words, ends_at);

	return say(
		json_str(words, is_same_day(starts_at, ends_at) ? "span" : "span_days"),
		json_pack("{s:s, s:s, s:s}", "from", from, "to", to, "date", date));
}

/* One decimal below ten, none above. */
static char *format_tenths(const json_t *words, int64_t tenths)
{
	if (tenths >= 100 || tenths % 10 == 0)
		return xasprintf("%lld", (long long)((tenths + 5) / 10));
	return xasprintf("%lld%s%lld", (long long)(tenths / 10),
		json_str_or(words, "decimal_mark", "."), (long long)(tenths % 10));
}

char *words_size(const json_t *words, int64_t bytes)
{
	size_t unit = 0;
	int64_t scale = 1;

	while (unit + 1 < UNIT_COUNT && (bytes + scale / 2) / scale >= 1024) {
		unit++;
		scale *= 1024;
	}
	str_auto *number = format_tenths(words, (bytes * 10 + scale / 2) / scale);
	return say(json_str(words, units[unit]), json_pack("{s:s}", "number", number));
}

char *words_list(const json_t *words, const json_t *strings, const char *joint)
{
	buf_auto out = BUF_EMPTY;
	size_t count = json_array_size(strings);

	for (size_t i = 0; i < count; i++) {
		const char *s = json_string_value(json_array_get(strings, i));
		if (i && i + 1 == count)
			buf_addf(&out, " %s ", json_str_or(words, joint, ","));
		else if (i)
			buf_add_str(&out, ", ");
		buf_add_str(&out, s ? s : "");
	}
	return buf_steal(&out);
}

const char *words_name(const json_t *words, const char *group, const char *key)
{
	return json_str_or(
		json_object_get(json_object_get(words, "names"), group), key, key);
}

char *words_phrase(
	const json_t *words, const char *group, const char *key, const json_t *data)
{
	const char *template = words_name(words, group, key);

	return template == key ? xstrdup(key)
			       : say(template, json_incref((json_t *)data));
}
