#include "intake/caldav.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "intake/caldav-ask.h"
#include "intake/caldav-find.h"
#include "store/source.h"

#define BATCH 50       /* objects asked for at once */
#define PAGES_MAX 1000 /* of a list that the server cuts */
#define XML "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define SPACES "xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\""

enum caldav_stage { CALDAV_FIND, CALDAV_LIST, CALDAV_FETCH, CALDAV_END };

struct caldav {
	struct fetching *f;
	enum caldav_stage stage;
	struct finding finding;
	json_t *known;	/* path: etag, as the store has it */
	json_t *listed; /* path: {href, etag} of what is there or has changed */
	json_t *gone;	/* path: true */
	json_t *wanted; /* paths to fetch, the next one last */
	char *token;	/* of the list, for the next look; NULL: none */
	bool is_whole;	/* what is not listed is gone */
	bool no_sync;	/* the server cannot say what has changed */
	bool was_found_again;
	char *lacking; /* the first object that could not be had; NULL: none */
	int pages;
	size_t batch;
};

struct caldav *caldav_new(struct fetching *f)
{
	struct caldav *c = xcalloc(1, sizeof(*c));

	c->f = f;
	c->stage = f->known.collection ? CALDAV_LIST : CALDAV_FIND;
	c->listed = json_object();
	c->gone = json_object();
	c->wanted = json_array();
	c->token = xstrdup_or_null(f->known.sync_token);
	c->is_whole = !c->token;
	c->batch = BATCH;
	return c;
}

void caldav_free(struct caldav *c)
{
	if (!c)
		return;
	finding_deinit(&c->finding);
	json_decref(c->known);
	json_decref(c->listed);
	json_decref(c->gone);
	json_decref(c->wanted);
	free(c->token);
	free(c->lacking);
	free(c);
}

/* ---- the list ---- */

static char *sync_question(const char *token)
{
	struct buf xml = BUF_EMPTY;

	buf_add_str(&xml, XML "<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token>");
	caldav_add_text(&xml, token ? token : "");
	buf_add_str(&xml, "</d:sync-token><d:sync-level>1</d:sync-level><d:prop>"
			  "<d:getetag/></d:prop></d:sync-collection>");
	return buf_steal(&xml);
}

static const char *list_question(void)
{
	return XML "<c:calendar-query " SPACES
		   "><d:prop><d:getetag/></d:prop><c:filter>"
		   "<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"/>"
		   "</c:comp-filter></c:filter></c:calendar-query>";
}

/* Begins the list anew, all of it. */
static enum fetch list_all(struct caldav *c)
{
	free(TAKE(c->token));
	json_object_clear(c->listed);
	json_object_clear(c->gone);
	c->is_whole = true;
	return FETCH_MORE;
}

static void note(struct caldav *c, const char *path, const json_t *response)
{
	if (json_int_or(response, "status", 200) / 100 == 2) {
		json_object_del(c->gone, path);
		json_object_set(c->listed, path, (json_t *)response);
	} else {
		json_object_del(c->listed, path);
		json_object_set_new(c->gone, path, json_true());
	}
}

/* True where the server has cut the list (RFC 6578, 3.6). */
static bool note_all(struct caldav *c, const json_t *said)
{
	bool is_cut = false;
	size_t i;
	json_t *response;

	json_array_foreach (json_object_get(said, "responses"), i, response) {
		const char *href = json_str_or(response, "href", "");
		str_auto *path = http_name_within(c->f->known.collection, href);
		if (path)
			note(c, path, response);
		else if (json_int_or(response, "status", 0) == 507)
			is_cut = true;
	}
	return is_cut;
}

static bool is_as_before(const struct caldav *c, const char *path, const json_t *listed)
{
	const char *etag = json_str_or(listed, "etag", "");

	return *etag && strcmp(json_str_or(c->known, path, ""), etag) == 0;
}

static enum fetch take_list(struct caldav *c, struct err *err)
{
	const char *path;
	json_t *listed;

