/* Limits of the sealed reader: "reader" in utskick.json. */
#pragma once

#include <stdint.h>

struct reader_settings {
	int cpu_seconds;
	int wall_seconds;
	int memory_mib;
	int tries;
	int mime_depth;
	int mime_parts;
	int64_t calendar_size; /* bytes */
	int calendar_components;
	int calendar_occurrences;
	int archive_entries;   /* of a document that is a zip */
	int64_t archive_bytes; /* unpacked */
	int archive_ratio;
	int archive_depth;
	int64_t text_bytes; /* of a file's text that are kept */
};
