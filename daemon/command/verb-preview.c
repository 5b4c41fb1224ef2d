/* The exact mail that would go out. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "duty/compose.h"
#include "duty/extra.h"
#include "duty/meeting-files.h"
#include "duty/plan.h"
#include "store/blob.h"
#include "store/called.h"
#include "store/delivery.h"
#include "store/incoming.h"
#include "store/minutes.h"

#define MESSAGE_ID "<preview@utskick.invalid>"

struct preview {
	struct command *c;
	const char *kind;
	struct meeting *m;
	json_t *roles;
	json_t *extra;
	json_t *files; /* as minutes_list has them */
	struct blob *blobs;
	struct mime_file *mime;
	size_t file_count;
};

static void preview_deinit(struct preview *p)
{
	free(p->blobs);
	free(p->mime);
	json_decref(p->files);
	json_decref(p->extra);
	json_decref(p->roles);
}
#define preview_auto __attribute__((cleanup(preview_deinit))) struct preview

/* ---- what each kind has to say ---- */

static int load_files(struct preview *p, struct err *err)
{
	size_t count = json_array_size(p->files);

	p->blobs = xcalloc(count ? count : 1, sizeof(*p->blobs));
	p->mime = xcalloc(count ? count : 1, sizeof(*p->mime));
	for (; p->file_count < count; p->file_count++) {
		size_t i = p->file_count;
		const json_t *file = json_array_get(p->files, i);
		int found = blob_find(
			p->c->db, json_str_or(file, "sha256", ""), &p->blobs[i], err);
		if (found < 1)
			return found < 0 ? -1
					 : err_set(err, ERR_PERM, "a file is missing");
		p->mime[i] = (struct mime_file){
			.name = json_str_or(file, "name", "protokoll"),
			.media_type = json_str(file, "media_type"),
			.content = blob_content(&p->blobs[i]),
		};
	}
	return 0;
}

static int prepare_minutes(struct preview *p, struct err *err)
{
	json_auto_t *all = minutes_standing(p->c->db, p->m->id, err);

	if (!all)
		return -1;
	const json_t *last = json_array_get(all, json_array_size(all) - 1);
	if (!last)
		return err_set(
			err, ERR_PERM, "no minutes have come in for %s", p->m->code);
	incoming_auto in = INCOMING_EMPTY;
	int64_t received_at = json_int_or(last, "at", 0);
	int64_t mail = json_int_or(last, "incoming_id", 0);
	if (mail && incoming_get(p->c->db, mail, &in, err) < 0)
		return -1;
	if (mail)
		received_at = in.arrived_at;
	p->files = json_incref(json_object_get(last, "files"));
	p->extra = extra_minutes(p->c->db, (int)json_int_or(last, "version", 1),
		json_array_size(all) > 1, received_at,
		json_str_or(last, "from_name", ""),
		json_str_or(last, "from_address", ""), p->files);
	return load_files(p, err);
}

static int prepare_request(struct preview *p, struct err *err)
{
	const struct settings *s = &p->c->config->settings;

	if (!plan_minutes_due_at(s, p->m))
		return err_set(err, ERR_PERM, "a meeting of this kind has no minutes");
	p->extra = extra_minutes_request(s, p->m);
	return 0;
}

/* A changed meeting goes out with the number after the one told. */
static int prepare_update(struct preview *p, struct err *err)
{
	json_auto_t *told = p->m->told ? json_loads(p->m->told, 0, NULL) : NULL;

	if (!told)
		return err_set(err, ERR_PERM,
			"nobody has been told of %s, so there is nothing to change",
			p->m->code);
	p->m->sequence += plan_change_is_significant(plan_changes(p->m, told));
	p->extra = extra_update(p->m, told);
	return 0;
}

static int prepare_cancellation(struct preview *p, struct err *err)
{
	(void)err;
	/* As it would be called off now; a cancellation that went out is kept as it
	 * was. */
	if (p->m->state != MEETING_CANCELLED)
		p->m->sequence++;
	return 0;
}

