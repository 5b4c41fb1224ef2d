#include "net/http.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "net/public-address.h"
#include "net/trust.h"
#include "net/url.h"

#define CONNECT_MS 5000
#define REDIRECTS_MAX 5
#define HEADER_MAX 65536
#define VALUE_MAX 1024
/* Slower than this for so long is a server that is ill. */
#define SLOW_BYTES 100
#define SLOW_SECONDS 10

struct http {
	CURL *easy;
};

/* One question under way. */
struct asking {
	const struct http_request *request;
	struct http_reply *reply;
	size_t header_len;
	bool is_private; /* the server is where it may not be asked */
	char error_text[CURL_ERROR_SIZE];
};

void http_reply_deinit(struct http_reply *reply)
{
	buf_deinit(&reply->body);
	free(reply->etag);
	free(reply->last_modified);
	free(reply->type);
	free(reply->url);
	*reply = HTTP_REPLY_EMPTY;
}

struct http *http_new(void)
{
	return xcalloc(1, sizeof(struct http));
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	free(h);
}

/* ---- what comes ---- */

static size_t keep_body(char *bytes, size_t size, size_t count, void *context)
{
	struct asking *a = context;
	size_t len = size * count;

	if (len > a->request->largest - a->reply->body.len) {
		a->reply->is_too_large = true;
		return 0;
	}
	buf_add(&a->reply->body, bytes, len);
	return len;
}

/* A new head: what an earlier one said, of a redirect or a refusal, is over. */
static void forget(struct http_reply *reply)
{
	buf_clear(&reply->body);
	free(TAKE(reply->etag));
	free(TAKE(reply->last_modified));
	free(TAKE(reply->type));
}

static void keep_value(char **ret, const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	if (len <= name_len || len > VALUE_MAX ||
		strncasecmp(line, name, name_len) != 0)
		return;
	str_auto *rest = xstrndup(line + name_len, len - name_len);
	str_auto *value = text_trim(rest);
	/* It goes back to the server as it is. */
	if (!*value || !text_is_utf8(value, strlen(value)) ||
		text_has_controls(value, strlen(value)))
		return;
	free(*ret);
	*ret = TAKE(value);
}

static size_t keep_header(char *line, size_t size, size_t count, void *context)
{
	struct asking *a = context;
	size_t len = size * count;

	a->header_len += len;
	if (a->header_len > HEADER_MAX)
		return 0;
	if (len > 5 && !strncmp(line, "HTTP/", 5))
		forget(a->reply);
	keep_value(&a->reply->etag, line, len, "etag:");
	keep_value(&a->reply->last_modified, line, len, "last-modified:");
	keep_value(&a->reply->type, line, len, "content-type:");
	return len;
}

static int look_up(void *context, curl_off_t down_total, curl_off_t down,
	curl_off_t up_total, curl_off_t up)
{
	const struct asking *a = context;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return a->request->should_stop && a->request->should_stop();
}

/* Asked right before each connection, whatever name or redirect led there. */
static curl_socket_t open_socket(
	void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct asking *a = context;

	(void)purpose;
	if (a->request->is_public && !address_is_public(&to->addr)) {
		a->is_private = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- what is asked ---- */

static void add_field(struct curl_slist **list, const char *name, const char *value)
{
	if (!value)
		return;
	str_auto *line = xasprintf("%s: %s", name, value);
	*list = curl_slist_append(*list, line);
}

static struct curl_slist *fields_of(const struct http_request *r)
{
	struct curl_slist *list = NULL;

	add_field(&list, "If-None-Match", r->etag);
	add_field(&list, "If-Modified-Since", r->etag ? NULL : r->last_modified);
	add_field(&list, "Depth", r->depth);
	const char *type = r->type ? r->type : "application/xml; charset=utf-8";
	add_field(&list, "Content-Type", r->body ? type : NULL);
	/* Do not wait for "100 Continue". */
	return curl_slist_append(list, "Expect:");
}

static void set_security(CURL *easy, const struct http_request *r)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, r->stays ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(easy, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	trust_set(easy, r->ca_file);
	/* libcurl gives neither to another host that it is redirected to. */
	if (r->bearer) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, r->bearer);
	} else if (r->user) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, r->user);
		curl_easy_setopt(
			easy, CURLOPT_PASSWORD, r->password ? r->password : "");
	}
}

