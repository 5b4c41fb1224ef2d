#include "calendar/zones.h"

#include <dirent.h>
#include <search.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "calendar/recurrence.h"
#include "calendar/zone-file.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_FILE_MAX 1000000
#define DAY 86400

/* Neither a file nor a component: UTC. */
struct zone {
	char *name;
	struct zone_file *file;
	icaltimezone *own;
};

/*
 * The system's zones by name (a tree of tsearch). One per process: they do not change,
 * and all have to be here before the reader loses the right to open files.
 */
static void *system_zones;
static bool all_loaded;

static int compare(const void *a, const void *b)
{
	const struct zone *x = a;
	const struct zone *y = b;

	return strcasecmp(x->name, y->name);
}

const struct zone *zone_utc(void)
{
	static char name[] = "UTC";
	static const struct zone utc = {name, NULL, NULL};

	return &utc;
}

static const struct zone *find_loaded(const char *name)
{
	const struct zone key = {(char *)name, NULL, NULL};
	struct zone *const *found = tfind(&key, &system_zones, compare);

	return found ? *found : NULL;
}

static const struct zone *load(const char *name)
{
	buf_auto bytes = BUF_EMPTY;
	str_auto *path = xasprintf(ZONE_FOLDER "/%s", name);

	if (file_read(path, ZONE_FILE_MAX, &bytes, NULL) < 0)
		return NULL;
	zone_file_auto *file = zone_file_parse(bytes.data, bytes.len);
	if (!file)
		return NULL;
	zone_auto *z = xcalloc(1, sizeof(*z));
	z->name = xstrdup(name);
	z->file = TAKE(file);
	struct zone **in_tree = tsearch(z, &system_zones, compare);
	if (in_tree && *in_tree == z)
		z = NULL;
	return in_tree ? *in_tree : NULL;
}

static bool is_utc(const char *name)
{
	return text_equal_nocase(name, "UTC") || text_equal_nocase(name, "Etc/UTC") ||
	       text_equal_nocase(name, "Z");
}

const struct zone *zone_find(const char *name)
{
	if (is_utc(name))
		return zone_utc();
	const struct zone *found = find_loaded(name);
	if (found || all_loaded || !clock_zone_exists(name))
		return found;
	return load(name);
}

const struct zone *zone_find_suffix(const char *tzid)
{
	for (const char *s = strchr(tzid, '/'); s; s = strchr(s, '/')) {
		const struct zone *found = zone_find(++s);
		if (found)
			return found;
	}
	return NULL;
}

/* Zones and their folders begin with a capital; posix, right and the tables do not. */
static int is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] >= 'A' && entry->d_name[0] <= 'Z';
}

static void load_folder(const char *below)
{
	struct dirent **entries = NULL;
	str_auto *folder = xasprintf(ZONE_FOLDER "/%s", below);
	int count = scandir(folder, &entries, is_wanted, NULL);

	for (int i = 0; i < count; i++) {
		str_auto *name = *below ? xasprintf("%s/%s", below, entries[i]->d_name)
					: xstrdup(entries[i]->d_name);
		if (clock_zone_exists(name))
			load(name);
		else
			load_folder(name);
		free(entries[i]);
	}
	free(entries);
}

void zones_load(void)
{
	if (!all_loaded)
		load_folder("");
	all_loaded = true;
}

/* libical would run such a rule from 1601 on, and cannot be stopped in it. */
static bool has_only_yearly_rules(icalcomponent *observance)
{
	icalproperty *p =
		icalcomponent_get_first_property(observance, ICAL_RRULE_PROPERTY);

	for (; p;
		p = icalcomponent_get_next_property(observance, ICAL_RRULE_PROPERTY)) {
		struct icalrecurrencetype rule = icalproperty_get_rrule(p);
		if (recurrence_refusal(&rule) || rule.freq != ICAL_YEARLY_RECURRENCE)
			return false;
	}
	return true;
}

static bool is_usable(icalcomponent *vtimezone)
{
	icalcomponent *c =
		icalcomponent_get_first_component(vtimezone, ICAL_ANY_COMPONENT);

	if (!c)
		return false;
	for (; c; c = icalcomponent_get_next_component(vtimezone, ICAL_ANY_COMPONENT))
		if (!icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY) ||
			!icalcomponent_get_first_property(
				c, ICAL_TZOFFSETTO_PROPERTY) ||
			!icalcomponent_get_first_property(
				c, ICAL_TZOFFSETFROM_PROPERTY) ||
			!has_only_yearly_rules(c))
			return false;
	return true;
}

struct zone *zone_new_from_component(icalcomponent *vtimezone)
{
	if (!is_usable(vtimezone))
		return NULL;
	zone_auto *z = xcalloc(1, sizeof(*z));
	icalcomponent *copy = icalcomponent_new_clone(vtimezone);
	z->own = icaltimezone_new();
	if (!copy || !z->own || !icaltimezone_set_component(z->own, copy)) {
		if (copy)
			icalcomponent_free(copy);
		return NULL;
	}
	z->name = xstrdup(icaltimezone_get_tzid(z->own));
	return TAKE(z);
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	if (z->own)
		icaltimezone_free(z->own, 1);
	zone_file_free(z->file);
	free(z->name);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

static int own_offset(icaltimezone *own, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm = {0};
	int is_daylight;

	gmtime_r(&t, &tm);
	struct icaltimetype utc = {.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
		.zone = icaltimezone_get_utc_timezone()};
	return icaltimezone_get_utc_offset_of_utc_time(own, &utc, &is_daylight);
}

int zone_offset(const struct zone *z, int64_t at)
{
	if (z->own)
		return own_offset(z->own, at);
	return z->file ? zone_file_offset(z->file, at) : 0;
}

int64_t zone_to_utc(const struct zone *z, int64_t civil)
{
	int before = zone_offset(z, civil - DAY);
	int after = zone_offset(z, civil + DAY);

	if (zone_offset(z, civil - before) == before)
		return civil - before;
	if (zone_offset(z, civil - after) == after)
		return civil - after;
	return civil - before;
}
