/* Any bytes as a CalDAV server's answer: an answer, in time, and what it says is JSON
 * that can be written. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "reader/read-caldav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *said = read_caldav(data, size);
	char *text = json_dumps(said, JSON_COMPACT);

	if (!text)
		abort();
	free(text);
	return 0;
}
