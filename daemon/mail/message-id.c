#include "mail/message-id.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define DIGITS_MAX 18 /* of a delivery's number: stays below 2^63 */

char *message_id_make(const uint8_t key[32], int64_t delivery_id, const char *domain)
{
	str_auto *name = xasprintf("d%" PRId64, delivery_id);
	str_auto *token = token_make(key, name);
	return xasprintf("<%s.%s@%s>", name, token, domain);
}

/* "d17.token@": the number if the token belongs to it, else 0. */
static int64_t id_delivery(const uint8_t key[32], const char *id, size_t len)
{
	size_t digits = strspn(id, "0123456789");
	const char *at = memchr(id, '@', len);
	if (digits == 0 || digits > DIGITS_MAX || digits >= len || id[digits] != '.' ||
		!at)
		return 0;
	str_auto *name = xasprintf("d%.*s", (int)digits, id);
	str_auto *token = xstrndup(id + digits + 1, (size_t)(at - id) - digits - 1);
	if (id[0] == '0' || !token_is_valid(key, name, token))
		return 0;
	return strtoll(name + 1, NULL, 10);
}

int64_t message_id_delivery(const uint8_t key[32], const char *ids)
{
	for (const char *at = ids ? strchr(ids, '<') : NULL; at;
		at = strchr(at + 1, '<')) {
		if (at[1] != 'd')
			continue;
		int64_t found = id_delivery(key, at + 2, strcspn(at + 2, ">"));
		if (found)
			return found;
	}
	return 0;
}

bool message_id_is_plain(const char *id)
{
	size_t len = id ? strlen(id) : 0;

	if (len < 3 || len > 250 || id[0] != '<' || id[len - 1] != '>')
		return false;
	for (size_t i = 1; i < len - 1; i++)
		if (id[i] <= ' ' || id[i] > '~' || id[i] == '<' || id[i] == '>')
			return false;
	return true;
}
