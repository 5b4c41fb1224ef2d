#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

#include "base/buf.h"
#include "base/text.h"
#include "net/channel.h"
#include "net/stream-said.h"
#include "net/trust.h"

struct curl_link {
	CURL *easy;
	CURLM *multi; /* what it was opened by, or NULL; lives as long as it does */
};

/* Of whom is spoken in an error. */
struct who {
	const char *host;
	int port;
	enum stream_auth auth;
	struct stream_verdict *verdict; /* NULL */
};

static struct who who_of(const struct stream_server *server)
{
	return (struct who){
		server->host, server->port, server->auth, server->ret_verdict};
}

/* A connection being opened. The strings of a server are the caller's: what is said
 * of it is kept. */
struct stream_opening {
	CURL *easy;
	CURLM *multi;
	char *host;
	struct who who;
	struct said said;
	char error_text[CURL_ERROR_SIZE];
};

int stream_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

static size_t keep_line(char *bytes, size_t size, size_t count, void *context)
{
	/* Fewer than it gave: libcurl gives up. */
	return said_line(context, bytes, size * count) ? size * count : 0;
}

/* What may stand in a URL as a host or an EHLO name without changing its meaning. */
static bool is_plain_name(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789.-_:") == strlen(s);
}

static char *server_url(const struct stream_server *server)
{
	bool is_imap = server->protocol == STREAM_IMAP;
	bool is_ipv6 = strchr(server->host, ':') != NULL;

	return xasprintf("%s%s://%s%s%s:%d/%s", is_imap ? "imap" : "smtp",
		server->implicit_tls ? "s" : "", is_ipv6 ? "[" : "", server->host,
		is_ipv6 ? "]" : "", server->port, is_imap ? "" : server->hello);
}

static void set_security(CURL *easy, const struct stream_server *server)
{
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, server->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, server->insecure ? 0L : 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
		(long)(server->tls_1_3 ? CURL_SSLVERSION_TLSv1_3
				       : CURL_SSLVERSION_TLSv1_2));
	trust_set(easy, server->ca_file);
}

/* Pinned: libcurl would prefer others a server offers, GSSAPI and NTLM among them. */
static void set_sign_in(CURL *easy, const struct stream_server *server)
{
	curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
	switch (server->auth) {
	case STREAM_PASSWORD:
		curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
		curl_easy_setopt(easy, CURLOPT_PASSWORD, server->secret);
		return;
	case STREAM_XOAUTH2:
		curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, server->secret);
		return;
	case STREAM_OAUTHBEARER:
		curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER");
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, server->secret);
		return;
	}
}

static void set_options(CURL *easy, const struct stream_server *server, const char *url,
	struct said *said, char *error_text)
{
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)server->timeout_ms);
	curl_easy_setopt(
		easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, server->timeout_ms / 1000 + 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 2L * server->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, said);
	set_security(easy, server);
	set_sign_in(easy, server);
}

static enum err_kind kind_of(CURLcode code, const struct said *said)
{
	switch (code) {
	case CURLE_LOGIN_DENIED:
		return said_bad_day(said) ? ERR_TEMP : ERR_PERM;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_URL_MALFORMAT:
		return ERR_PERM;
	default: /* libcurl has a hundred codes; the rest are the network's */
		return ERR_TEMP;
	}
}

static const char *refusal(enum stream_auth auth, const struct said *said)
{
	if (said_no_refusal(said))
		return auth == STREAM_PASSWORD
			       ? "the server offers no sign-in by PLAIN or LOGIN"
		       : auth == STREAM_XOAUTH2
			       ? "the server offers no sign-in by XOAUTH2"
			       : "the server offers no sign-in by OAUTHBEARER";
	return auth == STREAM_PASSWORD ? "the server refused user name or password"
				       : "the server refused the token";
}

static const char *in_plain_words(
	enum stream_auth auth, CURLcode code, const struct said *said, const char *text)
{
	switch (code) {
	case CURLE_LOGIN_DENIED:
		return refusal(auth, said);
	case CURLE_USE_SSL_FAILED:
		return "the server offers no TLS (STARTTLS); no password was sent";
	case CURLE_SSL_CACERT_BADFILE:
		return "the CA file cannot be read";
	default:
		return *text ? text : curl_easy_strerror(code);
	}
}

static void give_verdict(
	const struct who *who, enum stream_verdict_kind kind, const char *words)
{
	if (!who->verdict)
		return;
	who->verdict->kind = kind;
	snprintf(who->verdict->words, sizeof(who->verdict->words), "%s", words);
}

static void explain(const struct who *who, CURLcode code, const char *error_text,
	const struct said *said, struct err *err)
{
	str_auto *words = said_words(said);

	err_set(err, kind_of(code, said), "%s:%d: %s%s%s", who->host, who->port,
		in_plain_words(who->auth, code, said, error_text),
		*words ? "; last heard: " : "", words);
	if (code == CURLE_LOGIN_DENIED && err->kind == ERR_PERM)
		give_verdict(who, STREAM_REFUSED, err->text);
}

static ssize_t link_receive(void *connection, void *to, size_t size)
{
	struct curl_link *link = connection;
	size_t n = 0;
	CURLcode code = curl_easy_recv(link->easy, to, size, &n);

	if (code == CURLE_AGAIN)
		return CHANNEL_WOULD_WAIT;
	return code == CURLE_OK && n ? (ssize_t)n : CHANNEL_ENDED;
}

static ssize_t link_send(void *connection, const void *bytes, size_t len)
{
	struct curl_link *link = connection;
	size_t n = 0;
	CURLcode code = curl_easy_send(link->easy, bytes, len, &n);

	if (code == CURLE_AGAIN)
		return CHANNEL_WOULD_WAIT;
	return code == CURLE_OK ? (ssize_t)n : CHANNEL_ENDED;
}

