#include "duty/server.h"

#include <string.h>

#include "base/buf.h"
#include "config/config.h"

/* A password leaves memory with the function that needed it. */
static void secret_deinit(struct buf *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->size);
	buf_deinit(secret);
}
#define secret_auto __attribute__((cleanup(secret_deinit))) struct buf

static struct stream_server server_of(
	const struct server_settings *s, const struct buf *secret)
{
	return (struct stream_server){
		.host = s->host,
		.port = s->port,
		.implicit_tls = s->tls == SERVER_TLS_IMPLICIT,
		.ca_file = s->ca_file,
		.user = s->user,
		.password = buf_str(secret),
		.timeout_ms = s->timeout_seconds * 1000,
	};
}

struct imap *server_open_imap(const struct imap_settings *settings, struct err *err)
{
	secret_auto secret = BUF_EMPTY;

	if (config_read_secret(&settings->server, &secret, err) < 0)
		return NULL;
	struct stream_server server = server_of(&settings->server, &secret);
	server.protocol = STREAM_IMAP;
	return imap_open(&server, err);
}

struct smtp *server_begin_smtp(const struct smtp_settings *settings, struct err *err)
{
	secret_auto secret = BUF_EMPTY;

	if (config_read_secret(&settings->server, &secret, err) < 0)
		return NULL;
	struct stream_server server = server_of(&settings->server, &secret);
	server.protocol = STREAM_SMTP;
	server.hello = settings->hello;
	return smtp_begin(&server, err);
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
