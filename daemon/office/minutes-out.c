#include "office/minutes-out.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "duty/extra.h"
#include "duty/plan.h"
#include "office/post.h"
#include "office/receipt.h"
#include "store/blob.h"
#include "store/letter.h"
#include "store/minutes-text.h"
#include "store/minutes.h"

static int keep_blobs(struct office *o, const struct mail_case *c, struct err *err)
{
	for (size_t i = 0; i < c->file_count; i++) {
		char sha256[65];
		const struct content content = spool_content(&c->spools[i]);
		if (blob_put_content(o->db, &content, c->now, sha256, err) < 0)
			return -1;
	}
	return 0;
}

static int keep_texts(struct office *o, const struct mail_case *c, int64_t minutes_id,
	struct err *err)
{
	for (size_t i = 0; i < c->file_count; i++)
		if (minutes_text_put(o->db, minutes_id, (int64_t)i,
			    buf_str(&c->texts[i]), err) < 0)
			return -1;
	return 0;
}

static struct mime_file *mime_files(const struct mail_case *c)
{
	struct mime_file *files = xcalloc(c->file_count, sizeof(*files));

	for (size_t i = 0; i < c->file_count; i++) {
		const json_t *file = json_array_get(c->files, i);
		files[i] = (struct mime_file){
			.name = json_str_or(file, "name", "protokoll"),
			.media_type = json_str(file, "media_type"),
			.content = spool_content(&c->spools[i]),
		};
	}
	return files;
}

/* A newer version makes what of the older one has not gone out pointless. */
struct older {
	struct office *o;
	int version;
	int64_t now;
	struct err *err;
};

static int withdraw_older(const struct delivery *d, void *context)
{
	const struct older *older = context;

	if (strcmp(d->kind, "minutes") != 0 || d->version >= older->version ||
		(d->state != DELIVERY_DUE && d->state != DELIVERY_DEFERRED &&
			d->state != DELIVERY_RESTING))
		return 0;
	return delivery_move(older->o->db, d->id, DELIVERY_WITHDRAWN, NULL, older->now,
		       older->err) < 0
		       ? -1
		       : 0;
}

static int send_to_all(struct office *o, const struct mail_case *c,
	const struct post *post, const struct recipients *all, struct err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (post_to(o, post, &all->list[i], c->now, err) < 0)
			return -1;
	return 0;
}

int minutes_send_on(struct office *o, const struct mail_case *c,
	const struct meeting *m, struct err *err)
{
	recipients_auto all = RECIPIENTS_NONE;
	int64_t id = 0;
	int version = 0;

	if (keep_blobs(o, c, err) < 0 ||
		minutes_add(o->db, m->id, c->in->id, c->from,
			json_str_or(c->said, "from_name", ""), c->files, c->now, &id,
			&version, err) < 0 ||
		keep_texts(o, c, id, err) < 0 ||
		plan_recipients(o->db, &o->config->settings, m, c->now, &all, err) < 0)
		return -1;
	struct older older = {o, version, c->now, err};
	if (version > 1 && delivery_each(o->db, m->id, withdraw_older, &older, err) < 0)
		return -1;
	json_auto_t *roles = meeting_roles(o->db, m->id, err);
	json_auto_t *standing = minutes_standing(o->db, m->id, err);
	if (!roles || !standing)
		return -1;
	json_auto_t *extra = extra_minutes(o->db, version,
		json_array_size(standing) > 1, c->in->arrived_at,
		json_str(c->said, "from_name"), c->from, c->files);
	struct mime_file *files = mime_files(c);
	const struct post post = {
		.order = {.kind = "minutes",
			.meeting = m,
			.roles = roles,
			.extra = extra,
			.files = files,
			.file_count = c->file_count,
			.auto_submitted = "auto-generated"},
		.version = version,
		.reason = "owed",
		.priority = POST_BULK,
	};
	int sent = send_to_all(o, c, &post, &all, err);
	free(files);
	if (sent < 0)
		return -1;
	return receipt_accepted(o, c, m, roles, extra, &all, err);
}
