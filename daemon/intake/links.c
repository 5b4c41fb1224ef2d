#include "intake/links.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "duty/plan.h"
#include "net/url.h"
#include "store/linked.h"

#define HTTP_NOT_MODIFIED 304
#define PAUSE_FIRST 60
#define PAUSE_LONGEST 3600

struct links links_new(const struct worker_context *ctx)
{
	return (struct links){.settings = &ctx->config->settings,
		.wait = plan_links_wait(&ctx->config->settings, ctx->once),
		.http = http_new()};
}

void links_deinit(struct links *l)
{
	http_free(l->http);
	*l = (struct links){.settings = NULL};
}

/* ---- whom we may ask ---- */

static const struct calendar_settings *calendar_of(
	const struct settings *s, const char *name)
{
	for (size_t i = 0; name && i < s->calendar_count; i++)
		if (strcmp(s->calendars[i].name, name) == 0)
			return &s->calendars[i];
	return NULL;
}

/* The calendar's own server may have its files where it is itself. */
static bool is_own_server(const struct settings *s, const struct linked *one)
{
	const struct calendar_settings *calendar = calendar_of(s, one->calendar);
	const char *address = !calendar	      ? NULL
			      : calendar->url ? calendar->url
					      : calendar->caldav;

	return address && http_is_same_server(address, one->link);
}

static bool is_private_host(const struct settings *s, const char *link)
{
	str_auto *host = url_host(link);
	size_t i;
	json_t *one;

	json_array_foreach (s->links.private_hosts, i, one)
		if (text_equal_nocase(json_string_value(one), host))
			return true;
	return false;
}

/* ---- one ---- */

static int64_t again_at(const struct links *l, int64_t now)
{
	return now + 3600 * (int64_t)l->settings->links.again_hours;
}

/* Quick tries while a meeting may wait for it, then no more often than for changes. */
static int64_t retry_at(const struct linked *one, int64_t now)
{
	int64_t pause = PAUSE_FIRST;

	for (int i = 0; i < one->tries && pause < PAUSE_LONGEST; i++)
		pause *= 2;
	return now + (pause < PAUSE_LONGEST ? pause : PAUSE_LONGEST);
}

static int failed(const struct links *l, struct db *db, const struct linked *one,
	const struct err *why, int64_t now, struct err *err)
{
	int64_t asked_at = one->asked_at ? one->asked_at : now;
	bool is_over = why->kind == ERR_PERM || now >= asked_at + l->wait;
	int64_t due_at = why->kind == ERR_PERM ? again_at(l, now) : retry_at(one, now);

	/* The address may be a secret itself: the host is enough. */
	if (!one->tries)
		log_event(LOG_LEVEL_WARNING, "link-not-fetched", "why=%s", why->text);
	return linked_fail(db, one->link, why->text, is_over, due_at, now, err);
}

static int keep(const struct links *l, struct db *db, const struct linked *one,
	const struct http_reply *reply, int64_t now, struct err *err)
{
	str_auto *type = xstrndup(reply->type ? reply->type : "",
		reply->type ? strcspn(reply->type, "; \t") : 0);
	const struct linked_bytes got = {.bytes = buf_str(&reply->body),
		.len = reply->body.len,
		.media_type = *type ? type : NULL,
		.etag = reply->etag,
		.last_modified = reply->last_modified};
	str_auto *host = url_host(one->link);

	log_event(LOG_LEVEL_INFO, "link-fetched", "host=%s bytes=%zu", host, got.len);
	return linked_keep(db, one->link, &got, again_at(l, now), now, err);
}

static int take(const struct links *l, struct db *db, const struct linked *one,
	const struct http_request *question, const struct http_reply *reply,
	int64_t now, struct err *err)
{
	struct err why = ERR_INIT;
	bool was_conditional = one->etag || one->last_modified;

	if (reply->status == HTTP_NOT_MODIFIED && was_conditional)
		return linked_same(db, one->link, again_at(l, now), now, err);
	if (reply->status == 200 && reply->body.len)
		return keep(l, db, one, reply, now, err);
	if (reply->status == 200)
		err_set(&why, ERR_PERM, "the server sent nothing");
	else
		http_refused(question, reply, &why);
	return failed(l, db, one, &why, now, err);
}

static int ask(const struct links *l, struct db *db, const struct linked *one,
	int64_t now, struct err *err)
{
	const struct link_settings *s = &l->settings->links;
	bool is_ours = is_own_server(l->settings, one) ||
		       is_private_host(l->settings, one->link);
	const struct http_request question = {.url = one->link,
		.method = "GET",
		.etag = one->etag,
		.last_modified = one->last_modified,
		.is_public = !is_ours,
		/* From where we may go in, to nowhere else. */
		.stays = is_ours,
		.ca_file = is_ours ? s->ca_file : NULL,
		.largest = (size_t)s->largest,
		.timeout_ms = s->timeout_seconds * 1000,
		.should_stop = worker_should_stop};
	http_reply_auto reply = HTTP_REPLY_EMPTY;
	struct err why = ERR_INIT;

	if (http_ask(l->http, &question, &reply, &why) == 0)
		return take(l, db, one, &question, &reply, now, err);
	/* Broken off to stop: says nothing of the server. */
	return worker_should_stop() ? 0 : failed(l, db, one, &why, now, err);
}

int links_step(struct links *l, struct db *db, int64_t now, struct err *err)
{
	linked_auto one = LINKED_EMPTY;
	int found = l->settings->links.fetch ? linked_next(db, now, &one, err) : 0;

	if (found <= 0)
		return found;
	return ask(l, db, &one, now, err) < 0 ? -1 : 1;
}

int64_t links_left(const struct links *l, struct db *db, int64_t now)
{
	struct err ignored = ERR_INIT;
	int64_t at = 0;

	if (!l->settings->links.fetch || linked_next_at(db, now, &at, &ignored) <= 0)
		return -1;
	return at > now ? at - now : 0;
}
