/*
 * Any bytes as Authentication-Results: they never vouch for an address whose domain
 * they do not name, nor where another server wrote them.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mail/auth-results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str_auto *value = xstrndup((const char *)data, size);
	json_auto_t *fields = json_array();
	json_auto_t *ids = json_pack("[s]", "mx.example");
	json_t *text = json_string(value);
	if (!text)
		return 0;
	json_array_append_new(
		fields, json_pack("{s:o, s:i}", "value", text, "index", 0));
	bool vouched = auth_results_vouch(fields, ids, "anna@x.example");
	if (vouched &&
		(!strcasestr(value, "mx.example") || !strcasestr(value, "x.example") ||
			!strcasestr(value, "pass")))
		abort();
	return 0;
}
