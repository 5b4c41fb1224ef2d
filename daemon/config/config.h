/*
 * Everything a run needs that people wrote: utskick.json, directory.json, templates.
 * Read and checked once by the supervisor (or the command); workers get the checked
 * snapshot through a sealed memory file, so a file edited badly meanwhile cannot stop a
 * worker from being restarted.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/problems.h"
#include "config/settings.h"

struct config {
	struct settings settings;
	const json_t *directory;
	const json_t *templates; /* {"sv/invitation.txt.mustache": text,
				    "sv/words.json": text, ...} */
	json_t *snapshot;	 /* owns all three */
};

/*
 * Reads dir/utskick.json, dir/directory.json and the templates. NULL with at least one
 * problem. Checks syntax, schema, references between the two files (unknown ids,
 * periods that end before they begin, committees owed nothing, a council without a
 * committee, an address that two people have, secrets that are in the config or
 * readable by others, folders that are not there, zones unknown), and that each
 * template parses by check_template (NULL: not checked).
 */
typedef int (*config_template_fn)(const char *name, const char *text, struct err *err);
struct config *config_load(const char *dir, config_template_fn check_template,
	struct problems *ret_problems);

/*
 * The snapshot as a sealed memory file for a worker, offset 0, close-on-exec; -1 with
 * err. Many may read it: the offset is neither used nor moved.
 */
int config_to_fd(const struct config *c, struct err *err);
struct config *config_from_fd(int fd, struct err *err);

/* Password of a server, fetched anew: the file (0600) or systemd credential. -1 says
 * what to do. */
struct buf;
int config_read_secret(
	const struct server_settings *server, struct buf *ret, struct err *err);
/* The same of any secret: the file, or the credential where file is NULL. */
int config_read_secret_at(
	const char *file, const char *credential, struct buf *ret, struct err *err);

void config_free(struct config *c);
DEFINE_FREEP(config, struct config, config_free)
#define config_auto __attribute__((cleanup(config_freep))) struct config
