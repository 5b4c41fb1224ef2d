#include "command/names.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/reason.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

char *names_moment_at(int64_t at)
{
	struct tm tm = clock_local(at);

	if (!at)
		return xstrdup("");
	return xasprintf("%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min);
}

char *names_moment(const char *rfc3339)
{
	int64_t at = 0;

	if (rfc3339 && clock_parse(rfc3339, &at))
		return names_moment_at(at);
	return xstrdup("");
}

char *names_short(const char *rfc3339, int64_t now)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t at = 0;

	if (!rfc3339 || !clock_parse(rfc3339, &at))
		return xstrdup("");
	struct tm tm = clock_local(at);
	struct tm today = clock_local(now);
	if (tm.tm_year != today.tm_year)
		return xasprintf(
			"%d %s %d", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
	if (tm.tm_yday != today.tm_yday)
		return xasprintf("%d %s", tm.tm_mday, months[tm.tm_mon]);
	return xasprintf("%02d:%02d", tm.tm_hour, tm.tm_min);
}

char *names_person(const char *name, const char *address)
{
	if (!name || !*name)
		return xstrdup(address ? address : "");
	return address && *address ? xasprintf("%s <%s>", name, address)
				   : xstrdup(name);
}

char *names_span(int64_t seconds)
{
	if (seconds < MINUTE)
		return xasprintf("%lld s", (long long)seconds);
	if (seconds < HOUR)
		return xasprintf("%lld min", (long long)(seconds / MINUTE));
	if (seconds < DAY)
		return xasprintf("%lld h %lld min", (long long)(seconds / HOUR),
			(long long)(seconds % HOUR / MINUTE));
	return names_count(seconds / DAY, "day", "days");
}

char *names_count(int64_t n, const char *one, const char *several)
{
	return xasprintf("%lld %s", (long long)n, n == 1 ? one : several);
}

struct word {
	const char *id;
	const char *text;
};

static const char *look_up(const struct word *words, const char *id)
{
	if (!id)
		return "";
	for (; words->id; words++)
		if (strcmp(words->id, id) == 0)
			return words->text;
	return id;
}

const char *names_state(const char *state)
{
	static const struct word words[] = {
		{"due", "waits"},
		{"sending", "going out"},
		{"unknown", "uncertain"},
		{"deferred", "tried again"},
		{"sent", "sent"},
		{"failed", "FAILED"},
		{"withdrawn", "taken back"},
		{"delivered", "delivered"},
		{"bounced", "BOUNCED"},
		{"resting", "AT REST"},
		{"answered", "received"},
		{NULL, NULL},
	};

	return look_up(words, state);
}

const char *names_partstat(const char *partstat)
{
	static const struct word words[] = {
		{"ACCEPTED", "accepted"},
		{"DECLINED", "declined"},
		{"TENTATIVE", "maybe"},
		{"DELEGATED", "delegated"},
		{"NEEDS-ACTION", "none yet"},
		{NULL, NULL},
	};

	return look_up(words, partstat);
}

const char *names_letter(const char *kind)
{
	static const struct word words[] = {
		{"update", "change"},
		{"minutes-request", "request for the minutes"},
		{"minutes-refused", "notice of refused minutes"},
		{"minutes-withdrawn", "notice of withdrawn minutes"},
		{"withdrawal", "no longer invited"},
		{"invitation-again", "invitation once more"},
		{"counter-declined", "no to another time"},
		{"meeting-answer", "invitation accepted"},
		{"decline-notice", "notice of a decline"},
		{"held-notice", "notice of held mail"},
		{"failure-notice", "notice of failures"},
		{"calendar-notice", "notice about the calendar"},
		{"too-large-notice", "notice of a mail too large"},
		{"file-notice", "notice of an attachment that could not be fetched"},
		{"server-notice", "notice of a refused sign-in"},
		{"personal-number-notice", "notice that a letter is not sent"},
		{"question", "question passed on"},
		{"question-answer", "answer passed on"},
		{"question-reminder", "reminder of a question"},
		{NULL, NULL},
	};

	return look_up(words, kind);
}

const char *names_reason(const char *code)
{
	const char *sentence = code ? reason_sentence(code) : "";

	return sentence ? sentence : code;
}

const char *names_kind(const struct settings *s, const char *id)
{
	const struct kind_settings *kind = s && id ? settings_kind(s, id) : NULL;

	if (!kind)
		return id ? id : "";
	const char *name = json_str(kind->name, "en");
	return name ? name : json_str_or(kind->name, s->language, id);
}

void names_put_time(json_t *object, const char *key, int64_t at)
{
	if (!at)
		return;
	str_auto *words = clock_format(at);
	json_put_str(object, key, words);
}

json_t *names_meeting(
	const struct meeting *m, const struct settings *s, const json_t *names)
{
	json_t *one = json_object();
	const json_t *councils = json_object_get(names, "councils");
	str_auto *source = xasprintf("%lld", (long long)m->source_id);

	json_put_str(one, "code", m->code);
	json_put_str(one, "uid", m->uid);
	json_put_str(one, "title", m->title);
	json_put_str(one, "state", meeting_state_name(m->state));
	json_put_str(one, "reason", m->reason);
	json_put_str(one, "kind", m->kind);
	json_put_str(one, "kind_name", m->kind ? names_kind(s, m->kind) : NULL);
	json_put_str(one, "council", m->council);
	json_put_str(one, "council_name",
		m->council ? json_str(councils, m->council) : NULL);
	json_put_str(
		one, "calendar", json_str(json_object_get(names, "sources"), source));
	names_put_time(one, "starts_at", m->starts_at);
	names_put_time(one, "ends_at", m->ends_at);
	json_object_set_new(one, "all_day", json_boolean(m->all_day));
	json_put_str(one, "location", m->location);
	json_object_set_new(one, "decisive", json_boolean(m->decisive));
	return one;
}

char *names_meeting_line(const json_t *meeting)
{
	str_auto *when = names_moment(json_str(meeting, "starts_at"));

	if (json_bool_or(meeting, "all_day", false))
		when[strcspn(when, " ")] = '\0';
	return xasprintf("%-16s  %s  %s", when, json_str_or(meeting, "code", ""),
		json_str_or(meeting, "title", ""));
}