static int prepare_nothing(struct preview *p, struct err *err)
{
	(void)p;
	(void)err;
	return 0;
}

static const struct sort {
	const char *kind;
	enum compose_calendar calendar;
	int (*prepare)(struct preview *p, struct err *err);
} sorts[] = {
	{"invitation", COMPOSE_REQUEST, prepare_nothing},
	{"update", COMPOSE_REQUEST, prepare_update},
	{"reminder", COMPOSE_REQUEST, prepare_nothing},
	{"cancellation", COMPOSE_CANCEL, prepare_cancellation},
	{"minutes-request", COMPOSE_NO_CALENDAR, prepare_request},
	{"minutes", COMPOSE_NO_CALENDAR, prepare_minutes},
};

static const struct sort *find_sort(const char *kind)
{
	for (size_t i = 0; i < sizeof(sorts) / sizeof(*sorts); i++)
		if (strcmp(sorts[i].kind, kind) == 0)
			return &sorts[i];
	return NULL;
}

/* ---- to whom ---- */

/* The secretary, where there is one with an address; borrowed from roles. */
static bool secretary_of(const struct preview *p, struct recipient *ret)
{
	size_t i;
	json_t *role;

	json_array_foreach (p->roles, i, role) {
		if (strcmp(json_str_or(role, "role", ""), "secretary") != 0 ||
			!*json_str_or(role, "address", ""))
			continue;
		*ret = (struct recipient){.name = (char *)json_str_or(role, "name", ""),
			.address = (char *)json_str(role, "address"),
			.language = (char *)p->c->config->settings.language};
		return true;
	}
	return false;
}

static bool is_wanted(const struct preview *p, const char *address)
{
	return !p->c->args->to || text_equal_nocase(p->c->args->to, address);
}

/* NULL with err: nobody; borrowed from all. */
static const struct recipient *pick(
	const struct preview *p, const struct recipients *all, struct err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_wanted(p, all->list[i].address))
			return &all->list[i];
	if (p->c->args->to)
		err_set(err, ERR_PERM,
			"%s is not owed the %s of %s (`utskick meeting %s` lists who "
			"is)",
			p->c->args->to, p->kind, p->m->code, p->m->code);
	else
		err_set(err, ERR_PERM, "nobody is owed the %s of %s", p->kind,
			p->m->code);
	return NULL;
}

/* ---- the mail ---- */

static int compose(struct preview *p, const struct sort *sort,
	const struct recipient *to, struct err *err)
{
	const struct settings *s = &p->c->config->settings;
	meeting_files_auto attached = MEETING_FILES_NONE;
	json_auto_t *called = called_list(p->c->db, p->m->id, err);

	if (!called || meeting_files_load(p->c->db, s, p->m, &attached, err) < 0)
		return -1;
	bool has_attached = meeting_files_go_with(p->kind);
	const struct compose_order order = {
		.kind = p->kind,
		.meeting = p->m,
		.roles = p->roles,
		.extra = p->extra,
		.calendar = sort->calendar,
		.for_information =
			plan_waits_for_call(s, p->m, to->role, to->person, called),
		.files = has_attached ? attached.list : p->mime,
		.file_count = has_attached ? attached.count : p->file_count,
		.auto_submitted = "auto-generated",
	};
	buf_auto head = BUF_EMPTY;
	mime_text_auto body = MIME_TEXT_EMPTY;
	str_auto *subject = NULL;
	int64_t now = p->c->now;

	if (compose_body(p->c->config, &order, to, MESSAGE_ID, now, &subject, &body,
		    err) < 0 ||
		compose_head(p->c->config, &order, to, subject, MESSAGE_ID, now, &head,
			err) < 0)
		return -1;
	fwrite(buf_str(&head), 1, head.len, p->c->out.to);
	const struct content content = mime_text_content(&body);
	content_walk_auto w = {.of = &content};
	int got;
	while ((got = content_next(&w, err)) > 0)
		fwrite(w.piece.data, 1, w.piece.len, p->c->out.to);
	return got < 0 ? -1 : COMMAND_DONE;
}

