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

static bool is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	str_auto *left = part_of(a, part, CURLU_DEFAULT_PORT);
	str_auto *right = part_of(b, part, CURLU_DEFAULT_PORT);

	return left && right && text_equal_nocase(left, right);
}

char *http_resolve(const char *base, const char *reference)
{
	url_auto *from = parse(base);
	url_auto *to = parse(base);

	if (!from || !to || text_has_controls(reference, strlen(reference)) ||
		curl_url_set(to, CURLUPART_URL, reference, CURLU_URLENCODE) !=
			CURLUE_OK)
		return NULL;
	if (!is_ours(to) || !is_same_part(from, to, CURLUPART_HOST) ||
		!is_same_part(from, to, CURLUPART_PORT))
		return NULL;
	curl_url_set(to, CURLUPART_FRAGMENT, NULL, 0);
	return part_of(to, CURLUPART_URL, 0);
}
