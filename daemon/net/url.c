#include "net/url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/http.h"

static void url_freep(CURLU **url)
{
	curl_url_cleanup(*url);
}
#define url_auto __attribute__((cleanup(url_freep))) CURLU

/* A part as a string of our own, NULL where there is none. */
static char *part_of(CURLU *url, CURLUPart part, unsigned int flags)
{
	char *value = NULL;

	if (curl_url_get(url, part, &value, flags) != CURLUE_OK)
		return NULL;
	char *own = xstrdup(value);
	curl_free(value);
	return own;
}

static CURLU *parse(const char *text)
{
	CURLU *url = curl_url();

	if (url && !text_has_controls(text, strlen(text)) && !strchr(text, ' ') &&
		curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
		return url;
	curl_url_cleanup(url);
	return NULL;
}

static bool is_ours(CURLU *url)
{
	str_auto *scheme = part_of(url, CURLUPART_SCHEME, 0);
	str_auto *host = part_of(url, CURLUPART_HOST, 0);
	str_auto *user = part_of(url, CURLUPART_USER, 0);
	str_auto *password = part_of(url, CURLUPART_PASSWORD, 0);

	return scheme && !strcmp(scheme, "https") && host && *host && !user &&
	       !password;
}

bool http_is_url(const char *text)
{
	url_auto *url = parse(text);

	return url && is_ours(url);
}

char *url_host(const char *text)
{
	url_auto *url = parse(text);
	char *host = url ? part_of(url, CURLUPART_HOST, 0) : NULL;

	return host ? host : xstrdup("?");
}

char *url_without_user(const char *text)
{
	url_auto *url = parse(text);

	if (!url || curl_url_set(url, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
		curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK)
		return xstrdup("");
	char *bare = part_of(url, CURLUPART_URL, 0);
	return bare ? bare : xstrdup("");
}

static bool is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	str_auto *left = part_of(a, part, CURLU_DEFAULT_PORT);
	str_auto *right = part_of(b, part, CURLU_DEFAULT_PORT);

	return left && right && text_equal_nocase(left, right);
}

char *http_resolve(const char *base, const char *reference)
{
	url_auto *to = parse(base);

	if (!to || text_has_controls(reference, strlen(reference)) ||
		curl_url_set(to, CURLUPART_URL, reference, CURLU_URLENCODE) !=
			CURLUE_OK ||
		!is_ours(to))
		return NULL;
	curl_url_set(to, CURLUPART_FRAGMENT, NULL, 0);
	return part_of(to, CURLUPART_URL, 0);
}

bool http_is_same_server(const char *a, const char *b)
{
	url_auto *left = parse(a);
	url_auto *right = parse(b);

	return left && right && is_same_part(left, right, CURLUPART_SCHEME) &&
	       is_same_part(left, right, CURLUPART_HOST) &&
	       is_same_part(left, right, CURLUPART_PORT);
}

static char *decoded_path(const char *text)
{
	url_auto *url = parse(text);

	return url ? part_of(url, CURLUPART_PATH, CURLU_URLDECODE) : NULL;
}

/* What follows folder, which may lack its last slash; NULL where nothing does. */
static const char *rest_of(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	while (len && folder[len - 1] == '/')
		len--;
	if (strncmp(path, folder, len) != 0 || path[len] != '/' || !path[len + 1])
		return NULL;
	return path + len + 1;
}

char *http_name_within(const char *collection, const char *reference)
{
	str_auto *url = http_resolve(collection, reference);
	str_auto *folder = decoded_path(collection);
	str_auto *path = url ? decoded_path(url) : NULL;
	const char *rest = path && folder ? rest_of(path, folder) : NULL;

	if (!rest || strchr(rest, '/') || !http_is_same_server(collection, url) ||
		!text_is_utf8(rest, strlen(rest)) ||
		text_has_controls(rest, strlen(rest)))
		return NULL;
	return xstrdup(rest);
}
