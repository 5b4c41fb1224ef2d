#include "duty/sign-in.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "config/config.h"
#include "duty/token-store.h"

#define EARLY_SECONDS 300
#define EARLY_PART 10
#define ASK_SECONDS_MAX 30

void sign_in_wipe(struct buf *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->size);
	buf_deinit(secret);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_in_common(
	const struct server_settings *a, const struct server_settings *b)
{
	const struct oauth_settings *one = &a->oauth, *other = &b->oauth;

	return a->uses_oauth && b->uses_oauth && one->grant == OAUTH_REFRESH_TOKEN &&
	       other->grant == OAUTH_REFRESH_TOKEN && is_same(a->user, b->user) &&
	       is_same(one->token_url, other->token_url) &&
	       is_same(one->client_id, other->client_id) &&
	       is_same(one->scope, other->scope) &&
	       is_same(one->refresh_file, other->refresh_file) &&
	       is_same(one->refresh_credential, other->refresh_credential);
}

struct sign_in sign_in_of(
	const struct settings *s, const char *name, const char *state_dir)
{
	const struct server_settings *imap = &s->imap.server, *smtp = &s->smtp.server;
	bool is_imap = strcmp(name, "imap") == 0;

	return (struct sign_in){
		.server = is_imap ? imap : smtp,
		.name = name,
		.kept_as = is_in_common(imap, smtp) ? "imap" : name,
		.state_dir = state_dir,
	};
}

/* ---- what is kept ---- */

/* A clock that went back says nothing about an end. */
static bool is_valid(const struct kept_token *t, int64_t now)
{
	return t->access && now >= t->obtained_at && now < t->expires_at;
}

static bool is_fresh(const struct kept_token *t, int64_t now)
{
	int64_t early = (t->expires_at - t->obtained_at) / EARLY_PART;

	if (early > EARLY_SECONDS)
		early = EARLY_SECONDS;
	return is_valid(t, now) && now < t->expires_at - early;
}

static enum sign_in_outcome give(const struct kept_token *t, struct buf *ret)
{
	buf_clear(ret);
	buf_add_str(ret, t->access);
	return SIGN_IN_READY;
}

static int read_first(const struct oauth_settings *o, struct buf *ret, struct err *err)
{
	if (o->grant != OAUTH_REFRESH_TOKEN)
		return 0;
	return config_read_secret_at(o->refresh_file, o->refresh_credential, ret, err);
}

/* What a token was given for. Changed settings, or a new first refresh token, make it
 * another's. The caller frees. */
static char *origin_of(const struct sign_in *s, const struct buf *first)
{
	const struct oauth_settings *o = &s->server->oauth;
	secret_auto text = BUF_EMPTY;
	char hex[HASH_HEX_SIZE];

	buf_reserve(&text, first->len + 4096);
	buf_addf(&text, "%d\n%s\n%s\n%s\n%s\n", (int)o->grant, o->token_url,
		o->client_id, o->scope ? o->scope : "", s->server->user);
	buf_add(&text, buf_str(first), first->len);
	hash_hex(text.data, text.len, hex);
	return xstrdup(hex);
}

/* Empties what was given under other settings. */
static int read_kept(const struct sign_in *s, const char *origin,
	struct kept_token *ret, struct err *err)
{
	if (token_store_read(s->state_dir, s->kept_as, ret, err) < 0)
		return -1;
	if (ret->origin && strcmp(ret->origin, origin) != 0)
		kept_token_deinit(ret);
	return 0;
}

static int put(struct token_change *change, const char *origin,
	const struct kept_token *before, const struct oauth_token *given, int64_t now,
	struct err *err)
{
	const char *refresh = given->refresh		  ? given->refresh
			      : before && before->refresh ? before->refresh
							  : NULL;
	const struct kept_token kept = {.origin = (char *)origin,
		.access = given->access,
		.refresh = (char *)refresh,
		.obtained_at = now,
		.expires_at = now + given->lifetime};

	return token_store_put(change, &kept, err);
}

/* ---- asking ---- */

int sign_in_client(const struct sign_in *s, struct buf *secret,
	struct oauth_client *ret, struct err *err)
{
	const struct oauth_settings *o = &s->server->oauth;
	int seconds = s->server->timeout_seconds;
	bool has_secret = o->secret_file || o->secret_credential;

	if (has_secret && config_read_secret_at(o->secret_file, o->secret_credential,
				  secret, err) < 0)
		return -1;
	*ret = (struct oauth_client){
		.token_url = o->token_url,
		.device_url = o->device_url,
		.client_id = o->client_id,
		.client_secret = has_secret ? buf_str(secret) : NULL,
		.scope = o->scope,
		.ca_file = o->ca_file,
		.timeout_ms =
			1000 * (seconds < ASK_SECONDS_MAX ? seconds : ASK_SECONDS_MAX),
	};
	return 0;
}

