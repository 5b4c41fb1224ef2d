/*
 * A calendar read and expanded as the sealed reader does it, with its JSON:
 *     expand FILE FROM TO    prints the number of occurrences and the sum of their
 * starts
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "calendar/calendar-read.h"

#define SIZE_MAX_READ ((size_t)64 << 20)

static int show(const json_t *calendar)
{
	const json_t *occurrences = json_object_get(calendar, "occurrences");
	uint64_t sum = 0;
	size_t i;
	json_t *one;

	if (!occurrences || json_object_get(calendar, "problems"))
		return 1;
	json_array_foreach (occurrences, i, one)
		sum += (uint64_t)json_int_or(one, "starts", 0);
	printf("%zu %" PRIu64 "\n", json_array_size(occurrences), sum % 1000000007);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct calendar_limits limits = {
		SIZE_MAX_READ, 1 << 20, 10, 1000000, 1000000};
	struct err err = ERR_INIT;
	buf_auto bytes = BUF_EMPTY;

	if (argc != 4 || file_read(argv[1], SIZE_MAX_READ, &bytes, &err) < 0) {
		fprintf(stderr, "expand: %s\n", err.text);
		return 2;
	}
	const struct calendar_window window = {strtoll(argv[2], NULL, 10),
		strtoll(argv[3], NULL, 10), "Europe/Stockholm", false, NULL};
	calendar_read_warm_up();
	json_auto_t *calendar = calendar_read(bytes.data, bytes.len, &limits, &window);
	return show(calendar);
}
