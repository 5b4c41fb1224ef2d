#include "base/log.h"
#include "base/mem.h"
#include "duty/server.h"
#include "intake/fetching.h"
#include "store/source.h"

#define HTTP_NOT_MODIFIED 304

int fetching_keep(struct fetching *f, const char *path, const void *bytes, size_t len,
	int64_t now, struct err *err)
{
	int kept = source_put(f->db, f->calendar->name, path, bytes, len, now, err);

	if (kept < 0)
		return -1;
	if (kept)
		log_event(LOG_LEVEL_INFO, "calendar", "name=%s file=%s bytes=%zu",
			f->calendar->name, path, len);
	f->has_news = f->has_news || kept;
	return 0;
}

int fetching_drop_others(
	struct fetching *f, const json_t *paths, int64_t now, struct err *err)
{
	int gone = source_put_gone(f->db, f->calendar->name, paths, now, err);

	if (gone < 0)
		return -1;
	if (gone)
		log_event(LOG_LEVEL_INFO, "calendar-gone", "name=%s files=%d",
			f->calendar->name, gone);
	f->has_news = f->has_news || gone;
	return 0;
}

static enum fetch keep(
	struct fetching *f, struct http_reply *reply, int64_t now, struct err *err)
{
	json_auto_t *paths = json_pack("[s]", FETCH_ICS_PATH);

	if (fetching_keep(f, FETCH_ICS_PATH, buf_str(&reply->body), reply->body.len,
		    now, err) < 0 ||
		fetching_drop_others(f, paths, now, err) < 0)
		return FETCH_STORE;
	fetched_deinit(&f->known);
	f->known.etag = TAKE(reply->etag);
	f->known.last_modified = TAKE(reply->last_modified);
	return FETCH_DONE;
}

enum fetch fetch_ics(struct fetching *f, int64_t now, struct err *err)
{
	const struct http_request question = {.url = f->calendar->url,
		.method = "GET",
		.etag = f->known.etag,
		.last_modified = f->known.last_modified,
		.should_stop = worker_should_stop};
	http_reply_auto reply = HTTP_REPLY_EMPTY;
	bool was_conditional = f->known.etag || f->known.last_modified;

	if (server_ask_calendar(f->http, f->calendar, &question, &reply, err) < 0)
		return FETCH_FAILED;
	if (reply.status == HTTP_NOT_MODIFIED && was_conditional)
		return FETCH_DONE;
	if (reply.status == 200)
		return keep(f, &reply, now, err);
	http_refused(&question, &reply, err);
	return FETCH_FAILED;
}
