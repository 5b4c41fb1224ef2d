#include "net/oauth-reply.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/http.h"

/* Where the server does not say how long. */
#define LIFETIME_UNSAID 600
#define LIFETIME_MAX (366LL * 86400)
#define INTERVAL_UNSAID 5 /* RFC 8628 3.2 */
#define INTERVAL_MAX 60
#define DEVICE_LIFETIME_MAX 3600
#define TOKEN_MAX 32768
#define WORDS_MAX 150

void oauth_token_deinit(struct oauth_token *token)
{
	if (token->access)
		explicit_bzero(token->access, strlen(token->access));
	if (token->refresh)
		explicit_bzero(token->refresh, strlen(token->refresh));
	free(token->access);
	free(token->refresh);
	*token = OAUTH_TOKEN_EMPTY;
}

void oauth_device_deinit(struct oauth_device *device)
{
	if (device->device_code)
		explicit_bzero(device->device_code, strlen(device->device_code));
	free(device->device_code);
	free(device->user_code);
	free(device->address);
	*device = OAUTH_DEVICE_EMPTY;
}

/* Frees the answer; its strings, tokens perhaps, are overwritten first. */
static void answer_freep(json_t **answer)
{
	const char *key;
	json_t *value;

	json_object_foreach (*answer, key, value)
		if (json_is_string(value))
			explicit_bzero((char *)json_string_value(value),
				json_string_length(value));
	json_decref(*answer);
}
#define answer_auto __attribute__((cleanup(answer_freep))) json_t

/* ---- refusals ---- */

/* Servers repeat what they were asked; what was secret is not said. */
static void blank(char *text, const char *secret)
{
	size_t len = secret ? strlen(secret) : 0;

	for (char *at = text; len && (at = strstr(at, secret)); at += len)
		memset(at, '*', len);
}

/* "invalid_client: ...": the caller frees. */
static char *words_of(const json_t *answer, const struct oauth_secrets *secrets)
{
	const char *error = json_str_or(answer, "error", "");
	const char *more = json_str_or(answer, "error_description", "");
	str_auto *both = xasprintf("%s%s%s", error, *more ? ": " : "", more);

	for (size_t i = 0; i < sizeof(secrets->list) / sizeof(*secrets->list); i++)
		blank(both, secrets->list[i]);
	/* Microsoft ends with lines of ids and times. */
	both[strcspn(both, "\r\n")] = '\0';
	char *ids = strstr(both, " Trace ID:");
	if (ids)
		*ids = '\0';
	str_auto *shown = text_printable(both);
	return xstrndup(shown, WORDS_MAX);
}

static bool is_one_of(const char *error, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(error, *list) == 0)
			return true;
	return false;
}

static enum oauth_outcome said_no(int status, const json_t *answer,
	const struct oauth_secrets *secrets, struct err *err)
{
	static const char *const passing[] = {
		"temporarily_unavailable", "server_error", NULL};
	const char *error = json_str_or(answer, "error", "");

	if (strcmp(error, "authorization_pending") == 0)
		return OAUTH_PENDING;
	if (strcmp(error, "slow_down") == 0)
		return OAUTH_SLOW_DOWN;
	bool passes = status >= 500 || status == 408 || status == 429 || status < 300 ||
		      is_one_of(error, passing);
	str_auto *words = words_of(answer, secrets);
	if (*words)
		err_set(err, passes ? ERR_TEMP : ERR_PERM,
			"the token's server said: %s", words);
	else if (status < 300)
		err_set(err, ERR_TEMP,
			"the token's server gave an answer that is none");
	else
		err_set(err, passes ? ERR_TEMP : ERR_PERM,
			"the token's server said no, and not why (%d)", status);
	return passes ? OAUTH_TROUBLE : OAUTH_REFUSED;
}

/* ---- what is given ---- */

/* What goes into a sign-in or a form as it is: printable ASCII (RFC 6749 A.12). */
static char *take_secret(const json_t *answer, const char *key)
{
	const char *value = json_str(answer, key);
	size_t len = value ? strlen(value) : 0;

	if (!len || len > TOKEN_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return NULL;
	return xstrdup(value);
}

/* Some give numbers as text. */
static int64_t take_seconds(
	const json_t *answer, const char *key, int64_t unsaid, int64_t most)
{
	const json_t *value = json_object_get(answer, key);
	double seconds = json_is_string(value)
				 ? (double)strtoll(json_string_value(value), NULL, 10)
				 : json_number_value(value);

	if (!(seconds >= 1))
		return unsaid;
	return seconds < (double)most ? (int64_t)seconds : most;
}

static json_t *read_answer(const char *body, size_t len)
{
	json_t *answer = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(answer))
		return answer;
	json_decref(answer);
	return json_object();
}

enum oauth_outcome oauth_read_token(int status, const char *body, size_t len,
	const struct oauth_secrets *secrets, struct oauth_token *ret, struct err *err)
{
	answer_auto *answer = read_answer(body, len);

	oauth_token_deinit(ret);
	if (status != 200)
		return said_no(status, answer, secrets, err);
	ret->access = take_secret(answer, "access_token");
	/* No space or control in a bearer token (RFC 6750 2.1). */
	if (!ret->access || strchr(ret->access, ' '))
		return said_no(status, answer, secrets, err);
	if (!text_equal_nocase(json_str_or(answer, "token_type", ""), "bearer")) {
		err_set(err, ERR_PERM,
			"the token's server gave a token of another type than bearer");
		return OAUTH_REFUSED;
	}
	ret->refresh = take_secret(answer, "refresh_token");
	ret->lifetime =
		take_seconds(answer, "expires_in", LIFETIME_UNSAID, LIFETIME_MAX);
	return OAUTH_GIVEN;
}

static char *take_shown(const json_t *answer, const char *key)
{
	const char *value = json_str(answer, key);

	return value && *value ? text_printable(value) : NULL;
}

enum oauth_outcome oauth_read_device(int status, const char *body, size_t len,
	const struct oauth_secrets *secrets, struct oauth_device *ret, struct err *err)
{
	answer_auto *answer = read_answer(body, len);

	oauth_device_deinit(ret);
	if (status != 200)
		return said_no(status, answer, secrets, err);
	ret->device_code = take_secret(answer, "device_code");
	ret->user_code = take_shown(answer, "user_code");
	ret->address = take_shown(answer, "verification_uri");
	if (!ret->address) /* as Google spells it */
		ret->address = take_shown(answer, "verification_url");
	if (!ret->device_code || !ret->user_code || !ret->address)
		return said_no(status, answer, secrets, err);
	ret->lifetime = take_seconds(
		answer, "expires_in", LIFETIME_UNSAID, DEVICE_LIFETIME_MAX);
	ret->interval =
		(int)take_seconds(answer, "interval", INTERVAL_UNSAID, INTERVAL_MAX);
	return OAUTH_GIVEN;
}
