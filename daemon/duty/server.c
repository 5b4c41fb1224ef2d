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

struct smtp *server_open_smtp(const struct smtp_settings *settings, struct err *err)
{
	secret_auto secret = BUF_EMPTY;

	if (config_read_secret(&settings->server, &secret, err) < 0)
		return NULL;
	struct stream_server server = server_of(&settings->server, &secret);
	server.protocol = STREAM_SMTP;
	server.hello = settings->hello;
	return smtp_open(&server, err);
}