/* A mail that is written already and waits goes out as it is, whatever has changed
 * since. */
struct waiting {
	const struct preview *p;
	int64_t id;
	char *address;
};

static int look_for_waiting(const struct delivery *d, void *context)
{
	struct waiting *w = context;

	if (strcmp(d->kind, w->p->kind) != 0 || !is_wanted(w->p, d->address) || w->id ||
		(d->state != DELIVERY_DUE && d->state != DELIVERY_DEFERRED))
		return 0;
	w->id = d->id;
	w->address = xstrdup(d->address);
	return 0;
}

/* 1 printed, 0 none waits, -1. */
static int print_waiting(struct preview *p, struct err *err)
{
	struct waiting w = {p, 0, NULL};
	buf_auto mail = BUF_EMPTY;

	int walked = delivery_each(p->c->db, p->m->id, look_for_waiting, &w, err);
	str_auto *address = w.address;
	if (walked < 0)
		return -1;
	if (!w.id)
		return 0;
	if (delivery_read(p->c->db, w.id, &mail, err) < 0)
		return -1;
	fprintf(stderr, "utskick: this mail is written and waits as d%lld\n",
		(long long)w.id);
	fwrite(buf_str(&mail), 1, mail.len, p->c->out.to);
	return 1;
}

static int compose_for_owed(struct preview *p, const struct sort *sort, struct err *err)
{
	const struct settings *s = &p->c->config->settings;
	recipients_auto all = RECIPIENTS_NONE;
	int64_t at = plan_invitation_at(s, p->m);

	if (!p->m->council)
		return err_set(err, ERR_PERM,
			"%s has no council, so it is owed to nobody", p->m->code);
	/* What goes out later goes to those who are members then. */
	if (plan_recipients(p->c->db, s, p->m,
		    p->m->told || at < p->c->now ? p->c->now : at, &all, err) < 0)
		return -1;
	const struct recipient *to = pick(p, &all, err);
	return to ? compose(p, sort, to, err) : -1;
}

static int show(struct preview *p, const struct sort *sort, struct err *err)
{
	struct recipient secretary = {0};

	p->roles = meeting_roles(p->c->db, p->m->id, err);
	if (!p->roles)
		return -1;
	int printed = print_waiting(p, err);
	if (printed)
		return printed < 0 ? -1 : COMMAND_DONE;
	if (sort->prepare(p, err) < 0)
		return -1;
	if (strcmp(p->kind, "minutes-request") != 0)
		return compose_for_owed(p, sort, err);
	if (!secretary_of(p, &secretary))
		return err_set(
			err, ERR_PERM, "no secretary of %s is known", p->m->code);
	if (!is_wanted(p, secretary.address))
		return err_set(
			err, ERR_PERM, "the request goes to %s", secretary.address);
	return compose(p, sort, &secretary, err);
}

static int run(struct command *c, struct err *err)
{
	const char *id = c->args->words[0];
	const struct sort *sort = find_sort(c->args->words[1]);
	meeting_auto m = MEETING_EMPTY;
	preview_auto p = {.c = c, .kind = c->args->words[1], .m = &m};

	if (!sort) {
		err_set(err, ERR_PERM,
			"%s is not a kind of mail about a meeting: there are "
			"invitation, "
			"update, reminder, cancellation, minutes-request and minutes",
			p.kind);
		return command_usage(err);
	}
	int found = meeting_find(c->db, id, &m, err);
	if (found < 0)
		return -1;
	if (!found)
		return command_not_found(
			"meeting", id, "`utskick meeting` lists them all");
	return show(&p, sort, err);
}

const struct verb verb_preview = {
	.name = "preview",
	.usage = "MEETING KIND [--to ADDRESS]",
	.describe = "the exact mail that would go out",
	.words_min = 2,
	.words_max = 2,
	.options = OPTION_TO,
	.config = CONFIG_MUST,
	.store = STORE_READ,
	.run = run,
};
