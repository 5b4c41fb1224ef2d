#include "mail/auth-results.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/header-read.h"

/*
 * A strict reader of RFC 8601 2.2: a field that is not of that grammar says nothing at
 * all. Whoever can get a part of a field written (a reason, a comment) cannot make
 * another result of it.
 */
struct reading {
	const char *at;
	struct buf token; /* the last word, or the text of a quoted string */
	bool bad;	  /* a comment that does not end */
};

static bool is_word_char(char c)
{
	unsigned char u = (unsigned char)c;
	return u > 0x20 && u != 0x7f && !strchr("()<>,;:\\\"/[]?=@", c);
}

/* What may stand unquoted in a property's value: a word, an address, a domain,
 * "@domain". */
static bool is_value_char(char c)
{
	unsigned char u = (unsigned char)c;
	return u > 0x20 && u != 0x7f && !strchr("()<>,;\\\"[]", c);
}

/* Comments must be closed; header_skip would take all the rest for one that is not. */
static bool skip(struct reading *r)
{
	const char *from = r->at;
	header_skip(&r->at);
	if (*r->at)
		return true;
	size_t depth = 0;
	for (; *from; from++) {
		if (depth > 0 && *from == '\\' && from[1])
			from++;
		else if (*from == '(')
			depth++;
		else if (*from == ')' && depth > 0)
			depth--;
	}
	r->bad = r->bad || depth > 0;
	return !r->bad;
}

static bool read_quoted(struct reading *r)
{
	for (r->at++; *r->at && *r->at != '"'; r->at++) {
		if (*r->at == '\\' && r->at[1])
			r->at++;
		buf_add_char(&r->token, *r->at);
	}
	if (*r->at != '"')
		return false;
	r->at++;
	return true;
}

/* A word or quoted string of those characters into token. */
static bool read_some(struct reading *r, bool (*is)(char))
{
	buf_clear(&r->token);
	if (!skip(r))
		return false;
	if (*r->at == '"')
		return read_quoted(r);
	while (*r->at && is(*r->at))
		buf_add_char(&r->token, *r->at++);
	return r->token.len > 0;
}

