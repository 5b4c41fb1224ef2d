#include "duty/server.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "config/config.h"
#include "store/refusal.h"

/* A right that was granted meanwhile is only in a newer token. */
#define RENEW_AGAIN_SECONDS 600

struct server_access server_access_imap(
	const struct settings *settings, const char *state_dir)
{
	return (struct server_access){
		.sign_in = sign_in_of(settings, "imap", state_dir)};
}

struct server_access server_access_smtp(
	const struct settings *settings, const char *state_dir)
{
	return (struct server_access){
		.sign_in = sign_in_of(settings, "smtp", state_dir)};
}

void server_access_deinit(struct server_access *a)
{
	sign_in_wipe(&a->secret);
}

/* ---- the secret ---- */

bool server_may_renew(const struct server_access *a, int64_t now)
{
	bool lately = a->renewed_at && now >= a->renewed_at &&
		      now < a->renewed_at + RENEW_AGAIN_SECONDS;

	return a->verdict.kind == STREAM_REFUSED && a->sign_in.server->uses_oauth &&
	       a->secret.len && !lately;
}

static enum sign_in_outcome get_secret(
	struct server_access *a, int64_t now, struct err *err)
{
	if (!server_may_renew(a, now)) {
		sign_in_wipe(&a->secret);
		return sign_in_get(&a->sign_in, now, &a->secret, err);
	}
	secret_auto refused = a->secret;
	a->secret = BUF_EMPTY;
	a->renewed_at = now;
	return sign_in_renew(&a->sign_in, buf_str(&refused), now, &a->secret, err);
}

static int prepare(struct server_access *a, int64_t now, struct err *err)
{
	enum sign_in_outcome outcome = get_secret(a, now, err);

	if (outcome == SIGN_IN_READY)
		return 0;
	sign_in_wipe(&a->secret);
	str_auto *why = xstrdup(err->text);
	err_set(err, err->kind, "%s: %.230s", a->sign_in.server->host, why);
	if (outcome == SIGN_IN_REFUSED) {
		a->verdict.kind = STREAM_REFUSED;
		snprintf(a->verdict.words, sizeof(a->verdict.words), "%s", err->text);
	}
	return -1;
}

static enum stream_auth auth_of(const struct server_settings *s)
{
	if (!s->uses_oauth)
		return STREAM_PASSWORD;
	return s->oauth.is_oauthbearer ? STREAM_OAUTHBEARER : STREAM_XOAUTH2;
}

static struct stream_server server_of(
	struct server_access *a, enum stream_protocol protocol, const char *hello)
{
	const struct server_settings *s = a->sign_in.server;

	return (struct stream_server){
		.protocol = protocol,
		.host = s->host,
		.port = s->port,
		.implicit_tls = s->tls == SERVER_TLS_IMPLICIT,
		.tls_1_3 = s->tls_1_3,
		.ca_file = s->ca_file,
		.insecure = s->insecure,
		.auth = auth_of(s),
		.user = s->user,
		.secret = buf_str(&a->secret),
		.hello = hello,
		.timeout_ms = s->timeout_seconds * 1000,
		.ret_verdict = &a->verdict,
	};
}

/* ---- sessions ---- */

static struct imap *open_imap(struct server_access *a, int64_t now, struct err *err)
{
	if (prepare(a, now, err) < 0)
		return NULL;
	const struct stream_server server = server_of(a, STREAM_IMAP, NULL);
	return imap_open(&server, err);
}

struct imap *server_open_imap(struct server_access *a, int64_t now, struct err *err)
{
	struct imap *imap = open_imap(a, now, err);

	if (imap || !server_may_renew(a, now))
		return imap;
	*err = ERR_INIT;
	return open_imap(a, now, err);
}

struct smtp *server_begin_smtp(struct server_access *a,
	const struct smtp_settings *settings, int64_t now, struct err *err)
{
	if (prepare(a, now, err) < 0)
		return NULL;
	const struct stream_server server = server_of(a, STREAM_SMTP, settings->hello);
	return smtp_begin(&server, err);
}

int server_try(struct server_access *a, enum stream_protocol protocol,
	const struct settings *settings, int64_t now, struct err *err)
{
	if (prepare(a, now, err) < 0)
		return -1;
	const struct stream_server server =
		server_of(a, protocol, settings->smtp.hello);
	stream_auto *s = stream_open(&server, err);
	return s ? 0 : -1;
}

/* ---- what is told ---- */

/* A token may have been the only thing wrong. */
static bool is_settled(const struct server_access *a, int64_t now)
{
	return a->verdict.kind == STREAM_ACCEPTED || !server_may_renew(a, now);
}

bool server_note(struct server_access *a, struct db *db, const char *who, int64_t now)
{
	struct err err = ERR_INIT;
	enum stream_verdict_kind kind = a->verdict.kind;
	const char *name = a->sign_in.name;
	int news = 0;

	if (kind == STREAM_NOT_SAID || kind == a->noted || !is_settled(a, now))
		return false;
	if (kind == STREAM_REFUSED)
		news = refusal_begin(db, who, name, a->verdict.words, now, &err);
	else
		news = refusal_end(db, who, name, now, &err);
	if (news < 0)
		return false; /* the next call tries again */
	if (kind == STREAM_ACCEPTED)
		a->renewed_at = 0;
	a->noted = kind;
	if (news && kind == STREAM_REFUSED)
		log_event(LOG_LEVEL_ERROR, "sign-in-refused", "server=%s why=%s", name,
			a->verdict.words);
	if (news && kind == STREAM_ACCEPTED)
		log_event(LOG_LEVEL_INFO, "sign-in-accepted", "server=%s", name);
	return news > 0;
}

int server_ask_calendar(struct http *http, const struct calendar_settings *calendar,
	const struct http_request *question, struct http_reply *ret, struct err *err)
{
	const struct server_settings server = {.secret_file = calendar->secret_file,
		.secret_credential = calendar->secret_credential};
	secret_auto secret = BUF_EMPTY;
	struct http_request request = *question;

	if (calendar->user && config_read_secret(&server, &secret, err) < 0)
		return -1;
	request.user = calendar->user;
	request.password = calendar->user ? buf_str(&secret) : NULL;
	request.ca_file = calendar->ca_file;
	request.largest = (size_t)calendar->largest;
	request.timeout_ms = calendar->timeout_seconds * 1000;
	return http_ask(http, &request, ret, err);
}