	json_decref(c->known);
	c->known = source_etags(c->f->db, c->f->calendar->name, err);
	if (!c->known)
		return FETCH_STORE;
	json_object_foreach (c->listed, path, listed)
		if (!is_as_before(c, path, listed))
			json_array_append_new(c->wanted, json_string(path));
	c->stage = CALDAV_FETCH;
	return FETCH_MORE;
}

/* It may have moved: looked for once more. What is kept is as of no token of it. */
static enum fetch find_again(struct caldav *c)
{
	c->was_found_again = true;
	c->stage = CALDAV_FIND;
	free(TAKE(c->f->known.collection));
	return list_all(c);
}

/* Another way than the one that was refused: all of it, then without sync-collection.
 * There are servers that break down (500) over a token that they do not know. */
static enum fetch list_otherwise(
	struct caldav *c, const struct caldav_answer *a, struct err *err)
{
	int status = a->reply.status;
	bool is_away = status > 501 && status != 507;

	if (status == 401 || is_away)
		return caldav_refused(c->f->calendar->caldav, a, err);
	if ((status == 404 || status == 410) && !c->was_found_again)
		return find_again(c);
	if (c->token)
		return list_all(c);
	if (c->no_sync || status == 500 || status == 404 || status == 410)
		return caldav_refused(c->f->calendar->caldav, a, err);
	c->no_sync = true;
	return list_all(c);
}

static enum fetch take_page(
	struct caldav *c, const struct caldav_answer *a, struct err *err)
{
	const char *token = json_str(a->said, "sync_token");
	bool is_cut = note_all(c, a->said);

	if (c->no_sync)
		return take_list(c, err);
	if (!token) {
		c->no_sync = true;
		return list_all(c);
	}
	bool is_further = !c->token || strcmp(c->token, token) != 0;
	free(c->token);
	c->token = xstrdup(token);
	if (is_cut && is_further && ++c->pages < PAGES_MAX)
		return FETCH_MORE;
	if (!is_cut)
		return take_list(c, err);
	err_set(err, ERR_PERM, "the server's list has no end");
	return FETCH_FAILED;
}

static enum fetch list_step(struct caldav *c, struct err *err)
{
	caldav_answer_auto a = CALDAV_ANSWER_EMPTY;
	str_auto *sync = sync_question(c->token);
	int done = caldav_ask(c->f, c->f->known.collection, "REPORT",
		c->no_sync ? "1" : "0", c->no_sync ? list_question() : sync, &a, err);

	if (done < 0)
		return FETCH_FAILED;
	return done ? take_page(c, &a, err) : list_otherwise(c, &a, err);
}

/* ---- the objects ---- */

static size_t batch_of(const struct caldav *c)
{
	size_t left = json_array_size(c->wanted);

	return left < c->batch ? left : c->batch;
}

static const char *wanted_at(const struct caldav *c, size_t i)
{
	size_t count = json_array_size(c->wanted);

	return json_string_value(json_array_get(c->wanted, count - 1 - i));
}

static char *fetch_question(const struct caldav *c)
{
	struct buf xml = BUF_EMPTY;

	buf_add_str(&xml, XML "<c:calendar-multiget " SPACES "><d:prop><d:getetag/>"
			      "<c:calendar-data/></d:prop>");
	for (size_t i = 0; i < batch_of(c); i++) {
		const json_t *listed = json_object_get(c->listed, wanted_at(c, i));
		buf_add_str(&xml, "<d:href>");
		caldav_add_text(&xml, json_str_or(listed, "href", ""));
		buf_add_str(&xml, "</d:href>");
	}
	buf_add_str(&xml, "</c:calendar-multiget>");
	return buf_steal(&xml);
}

static int keep_object(struct caldav *c, const char *path, const json_t *response,
	int64_t now, struct err *err)
{
	const char *data = json_str(response, "calendar_data");

	if (fetching_keep(c->f, path, data, strlen(data), now, err) < 0)
		return -1;
	return source_set_etag(
		c->f->db, c->f->calendar->name, path, json_str(response, "etag"), err);
}