static bool read_char(struct reading *r, char c)
{
	if (!skip(r) || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool token_is(const struct reading *r, const char *word)
{
	return text_equal_nocase(buf_str(&r->token), word);
}

/* One method with its result and properties. */
struct result {
	char *method;
	char *value;
	char *from;	/* header.from */
	char *mailfrom; /* smtp.mailfrom */
	char *signer;	/* header.d */
	bool doubtful;	/* a property twice, with different values */
};

static void result_deinit(struct result *r)
{
	free(r->method);
	free(r->value);
	free(r->from);
	free(r->mailfrom);
	free(r->signer);
	*r = (struct result){0};
}
#define result_auto __attribute__((cleanup(result_deinit))) struct result

static void keep(struct result *to, char **where, const char *value)
{
	if (*where && !text_equal_nocase(*where, value))
		to->doubtful = true;
	if (!*where)
		*where = xstrdup(value);
}

static void keep_property(
	struct result *to, const char *type, const char *name, const char *value)
{
	if (text_equal_nocase(type, "header") && text_equal_nocase(name, "from"))
		keep(to, &to->from, value);
	if (text_equal_nocase(type, "header") && text_equal_nocase(name, "d"))
		keep(to, &to->signer, value);
	if (text_equal_nocase(type, "smtp") && text_equal_nocase(name, "mailfrom"))
		keep(to, &to->mailfrom, value);
}

/* method ["/" version] "=" result */
static bool read_method(struct reading *r, struct result *ret)
{
	if (!read_some(r, is_word_char))
		return false;
	ret->method = xstrdup(r->token.data);
	if (!skip(r))
		return false;
	if (*r->at == '/') {
		r->at++;
		if (!read_some(r, is_word_char))
			return false;
	}
	if (!read_char(r, '=') || !read_some(r, is_word_char))
		return false;
	ret->value = xstrdup(r->token.data);
	return true;
}

/* ptype "." property "=" value; "reason=...", and other words that servers add, say
 * nothing. */
static bool read_property(struct reading *r, struct result *ret)
{
	str_auto *type = NULL;
	str_auto *name = NULL;
	if (!read_some(r, is_word_char) || !read_char(r, '='))
		return false;
	const char *dot = strchr(r->token.data, '.');
	if (dot) {
		type = xstrndup(r->token.data, (size_t)(dot - r->token.data));
		name = xstrdup(dot + 1);
	}
	/* "smtp.mailfrom=;" is written for a null sender. */
	if (!skip(r))
		return false;
	if (*r->at == ';' || !*r->at)
		return true;
	if (!read_some(r, is_value_char) && *r->at != ';')
		return false;
	if (dot)
		keep_property(ret, type, name, buf_str(&r->token));
	return true;
}

static bool read_result(struct reading *r, struct result *ret)
{
	if (!read_method(r, ret))
		return false;
	while (skip(r) && *r->at && *r->at != ';')
		if (!read_property(r, ret))
			return false;
	return true;
}

/* Domain of "anna@x.example", "@x.example" or "x.example", in its normal form; NULL. */
static char *domain_of(const char *value)
{
	const char *at = strrchr(value, '@');
	str_auto *whole = xasprintf("x@%s", at ? at + 1 : value);
	char *normal = address_normal(whole);
	if (normal)
		memmove(normal, normal + 2, strlen(normal) - 1);
	return normal;
}

/* The same domain, or one below the other (relaxed alignment, without a list of
 * registries). */
static bool is_aligned(const char *value, const char *from_domain)
{
	str_auto *domain = value ? domain_of(value) : NULL;
	if (!domain)
		return false;
	size_t len = strlen(domain);
	size_t from_len = strlen(from_domain);
	const char *longer = len > from_len ? domain : from_domain;
	const char *shorter = len > from_len ? from_domain : domain;
	size_t more = strlen(longer) - strlen(shorter);
	if (strcmp(longer + more, shorter) != 0)
		return false;
	return more == 0 || (longer[more - 1] == '.' && strchr(shorter, '.'));
}

static bool vouches(const struct result *r, const char *from_domain)
{
	if (r->doubtful || !text_equal_nocase(r->value, "pass"))
		return false;
	if (text_equal_nocase(r->method, "dmarc")) {
		str_auto *domain = r->from ? domain_of(r->from) : NULL;
		return domain && strcmp(domain, from_domain) == 0;
	}
	if (text_equal_nocase(r->method, "spf"))
		return is_aligned(r->mailfrom, from_domain);
	if (text_equal_nocase(r->method, "dkim"))
		return is_aligned(r->signer, from_domain);
	return false;
}

/* authserv-id [version]: true with the id in token. */
static bool read_server(struct reading *r, char **ret_id)
{
	if (!read_some(r, is_value_char))
		return false;
	*ret_id = xstrdup(r->token.data ? r->token.data : "");
	if (!skip(r))
		return false;
	if (*r->at && *r->at != ';' &&
		(!read_some(r, is_word_char) || !token_is(r, "1")))
		return false;
	return skip(r) && (!*r->at || *r->at == ';');
}

static bool is_server_of(const char *field, const json_t *authserv_ids)
{
	struct reading r = {field, BUF_EMPTY, false};
	str_auto *id = NULL;
	size_t i;
	json_t *one;
	bool found = false;
	if (read_server(&r, &id))
		json_array_foreach ((json_t *)authserv_ids, i, one)
			if (json_is_string(one) &&
				text_equal_nocase(json_string_value(one), id))
				found = true;
	buf_deinit(&r.token);
	return found;
}

/* Methods that passed count only if the whole field can be read. */
static bool read_results(
	struct reading *r, const char *from_domain, bool *ret_dmarc_fail)
{
	bool vouched = false;
	while (skip(r) && *r->at == ';') {
		result_auto result = {0};
		r->at++;
		if (!skip(r))
			return false;
		if (!*r->at)
			break;
		if (text_equal_nocase(r->at, "none"))
			return false;
		if (!read_result(r, &result))
			return false;
		if (text_equal_nocase(result.method, "dmarc") &&
			text_equal_nocase(result.value, "fail"))
			*ret_dmarc_fail = true;
		vouched = vouched || vouches(&result, from_domain);
	}
	return !r->bad && !*r->at && vouched;
}

static bool field_vouches(
	const char *field, const char *from_domain, bool *ret_dmarc_fail)
{
	struct reading r = {field, BUF_EMPTY, false};
	str_auto *id = NULL;
	bool vouched =
		read_server(&r, &id) && read_results(&r, from_domain, ret_dmarc_fail);
	buf_deinit(&r.token);
	return vouched;
}

bool auth_results_vouch(
	const json_t *fields, const json_t *authserv_ids, const char *from)
{
	str_auto *normal = from ? address_normal(from) : NULL;
	bool vouched = false;
	bool dmarc_fail = false;
	json_int_t expected = -1;
	size_t i;
	json_t *field;
	if (!normal || !json_is_array(fields) || !json_is_array(authserv_ids))
		return false;
	json_array_foreach ((json_t *)fields, i, field) {
		const char *value = json_str_or(field, "value", "");
		json_int_t index = json_int_or(field, "index", -1);
		bool ours = is_server_of(value, authserv_ids);
		/* The run that our server wrote on top ends with the first other field.
		 */
		if (expected >= 0 && (!ours || index != expected))
			break;
		if (!ours)
			continue;
		expected = index + 1;
		vouched = field_vouches(value, address_domain(normal), &dmarc_fail) ||
			  vouched;
	}
	return vouched && !dmarc_fail;
}

bool auth_results_vouch_unnamed(const char *value, const char *from)
{
	str_auto *normal = from ? address_normal(from) : NULL;
	str_auto *named = xasprintf("unnamed; %s", value);
	bool dmarc_fail = false;

	return normal && field_vouches(named, address_domain(normal), &dmarc_fail) &&
	       !dmarc_fail;
}
