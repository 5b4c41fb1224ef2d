#include "command/export-ics.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "calendar/calendar-publish.h"
#include "command/days.h"
#include "command/names.h"
#include "duty/season-meeting.h"
#include "render/words.h"
#include "store/overview.h"
#include "store/timetable.h"

#define FILE_MAX (256 << 20)

/* A meeting kept past its row. */
struct kept {
	struct calendar_entry entry;
	char *uid, *title, *location, *agenda, *council;
};

struct meetings {
	const struct settings *s;
	struct kept **list;
	size_t count, size;
};

static void meetings_deinit(struct meetings *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct kept *k = all->list[i];
		free(k->uid);
		free(k->title);
		free(k->location);
		free(k->agenda);
		free(k->council);
		free(k);
	}
	free(all->list);
}
#define meetings_auto __attribute__((cleanup(meetings_deinit))) struct meetings

static int keep(const struct timetable_row *row, void *context)
{
	struct meetings *all = context;
	const struct meeting *m = &row->meeting;

	if (m->state == MEETING_UNPLACED || !m->council)
		return 0;
	const char *kind = season_kind_name(all->s, m->kind);
	struct kept *k = xcalloc(1, sizeof(*k));
	k->uid = xstrdup(m->uid);
	k->title = xstrdup(m->title && *m->title ? m->title : kind ? kind : "");
	k->location = xstrdup_or_null(m->location);
	k->agenda = xstrdup_or_null(m->agenda);
	k->council = xstrdup(m->council);
	k->entry = (struct calendar_entry){
		.uid = k->uid,
		.sequence = m->sequence,
		.changed_at = row->changed_at,
		.starts_at = m->starts_at,
		.ends_at = m->ends_at,
		.all_day = m->all_day,
		.is_cancelled = m->state == MEETING_CANCELLED,
		.summary = k->title,
		.location = k->location,
		.description = k->agenda,
		.category = kind,
	};
	if (all->count == all->size) {
		all->size = all->size ? 2 * all->size : 64;
		all->list = xrealloc(all->list, all->size * sizeof(*all->list));
	}
	all->list[all->count++] = k;
	return 0;
}

/* ---- one calendar ---- */

/* A council with itself, a committee with the councils that owe it their papers. */
struct body {
	const char *sort; /* "council", "committee" */
	const char *id;
	const json_t *councils; /* ids */
	char *name;		/* of the calendar */
};

static void body_deinit(struct body *b)
{
	free(b->name);
}
#define body_auto __attribute__((cleanup(body_deinit))) struct body

struct publishing {
	const struct command *c;
	const struct settings *s;
	const struct meetings *all;
	json_t *words, *names, *written;
	struct err *err;
};

static struct body body_of(const struct publishing *p, const char *sort, const char *id,
	const json_t *councils)
{
	bool is_council = strcmp(sort, "council") == 0;
	const json_t *names =
		json_object_get(p->names, is_council ? "councils" : "committees");
	json_auto_t *data = json_pack("{s:s}", "name", json_str_or(names, id, id));

	return (struct body){
		sort, id, councils, words_phrase(p->words, "published", sort, data)};
}

/* The caller frees; NULL with err. */
static char *calendar_of(
	const struct publishing *p, const struct body *b, size_t *ret_count)
{
	const struct calendar_entry **entries =
		xcalloc(p->all->count + 1, sizeof(*entries));
	size_t count = 0;

	for (size_t i = 0; i < p->all->count; i++)
		if (json_has_str(b->councils, p->all->list[i]->council))
			entries[count++] = &p->all->list[i]->entry;
	const struct calendar_publication publication = {
		.name = b->name,
		.zone = p->s->time_zone,
		.language = p->s->language,
		.organizer_name = p->s->mailbox_name,
		.organizer_address = p->s->mailbox_address,
		.entries = entries,
		.count = count,
		.now = p->c->now,
	};
	char *text = calendar_publish(&publication, p->err);
	free((void *)entries);
	*ret_count = count;
	return text;
}

static bool is_as_it_was(const char *path, const char *text)
{
	buf_auto old = BUF_EMPTY;
	struct err ignored = ERR_INIT;

	return file_read(path, FILE_MAX, &old, &ignored) == 0 &&
	       strcmp(buf_str(&old), text) == 0;
}

/* A file that is as it was is left alone, so that its age tells when it changed. */
static int write_body(const struct publishing *p, const struct body *b)
{
	str_auto *file = xasprintf("%s-%s.ics", b->sort, b->id);
	str_auto *path = file_join(p->c->args->dir, file);
	size_t count = 0;
	str_auto *text = calendar_of(p, b, &count);

	if (!text)
		return -1;
	bool is_same = is_as_it_was(path, text);
	if (!is_same && file_write(path, text, strlen(text), 0644, p->err) < 0)
		return -1;
	json_array_append_new(
		p->written, json_pack("{s:s, s:s, s:s, s:I, s:b}", "file", file,
				    b->sort, b->id, "name", b->name, "meetings",
				    (json_int_t)count, "changed", !is_same));
	return 0;
}