/* 0 or -1, the store. */
static int keep_objects(struct caldav *c, const json_t *said, json_t *ret_had,
	int64_t now, struct err *err)
{
	size_t i;
	json_t *response;

	json_array_foreach (json_object_get(said, "responses"), i, response) {
		const char *href = json_str_or(response, "href", "");
		str_auto *path = http_name_within(c->f->known.collection, href);
		if (!path || !json_object_get(c->listed, path))
			continue; /* not asked for */
		if (json_int_or(response, "status", 200) == 404)
			note(c, path, response);
		else if (!json_str(response, "calendar_data"))
			continue;
		else if (keep_object(c, path, response, now, err) < 0)
			return -1;
		json_object_set_new(ret_had, path, json_true());
	}
	return 0;
}

static void end_batch(struct caldav *c, const json_t *had, const char *why)
{
	for (size_t n = batch_of(c); n > 0; n--) {
		const char *path = wanted_at(c, 0);
		if (!json_object_get(had, path) && !c->lacking)
			c->lacking = xasprintf("the entry %s: %s", path, why);
		json_array_remove(c->wanted, json_array_size(c->wanted) - 1);
	}
}

/* A batch over the limit is asked for in smaller ones, in the end without the one
 * object that is too large. */
static enum fetch ask_for_fewer(struct caldav *c, const char *why)
{
	json_auto_t *had = json_object();

	if (c->batch == 1)
		end_batch(c, had, why);
	c->batch = c->batch / 8 ? c->batch / 8 : 1;
	return FETCH_MORE;
}

static enum fetch fetch_step(struct caldav *c, int64_t now, struct err *err)
{
	caldav_answer_auto a = CALDAV_ANSWER_EMPTY;
	json_auto_t *had = json_object();

	if (json_array_size(c->wanted) == 0) {
		c->stage = CALDAV_END;
		return FETCH_MORE;
	}
	str_auto *question = fetch_question(c);
	int done = caldav_ask(
		c->f, c->f->known.collection, "REPORT", "1", question, &a, err);
	if (done < 0 && a.reply.is_too_large)
		return ask_for_fewer(c, err->text);
	if (done < 0)
		return FETCH_FAILED;
	if (done == 0)
		return caldav_refused(c->f->calendar->caldav, &a, err);
	if (keep_objects(c, a.said, had, now, err) < 0)
		return FETCH_STORE;
	end_batch(c, had, "the server did not give it");
	return FETCH_MORE;
}

/* ---- the end ---- */

static json_t *paths_left(const struct caldav *c)
{
	json_t *paths = json_array();
	const char *path;
	json_t *value;

	json_object_foreach (c->listed, path, value)
		json_array_append_new(paths, json_string(path));
	if (c->is_whole)
		return paths;
	json_object_foreach (c->known, path, value)
		if (!json_object_get(c->gone, path))
			json_array_append_new(paths, json_string(path));
	return paths;
}

/* What is new was kept before what is gone goes: an entry that only moved is never
 * missing. */
static enum fetch end_step(struct caldav *c, int64_t now, struct err *err)
{
	json_auto_t *paths = paths_left(c);

	if (fetching_drop_others(c->f, paths, now, err) < 0)
		return FETCH_STORE;
	if (c->lacking) {
		/* The token stays, so that it is listed again. */
		err_set(err, ERR_PERM, "%s", c->lacking);
		return FETCH_FAILED;
	}
	free(c->f->known.sync_token);
	c->f->known.sync_token = c->no_sync ? NULL : TAKE(c->token);
	return FETCH_DONE;
}

enum fetch caldav_step(struct caldav *c, int64_t now, struct err *err)
{
	enum fetch done;

	switch (c->stage) {
	case CALDAV_FIND:
		done = finding_step(&c->finding, c->f, err);
		if (done == FETCH_DONE)
			c->stage = CALDAV_LIST;
		return done == FETCH_DONE ? FETCH_MORE : done;
	case CALDAV_LIST:
		return list_step(c, err);
	case CALDAV_FETCH:
		return fetch_step(c, now, err);
	case CALDAV_END:
		return end_step(c, now, err);
	}
	return FETCH_FAILED;
}
