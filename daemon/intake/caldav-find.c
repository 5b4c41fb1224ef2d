#include "intake/caldav-find.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "intake/caldav-ask.h"

#define QUESTIONS_MAX 8
#define WELL_KNOWN "/.well-known/caldav"
#define QUESTION                                                                       \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>"                                   \
	"<d:propfind xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">"      \
	"<d:prop><d:resourcetype/><d:displayname/><d:current-user-principal/>"         \
	"<c:calendar-home-set/><c:supported-calendar-component-set/></d:prop>"         \
	"</d:propfind>"

void finding_deinit(struct finding *s)
{
	free(s->at);
	*s = (struct finding){.at = NULL};
}

/* The password has been told to one server only. */
static enum fetch go_to(struct finding *s, struct fetching *f, const char *base,
	const char *reference, enum finding_stage stage, struct err *err)
{
	str_auto *url = http_resolve(base, reference);

	if (!url || !http_is_same_server(f->calendar->caldav, url)) {
		str_auto *shown = text_printable(url ? url : reference);
		err_set(err, ERR_PERM,
			"the server names another one, %.120s; the password goes to "
			"none but that in \"caldav\", so write the other one there",
			shown);
		return FETCH_FAILED;
	}
	free(s->at);
	s->at = TAKE(url);
	s->stage = stage;
	return FETCH_MORE;
}

static enum fetch found(struct fetching *f, const char *url, struct err *err)
{
	if (!http_is_same_server(f->calendar->caldav, url)) {
		err_set(err, ERR_PERM,
			"the collection is on another server; write its own address "
			"into \"caldav\"");
		return FETCH_FAILED;
	}
	free(f->known.collection);
	f->known.collection = xstrdup(url);
	return FETCH_DONE;
}

/* ---- a home ---- */

static bool holds_meetings(const json_t *response)
{
	const json_t *components = json_object_get(response, "components");

	return json_bool_or(response, "is_calendar", false) &&
	       (!components || json_has_str(components, "VEVENT"));
}

/* What the choice is among. */
struct choice {
	const json_t *named; /* the one of the wanted name */
	const json_t *only;
	size_t count;
	struct buf names; /* for people */
};

static void look_at(struct choice *c, const json_t *response, const char *wanted)
{
	const char *name = json_str(response, "display_name");
	str_auto *shown = text_printable(name ? name : json_str(response, "href"));

	c->count++;
	c->only = c->count == 1 ? response : NULL;
	if (!c->named && name && strcmp(name, wanted) == 0)
		c->named = response;
	if (c->names.len < 120)
		buf_addf(&c->names, "%s\"%.60s\"", c->names.len ? ", " : "", shown);
}

static enum fetch choose(struct fetching *f, const struct caldav_answer *a,
	const struct choice *c, struct err *err)
{
	const json_t *one = c->named;

	if (!one && !f->calendar->collection)
		one = c->only;
	if (!one) {
		err_set(err, ERR_PERM,
			c->count ? "no collection is called as the settings say; "
				   "there are %s: write one of them into \"collection\""
				 : "no collection that takes meetings is there%s",
			buf_str(&c->names));
		return FETCH_FAILED;
	}
	str_auto *url = http_resolve(a->reply.url, json_str_or(one, "href", ""));
	return found(f, url ? url : "", err);
}

static enum fetch choose_from_home(
	struct fetching *f, const struct caldav_answer *a, struct err *err)
{
	const struct calendar_settings *s = f->calendar;
	struct choice c = {.names = BUF_EMPTY};
	size_t i;
	json_t *response;

	json_array_foreach (json_object_get(a->said, "responses"), i, response)
		if (holds_meetings(response))
			look_at(&c, response, s->collection ? s->collection : s->name);
	enum fetch done = choose(f, a, &c, err);
	buf_deinit(&c.names);
	return done;
}

/* ---- on the way there ---- */

static const char *first_of(const json_t *response, const char *member)
{
	return json_string_value(json_array_get(json_object_get(response, member), 0));
}

/* Only where no more than the server is named: instead of a collection that is not
 * there, another one must not be found. */
static bool may_try_well_known(const struct finding *s, const struct fetching *f)
{
	str_auto *top = http_resolve(f->calendar->caldav, "/");
	str_auto *address = http_resolve(f->calendar->caldav, "");

	return !s->tried_well_known && top && address && strcmp(top, address) == 0;
}

static enum fetch try_well_known(struct finding *s, struct fetching *f, struct err *err)
{
	s->tried_well_known = true;
	return go_to(s, f, f->calendar->caldav, WELL_KNOWN, FINDING_WELL_KNOWN, err);
}

static enum fetch go_on(struct finding *s, struct fetching *f,
	const struct caldav_answer *a, struct err *err)
{
	const json_t *response =
		json_array_get(json_object_get(a->said, "responses"), 0);
	const char *home = first_of(response, "home");
	const char *principal = first_of(response, "principal");

	if (json_bool_or(response, "is_calendar", false))
		return found(f, a->reply.url, err);
	if (home)
		return go_to(s, f, a->reply.url, home, FINDING_HOME, err);
	if (principal)
		return go_to(s, f, a->reply.url, principal, FINDING_ADDRESS, err);
	if (may_try_well_known(s, f))
		return try_well_known(s, f, err);
	err_set(err, ERR_PERM,
		"there is neither a CalDAV collection nor a way to one at that "
		"address");
	return FETCH_FAILED;
}

enum fetch finding_step(struct finding *s, struct fetching *f, struct err *err)
{
	caldav_answer_auto a = CALDAV_ANSWER_EMPTY;
	const char *url = s->at ? s->at : f->calendar->caldav;

	if (s->asked++ == QUESTIONS_MAX) {
		err_set(err, ERR_PERM, "the server leads nowhere");
		return FETCH_FAILED;
	}
	int done = caldav_ask(f, url, "PROPFIND", s->stage == FINDING_HOME ? "1" : "0",
		QUESTION, &a, err);
	if (done < 0)
		return FETCH_FAILED;
	if (done && s->stage == FINDING_HOME)
		return choose_from_home(f, &a, err);
	if (done)
		return go_on(s, f, &a, err);
	if (a.reply.status == 401 || a.reply.status >= 500 || !may_try_well_known(s, f))
		return caldav_refused(url, &a, err);
	return try_well_known(s, f, err);
}
