#include "duty/placing.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

enum fit { FIT_NONE, FIT_ONE, FIT_SEVERAL };

bool placing_is_valid_on(const json_t *period, const char *day)
{
	const char *from = json_str(period, "from");
	const char *to = json_str(period, "to");

	return (!from || strcmp(from, day) <= 0) && (!to || strcmp(day, to) <= 0);
}

const json_t *placing_council(const struct config *config, const char *id)
{
	size_t i;
	json_t *council;

	if (!id)
		return NULL;
	json_array_foreach (json_object_get(config->directory, "councils"), i, council)
		if (strcmp(json_str_or(council, "id", ""), id) == 0)
			return council;
	return NULL;
}

static bool has_one_of(const char *folded_text, const json_t *words)
{
	size_t i;
	json_t *word;

	json_array_foreach (words, i, word)
		if (text_has_word(folded_text, json_string_value(word)))
			return true;
	return false;
}

bool placing_names_council(const json_t *council, const char *folded_text)
{
	return text_has_word(folded_text, json_str_or(council, "name", "")) ||
	       has_one_of(folded_text, json_object_get(council, "words"));
}

/* All the text of one step, folded; the caller frees. */
static char *step_text(const json_t *component, const char *step)
{
	buf_auto text = BUF_EMPTY;

	if (strcmp(step, "categories") == 0) {
		size_t i;
		json_t *one;
		json_array_foreach (json_object_get(component, "categories"), i, one)
			buf_addf(&text, "%s\n", json_string_value(one));
	} else {
		buf_add_str(&text, json_str_or(component, step, ""));
	}
	return text_fold(buf_str(&text));
}

static enum fit fit_council(const struct config *config, const char *folded_text,
	const char *day, const char **ret_id)
{
	enum fit fit = FIT_NONE;
	size_t i;
	json_t *council;

	json_array_foreach (
		json_object_get(config->directory, "councils"), i, council) {
		if (!placing_names_council(council, folded_text) ||
			!placing_is_valid_on(council, day))
			continue;
		if (fit == FIT_ONE)
			return FIT_SEVERAL;
		fit = FIT_ONE;
		*ret_id = json_str(council, "id");
	}
	return fit;
}

static enum fit fit_kind(
	const struct config *config, const char *folded_text, const char **ret_id)
{
	enum fit fit = FIT_NONE;

	for (size_t i = 0; i < config->settings.kind_count; i++) {
		const struct kind_settings *kind = &config->settings.kinds[i];
		if (!has_one_of(folded_text, kind->words))
			continue;
		if (fit == FIT_ONE)
			return FIT_SEVERAL;
		fit = FIT_ONE;
		*ret_id = kind->id;
	}
	return fit;
}

static enum fit fit_calendar(const char *id, const char **ret_id)
{
	if (!id)
		return FIT_NONE;
	*ret_id = id;
	return FIT_ONE;
}

/* What the entry's own X-UTSKICK- property says goes before every step. */
static enum fit fit_named(const struct config *config, const json_t *component,
	const char *what, const char **ret_id)
{
	const char *id = json_str(json_object_get(component, "utskick"), what);

	if (!id)
		return FIT_NONE;
	const struct kind_settings *kind =
		strcmp(what, "kind") == 0 ? settings_kind(&config->settings, id) : NULL;
	if (kind)
		return fit_calendar(kind->id, ret_id);
	if (strcmp(what, "council") == 0)
		return fit_calendar(
			json_str(placing_council(config, id), "id"), ret_id);
	return FIT_NONE;
}

struct search {
	const struct config *config;
	const struct calendar_settings *calendar;
	const json_t *component;
	const char *day;
};

static enum fit step_fit(
	const struct search *s, const char *step, bool for_kind, const char **ret_id)
{
	if (strcmp(step, "calendar") == 0) {
		if (!s->calendar)
			return FIT_NONE;
		return fit_calendar(
			for_kind ? s->calendar->kind : s->calendar->council, ret_id);
	}
	str_auto *text = step_text(s->component, step);
	if (!*text)
		return FIT_NONE;
	if (for_kind)
		return fit_kind(s->config, text, ret_id);
	return fit_council(s->config, text, s->day, ret_id);
}

static enum fit search(const struct search *s, bool for_kind, const char **ret_id)
{
	enum fit fit = fit_named(
		s->config, s->component, for_kind ? "kind" : "council", ret_id);
	size_t i;
	json_t *step;

	json_array_foreach (s->config->settings.matching, i, step) {
		if (fit != FIT_NONE)
			break;
		fit = step_fit(s, json_string_value(step), for_kind, ret_id);
	}
	if (fit == FIT_SEVERAL)
		*ret_id = NULL;
	return fit;
}

struct placing placing_find(const struct config *config,
	const struct calendar_settings *calendar, const json_t *component,
	const char *day)
{
	const struct search s = {config, calendar, component, day};
	struct placing p = {NULL, NULL, NULL, NULL};

	enum fit kind = search(&s, true, &p.kind);
	enum fit council = search(&s, false, &p.council);
	p.council_code = json_str(placing_council(config, p.council), "code");
	if (council == FIT_SEVERAL)
		p.reason = "meeting-several-councils";
	else if (council == FIT_NONE)
		p.reason = "meeting-no-council";
	else if (kind == FIT_SEVERAL)
		p.reason = "meeting-several-kinds";
	else if (kind == FIT_NONE)
		p.reason = "meeting-no-kind";
	return p;
}
