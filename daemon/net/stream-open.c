#include <curl/curl.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "net/channel.h"

/* Of the greeting, EHLO and sign-in; what a server says beyond that is of no use. */
#define SAID_MAX 16384

/* What the server says while libcurl signs in. */
struct said {
	struct buf extensions; /* of the newest EHLO */
	struct buf last;       /* its last line */
	bool in_ehlo;
	size_t total;
};

struct curl_link {
	CURL *easy;
};

int stream_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

static void said_deinit(struct said *said)
{
	buf_deinit(&said->extensions);
	buf_deinit(&said->last);
}
#define said_auto __attribute__((cleanup(said_deinit))) struct said

/* "250-SIZE 1000": a line of an EHLO reply; the first, with the host's name, begins a
 * new list. */
static void keep_extension(struct said *said, const char *line, size_t len)
{
	bool is_250 = len >= 4 && !strncmp(line, "250", 3);

	if (is_250 && said->in_ehlo) {
		buf_add(&said->extensions, line + 4, len - 4);
		buf_add_char(&said->extensions, '\n');
	} else if (is_250) {
		buf_clear(&said->extensions);
	}
	said->in_ehlo = is_250 && line[3] == '-';
}

static size_t keep_line(char *bytes, size_t size, size_t count, void *context)
{
	struct said *said = context;
	size_t len = size * count;

	said->total += len;
	if (said->total > SAID_MAX)
		return 0; /* libcurl gives up */
	while (len && (bytes[len - 1] == '\r' || bytes[len - 1] == '\n'))
		len--;
	buf_clear(&said->last);
	buf_add(&said->last, bytes, len);
	keep_extension(said, bytes, len);
	return size * count;
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
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (server->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
	/* Pinned: libcurl would prefer others a server offers, GSSAPI and NTLM among
	 * them. */
	curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
	curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password);
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
}

/* A refused sign-in may be the server's bad day: SMTP 4xx, IMAP [UNAVAILABLE] (RFC
 * 5530). */
static bool is_bad_day(const char *words)
{
	return words[0] == '4' || strstr(words, "[UNAVAILABLE]") ||
	       strstr(words, "[INUSE]") || strstr(words, "[LIMIT]");
}

static enum err_kind kind_of(CURLcode code, const char *words)
{
	switch (code) {
	case CURLE_LOGIN_DENIED:
		return is_bad_day(words) ? ERR_TEMP : ERR_PERM;
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

static const char *in_plain_words(CURLcode code, const char *text)
{
	switch (code) {
	case CURLE_LOGIN_DENIED:
		return "the server refused user name or password";
	case CURLE_USE_SSL_FAILED:
		return "the server offers no TLS (STARTTLS); no password was sent";
	case CURLE_SSL_CACERT_BADFILE:
		return "the CA file cannot be read";
	default:
		return *text ? text : curl_easy_strerror(code);
	}
}

static void explain(const struct stream_server *server, CURLcode code,
	const char *error_text, const struct said *said, struct err *err)
{
	const char *words = buf_str(&said->last);
	str_auto *shown = text_printable(words);

	err_set(err, kind_of(code, words), "%s:%d: %s%s%.80s", server->host,
		server->port, in_plain_words(code, error_text),
		*shown ? "; last heard: " : "", shown);
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

	curl_easy_cleanup(link->easy);
	free(link);
}

/* Takes easy. NULL where the connection is gone already. */
static struct stream *stream_on(CURL *easy, const char *extensions)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD) {
		curl_easy_cleanup(easy);
		return NULL;
	}
	struct curl_link *link = xmalloc(sizeof(*link));
	*link = (struct curl_link){.easy = easy};
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
	said_auto said = {0};
	CURL *easy = curl_easy_init();

	if (!easy) {
		err_set(err, ERR_TEMP, "libcurl cannot start");
		return NULL;
	}
	set_options(easy, server, url, &said, error_text);
	CURLcode code = curl_easy_perform(easy);
	/* Both die with this function; the connection lives on. */
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, NULL);
	if (code != CURLE_OK) {
		explain(server, code, error_text, &said, err);
		curl_easy_cleanup(easy);
		return NULL;
	}
	struct stream *s = stream_on(easy, buf_str(&said.extensions));
	if (!s)
		err_set(err, ERR_TEMP, "%s: the connection is gone", server->host);
	return s;
}

struct stream *stream_open(const struct stream_server *server, struct err *err)
{
	bool is_smtp = server->protocol == STREAM_SMTP;

	if (!is_plain_name(server->host) ||
		(is_smtp && !is_plain_name(server->hello))) {
		err_set(err, ERR_PERM, "\"%.80s\" is no name of a host", server->host);
		return NULL;
	}
	str_auto *url = server_url(server);
	return connect_to(server, url, err);
}