static void link_close(void *connection)
{
	struct curl_link *link = connection;

	if (link->multi)
		curl_multi_remove_handle(link->multi, link->easy);
	curl_easy_cleanup(link->easy);
	curl_multi_cleanup(link->multi);
	free(link);
}

/* Both die with the function or object that opened; the connection lives on. */
static void let_go(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, NULL);
}

/* Takes both. NULL, and takes none, where the connection is gone already. */
static struct stream *stream_on(CURL *easy, CURLM *multi, const char *extensions)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD)
		return NULL;
	struct curl_link *link = xmalloc(sizeof(*link));
	*link = (struct curl_link){.easy = easy, .multi = multi};
	struct channel channel = {.connection = link,
		.fd = fd,
		.receive = link_receive,
		.send = link_send,
		.close = link_close};
	return stream_over(&channel, extensions);
}

static struct stream *connect_to(
	const struct stream_server *server, const char *url, struct err *err)
{
	char error_text[CURL_ERROR_SIZE] = "";
	said_auto said = {.total = 0};
	const struct who who = who_of(server);
	CURL *easy = curl_easy_init();

	if (!easy) {
		err_set(err, ERR_TEMP, "libcurl cannot start");
		return NULL;
	}
	set_options(easy, server, url, &said, error_text);
	CURLcode code = curl_easy_perform(easy);
	let_go(easy);
	if (code != CURLE_OK) {
		explain(&who, code, error_text, &said, err);
		curl_easy_cleanup(easy);
		return NULL;
	}
	give_verdict(&who, STREAM_ACCEPTED, "");
	struct stream *s = stream_on(easy, NULL, buf_str(&said.extensions));
	if (!s) {
		err_set(err, ERR_TEMP, "%s: the connection is gone", server->host);
		curl_easy_cleanup(easy);
	}
	return s;
}

/* The URL, or NULL where the server's name could change its meaning; the caller frees.
 */
static char *checked_url(const struct stream_server *server, struct err *err)
{
	bool is_smtp = server->protocol == STREAM_SMTP;

	if (is_plain_name(server->host) && (!is_smtp || is_plain_name(server->hello)))
		return server_url(server);
	err_set(err, ERR_PERM, "\"%.80s\" is no name of a host", server->host);
	return NULL;
}

struct stream *stream_open(const struct stream_server *server, struct err *err)
{
	str_auto *url = checked_url(server, err);

	return url ? connect_to(server, url, err) : NULL;
}

/* ---- beside other connections ---- */

struct stream_opening *stream_begin(const struct stream_server *server, struct err *err)
{
	str_auto *url = checked_url(server, err);

	if (!url)
		return NULL;
	stream_opening_auto *o = xcalloc(1, sizeof(*o));
	o->easy = curl_easy_init();
	o->multi = curl_multi_init();
	o->host = xstrdup(server->host);
	o->who = who_of(server);
	o->who.host = o->host;
	if (!o->easy || !o->multi) {
		err_set(err, ERR_TEMP, "libcurl cannot start");
		return NULL;
	}
	set_options(o->easy, server, url, &o->said, o->error_text);
	curl_multi_add_handle(o->multi, o->easy);
	return TAKE(o);
}

/* 1 finished with *ret, 0 not yet. */
static int look_for_end(struct stream_opening *o, CURLcode *ret)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(o->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		*ret = message->data.result;
		return 1;
	}
	return 0;
}

int stream_opening_step(struct stream_opening *o, struct stream **ret, struct err *err)
{
	CURLcode code = CURLE_OK;
	int running;

	if (curl_multi_perform(o->multi, &running) != CURLM_OK)
		return err_set(err, ERR_TEMP, "%s: libcurl cannot go on", o->host);
	if (!look_for_end(o, &code))
		return 0;
	if (code != CURLE_OK) {
		explain(&o->who, code, o->error_text, &o->said, err);
		return -1;
	}
	let_go(o->easy);
	give_verdict(&o->who, STREAM_ACCEPTED, "");
	*ret = stream_on(o->easy, o->multi, buf_str(&o->said.extensions));
	if (!*ret)
		return err_set(err, ERR_TEMP, "%s: the connection is gone", o->host);
	o->easy = NULL;
	o->multi = NULL;
	return 1;
}

/* libcurl shows no descriptor while a thread of its own looks the name up. */
#define LOOK_UP_MS 50

int stream_opening_poll(struct stream_opening *o, struct pollfd *ret)
{
	fd_set in, out, other;
	int fd = -1;
	long ms = -1;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&other);
	*ret = (struct pollfd){.fd = -1};
	curl_multi_fdset(o->multi, &in, &out, &other, &fd);
	curl_multi_timeout(o->multi, &ms);
	if (fd < 0)
		return ms < 0 || ms > LOOK_UP_MS ? LOOK_UP_MS : (int)ms;
	/* One connection: the highest descriptor is the only one (or, of two tried at
	 * once, one; the timeout looks after the other). */
	ret->fd = fd;
	ret->events = (short)((FD_ISSET(fd, &in) ? POLLIN : 0) |
			      (FD_ISSET(fd, &out) ? POLLOUT : 0));
	return ms < 0 || ms > 1000 ? 1000 : (int)ms;
}

void stream_opening_free(struct stream_opening *o)
{
	if (!o)
		return;
	if (o->multi && o->easy)
		curl_multi_remove_handle(o->multi, o->easy);
	curl_easy_cleanup(o->easy);
	curl_multi_cleanup(o->multi);
	said_deinit(&o->said);
	free(o->host);
	free(o);
}