/* ---- all of them, or one ---- */

/* Ids are file names here; the configuration's check lets no others in. */
static bool is_id(const char *id)
{
	return *id && !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static int write_each(const struct publishing *p, const json_t *bodies)
{
	size_t i;
	json_t *one;

	json_array_foreach (json_object_get(bodies, "councils"), i, one) {
		const char *id = json_string_value(one);
		json_auto_t *itself = json_pack("[s]", id);
		body_auto b = body_of(p, "council", id, itself);
		if (is_id(id) && write_body(p, &b) < 0)
			return -1;
	}
	json_array_foreach (json_object_get(bodies, "committees"), i, one) {
		const char *id = json_str_or(one, "id", "");
		body_auto b =
			body_of(p, "committee", id, json_object_get(one, "councils"));
		if (is_id(id) && write_body(p, &b) < 0)
			return -1;
	}
	return 0;
}

static void print_written(const struct out *o, const json_t *written)
{
	size_t i;
	json_t *one;

	json_array_foreach (written, i, one) {
		str_auto *count = names_count(
			json_int_or(one, "meetings", 0), "meeting", "meetings");
		out_line(o, OUT_PLAIN, "%s  %s, %s%s", json_str_or(one, "file", ""),
			json_str_or(one, "name", ""), count,
			json_bool_or(one, "changed", false) ? "" : ", unchanged");
	}
}

static int write_all(const struct publishing *p, const json_t *bodies)
{
	const char *dir = p->c->args->dir;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return err_set(p->err, ERR_PERM, "%s: %s", dir, strerror(errno));
	if (write_each(p, bodies) < 0)
		return -1;
	if (p->c->args->json)
		out_json(&p->c->out, p->written);
	else
		print_written(&p->c->out, p->written);
	return COMMAND_DONE;
}

/* Borrowed from bodies; NULL where there is no such. */
static json_t *find_body(const json_t *bodies, const char *sort, const char *id)
{
	bool is_council = strcmp(sort, "council") == 0;
	size_t i;
	json_t *one;

	json_array_foreach (
		json_object_get(bodies, is_council ? "councils" : "committees"), i, one)
		if (strcmp(is_council ? json_string_value(one)
				      : json_str_or(one, "id", ""),
			    id) == 0)
			return one;
	return NULL;
}

static int print_one(const struct publishing *p, const json_t *bodies)
{
	const struct arguments *a = p->c->args;
	const char *sort = a->council ? "council" : "committee";
	const char *id = a->council ? a->council : a->committee;
	json_t *found = find_body(bodies, sort, id);
	size_t count = 0;

	if (!found)
		return command_not_found(sort, id, "directory.json has their ids");
	json_auto_t *councils =
		a->council ? json_pack("[s]", id)
			   : json_incref(json_object_get(found, "councils"));
	body_auto b = body_of(p, sort, id, councils);
	str_auto *text = calendar_of(p, &b, &count);
	if (!text)
		return -1;
	fputs(text, p->c->out.to);
	return COMMAND_DONE;
}

static int check_usage(const struct arguments *a, struct err *err)
{
	int ways = (a->dir != NULL) + (a->council != NULL) + (a->committee != NULL);

	if (a->word_count)
		return err_set(err, ERR_PERM, "--ics exports meetings; %s is too much",
			a->words[0]);
	if (ways != 1)
		return err_set(err, ERR_PERM,
			"--ics takes one of --dir DIR (all calendars), "
			"--council ID and --committee ID (one, to the output)");
	return 0;
}

int export_ics(struct command *c, struct err *err)
{
	int64_t from = 0, to = INT64_MAX;

	if (check_usage(c->args, err) < 0 ||
		days_range(c->args, true, &from, &to, err) < 0)
		return command_usage(err);
	if (!c->config)
		return err_set(err, ERR_PERM,
			"--ics needs the configuration: time zone, mailbox, kinds");
	const struct settings *s = &c->config->settings;
	meetings_auto all = {.s = s};
	json_auto_t *words = words_new(c->config->templates, s->language, err);
	json_auto_t *names = words ? overview_names(c->db, err) : NULL;
	json_auto_t *bodies = names ? timetable_bodies(c->db, err) : NULL;
	json_auto_t *written = json_array();
	if (!bodies || timetable_each(c->db, from, to, keep, &all, err) < 0)
		return -1;
	const struct publishing p = {c, s, &all, words, names, written, err};
	return c->args->dir ? write_all(&p, bodies) : print_one(&p, bodies);
}