static enum oauth_outcome nobody_signed_in(const struct sign_in *s, struct err *err)
{
	err_set(err, ERR_PERM,
		"nobody has signed in with these settings; run: utskick sign-in %s",
		s->name);
	return OAUTH_REFUSED;
}

static enum oauth_outcome ask(const struct sign_in *s, const struct buf *first,
	const struct kept_token *kept, struct oauth_token *ret, struct err *err)
{
	struct oauth_client client = {.token_url = NULL};
	secret_auto secret = BUF_EMPTY;

	if (sign_in_client(s, &secret, &client, err) < 0)
		return OAUTH_TROUBLE;
	switch (s->server->oauth.grant) {
	case OAUTH_CLIENT_CREDENTIALS:
		return oauth_by_client(&client, ret, err);
	case OAUTH_REFRESH_TOKEN:
		return oauth_by_refresh_token(&client,
			kept->refresh ? kept->refresh : buf_str(first), ret, err);
	case OAUTH_DEVICE_CODE:
		if (!kept->refresh)
			return nobody_signed_in(s, err);
		return oauth_by_refresh_token(&client, kept->refresh, ret, err);
	}
	return OAUTH_TROUBLE;
}

static enum sign_in_outcome outcome_of(const struct sign_in *s,
	enum oauth_outcome outcome, const struct kept_token *kept, struct err *err)
{
	bool is_gone = s->server->oauth.grant == OAUTH_DEVICE_CODE && kept->refresh;
	str_auto *text = xstrdup(err->text);

	/* These belong to a person's sign-in; here they are an answer that is none. */
	if (outcome == OAUTH_PENDING || outcome == OAUTH_SLOW_DOWN)
		err_set(err, ERR_TEMP, "the token's server asks to wait");
	if (outcome != OAUTH_REFUSED)
		return SIGN_IN_TROUBLE;
	if (is_gone)
		err_set(err, ERR_PERM, "%.190s; run: utskick sign-in %s", text,
			s->name);
	return SIGN_IN_REFUSED;
}

/* refused: NULL, or the token that is not to be given again; asks: whatever is kept. */
static enum sign_in_outcome renew(const struct sign_in *s, const char *refused,
	bool asks, const struct buf *first, int64_t now, struct buf *ret,
	struct err *err)
{
	str_auto *origin = origin_of(s, first);
	token_change_auto change = TOKEN_CHANGE_NONE;
	kept_token_auto kept = KEPT_TOKEN_EMPTY;
	oauth_token_auto given = OAUTH_TOKEN_EMPTY;

	if (token_store_begin(s->state_dir, s->kept_as, &change, err) < 0 ||
		read_kept(s, origin, &kept, err) < 0)
		return SIGN_IN_TROUBLE;
	/* Somebody has, while we waited for the lock. */
	if (!asks && is_fresh(&kept, now) &&
		(!refused || strcmp(kept.access, refused) != 0))
		return give(&kept, ret);
	enum oauth_outcome outcome = ask(s, first, &kept, &given, err);
	if (outcome == OAUTH_GIVEN) {
		if (put(&change, origin, &kept, &given, now, err) < 0)
			return SIGN_IN_TROUBLE;
		buf_clear(ret);
		buf_add_str(ret, given.access);
		return SIGN_IN_READY;
	}
	if (!asks && !refused && is_valid(&kept, now))
		return give(&kept, ret);
	return outcome_of(s, outcome, &kept, err);
}

enum sign_in_outcome sign_in_get(
	const struct sign_in *s, int64_t now, struct buf *ret, struct err *err)
{
	secret_auto first = BUF_EMPTY;
	kept_token_auto kept = KEPT_TOKEN_EMPTY;

	if (!s->server->uses_oauth)
		return config_read_secret(s->server, ret, err) < 0 ? SIGN_IN_TROUBLE
								   : SIGN_IN_READY;
	if (read_first(&s->server->oauth, &first, err) < 0)
		return SIGN_IN_TROUBLE;
	str_auto *origin = origin_of(s, &first);
	if (read_kept(s, origin, &kept, err) < 0)
		return SIGN_IN_TROUBLE;
	return is_fresh(&kept, now) ? give(&kept, ret)
				    : renew(s, NULL, false, &first, now, ret, err);
}

enum sign_in_outcome sign_in_renew(const struct sign_in *s, const char *refused,
	int64_t now, struct buf *ret, struct err *err)
{
	secret_auto first = BUF_EMPTY;

	if (read_first(&s->server->oauth, &first, err) < 0)
		return SIGN_IN_TROUBLE;
	return renew(s, refused, !refused, &first, now, ret, err);
}

int sign_in_keep(const struct sign_in *s, const struct oauth_token *token, int64_t now,
	struct err *err)
{
	secret_auto first = BUF_EMPTY;
	token_change_auto change = TOKEN_CHANGE_NONE;
	str_auto *origin = origin_of(s, &first);

	if (token_store_begin(s->state_dir, s->kept_as, &change, err) < 0)
		return -1;
	return put(&change, origin, NULL, token, now, err);
}
