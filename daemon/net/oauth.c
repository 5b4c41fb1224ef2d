#include "net/oauth.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/oauth-reply.h"

#define ANSWER_MAX 65536

/* What is asked, wiped when it is over. A form does not grow piece by piece: each
 * growth would leave a copy behind. */
static void form_deinit(struct buf *form)
{
	if (form->data)
		explicit_bzero(form->data, form->size);
	buf_deinit(form);
}
#define form_auto __attribute__((cleanup(form_deinit))) struct buf

static struct buf form_new(void)
{
	struct buf form = BUF_EMPTY;

	buf_reserve(&form, 3 * ANSWER_MAX);
	return form;
}

static bool is_unreserved(char c)
{
	return c && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-._~",
			    c);
}

/* application/x-www-form-urlencoded; NULL is left out. */
static void form_add(struct buf *form, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(form, "%s%s=", form->len ? "&" : "", name);
	for (; *value; value++) {
		if (is_unreserved(*value))
			buf_add_char(form, *value);
		else
			buf_addf(form, "%%%02X", (unsigned char)*value);
	}
}

static int ask(const struct oauth_client *client, const char *url,
	const struct buf *form, struct http_reply *ret, struct err *err)
{
	const struct http_request request = {
		.url = url,
		.method = "POST",
		.body = buf_str(form),
		.type = "application/x-www-form-urlencoded",
		.stays = true,
		.ca_file = client->ca_file,
		.largest = ANSWER_MAX,
		.timeout_ms = client->timeout_ms,
	};
	http_auto *http = http_new();

	return http_ask(http, &request, ret, err);
}

static void answer_deinit(struct http_reply *reply)
{
	if (reply->body.data)
		explicit_bzero(reply->body.data, reply->body.size);
	http_reply_deinit(reply);
}
#define answer_auto __attribute__((cleanup(answer_deinit))) struct http_reply

static enum oauth_outcome ask_for_token(const struct oauth_client *client,
	struct buf *form, const char *grant_secret, struct oauth_token *ret,
	struct err *err)
{
	const struct oauth_secrets secrets = {{client->client_secret, grant_secret}};
	answer_auto reply = HTTP_REPLY_EMPTY;

	form_add(form, "client_id", client->client_id);
	form_add(form, "client_secret", client->client_secret);
	if (ask(client, client->token_url, form, &reply, err) < 0)
		return OAUTH_TROUBLE;
	return oauth_read_token(
		reply.status, buf_str(&reply.body), reply.body.len, &secrets, ret, err);
}

enum oauth_outcome oauth_by_client(
	const struct oauth_client *client, struct oauth_token *ret, struct err *err)
{
	form_auto form = form_new();

	form_add(&form, "grant_type", "client_credentials");
	form_add(&form, "scope", client->scope);
	return ask_for_token(client, &form, NULL, ret, err);
}

enum oauth_outcome oauth_by_refresh_token(const struct oauth_client *client,
	const char *refresh_token, struct oauth_token *ret, struct err *err)
{
	form_auto form = form_new();

	form_add(&form, "grant_type", "refresh_token");
	form_add(&form, "refresh_token", refresh_token);
	form_add(&form, "scope", client->scope);
	return ask_for_token(client, &form, refresh_token, ret, err);
}

enum oauth_outcome oauth_begin_device(
	const struct oauth_client *client, struct oauth_device *ret, struct err *err)
{
	const struct oauth_secrets secrets = {{client->client_secret}};
	form_auto form = form_new();
	answer_auto reply = HTTP_REPLY_EMPTY;

	form_add(&form, "client_id", client->client_id);
	form_add(&form, "scope", client->scope);
	if (ask(client, client->device_url, &form, &reply, err) < 0)
		return OAUTH_TROUBLE;
	return oauth_read_device(
		reply.status, buf_str(&reply.body), reply.body.len, &secrets, ret, err);
}

enum oauth_outcome oauth_by_device(const struct oauth_client *client,
	const char *device_code, struct oauth_token *ret, struct err *err)
{
	form_auto form = form_new();

	form_add(&form, "grant_type", "urn:ietf:params:oauth:grant-type:device_code");
	form_add(&form, "device_code", device_code);
	return ask_for_token(client, &form, device_code, ret, err);
}