static void set_limits(CURL *easy, const struct http_request *r)
{
	long connect_ms = r->timeout_ms < CONNECT_MS ? r->timeout_ms : CONNECT_MS;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->largest);
}

static void set_question(CURL *easy, struct asking *a)
{
	const struct http_request *r = a->request;

	curl_easy_setopt(easy, CURLOPT_URL, r->url);
	if (r->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(r->body));
	}
	if (strcmp(r->method, "GET") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "utskick/" UTSKICK_VERSION);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, a->error_text);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_up);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, a);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, a);
	/* A proxy would connect for us, to wherever it is told. */
	if (r->is_public)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

/* ---- what went wrong ---- */

static enum err_kind kind_of(CURLcode code)
{
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_TOO_MANY_REDIRECTS:
		return ERR_PERM;
	default: /* libcurl has a hundred codes; the rest are the network's */
		return ERR_TEMP;
	}
}

static const char *in_plain_words(CURLcode code, const char *text)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL:
		return "the server redirects to an address without TLS; not followed";
	case CURLE_TOO_MANY_REDIRECTS:
		return "the server redirects again and again";
	case CURLE_SSL_CACERT_BADFILE:
		return "the CA file cannot be read";
	case CURLE_ABORTED_BY_CALLBACK:
		return "asked to stop";
	default:
		return *text ? text : curl_easy_strerror(code);
	}
}

static int explain(struct asking *a, CURLcode code, struct err *err)
{
	const struct http_request *r = a->request;
	str_auto *host = url_host(r->url);
	str_auto *shown = text_printable(in_plain_words(code, a->error_text));

	if (code == CURLE_FILESIZE_EXCEEDED)
		a->reply->is_too_large = true;
	if (a->reply->is_too_large)
		return err_set(err, ERR_PERM, "%s: more than %zu bytes, the limit",
			host, r->largest);
	if (a->is_private)
		return err_set(err, ERR_PERM,
			"%s: its server is in a private network; not asked", host);
	return err_set(err, kind_of(code), "%s: %.160s", host, shown);
}

static void keep_end(CURL *easy, struct http_reply *ret)
{
	const char *url = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
	ret->status = (int)status;
	ret->url = url_without_user(url ? url : "");
}

int http_ask(struct http *h, const struct http_request *request, struct http_reply *ret,
	struct err *err)
{
	struct asking a = {.request = request, .reply = ret};

	http_reply_deinit(ret);
	if (!http_is_url(request->url))
		return err_set(
			err, ERR_PERM, "the address is not of the form https://...");
	if (!h->easy)
		h->easy = curl_easy_init();
	if (!h->easy)
		return err_set(err, ERR_TEMP, "libcurl cannot start");
	struct curl_slist *fields = fields_of(request);
	set_security(h->easy, request);
	set_limits(h->easy, request);
	set_question(h->easy, &a);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, fields);
	CURLcode code = curl_easy_perform(h->easy);
	keep_end(h->easy, ret);
	/* Forgets all of it, the password too, but for the connection. */
	curl_easy_reset(h->easy);
	curl_slist_free_all(fields);
	return code == CURLE_OK ? 0 : explain(&a, code, err);
}

static const char *status_words(int status)
{
	switch (status) {
	case 401:
		return "the server refused user name or password";
	case 403:
		return "the server does not allow this user to read it";
	case 404:
	case 410:
		return "there is nothing at that address";
	default:
		return "the server refused";
	}
}

int http_refused(const struct http_request *request, const struct http_reply *reply,
	struct err *err)
{
	int status = reply->status;
	bool passes = status >= 500 || status == 408 || status == 429;
	str_auto *host = url_host(request->url);

	return err_set(err, passes ? ERR_TEMP : ERR_PERM, "%s: %s (%d)", host,
		passes ? "the server cannot answer now" : status_words(status), status);
}
