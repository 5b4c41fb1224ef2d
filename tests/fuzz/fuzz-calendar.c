/* Any bytes as a calendar: an answer, in time, and what it says is JSON that can be
 * written. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "calendar/calendar-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct calendar_limits limits = {.size_max = 1 << 20,
		.line_max = 1 << 18,
		.depth = 10,
		.components_max = 200,
		.occurrences_max = 200};
	static const struct calendar_window window = {.from = 1767222000,
		.to = 1798758000,
		.zone = "Europe/Stockholm",
		.in_words = true};

	calendar_read_warm_up();
	json_auto_t *said = calendar_read(data, size, &limits, &window);
	char *text = json_dumps(said, JSON_COMPACT);
	if (!text)
		abort();
	free(text);
	return 0;
}
