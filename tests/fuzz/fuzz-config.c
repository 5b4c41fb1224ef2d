/*
 * Any bytes as utskick.json or, after a first byte 'd', as directory.json, beside a
 * right one of the other (R8): settings or at least one problem, in time, each on a
 * line of its file; what was taken comes back the same from a snapshot.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "config/config.h"

#define RIGHT "tests/data/config-small/"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/utskick-fuzz-XXXXXX";

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void write_to(const char *name, const void *bytes, size_t len)
{
	struct err err = ERR_INIT;
	str_auto *path = file_join(folder, name);

	must(file_write(path, bytes, len, 0600, &err) == 0);
}

static void copy(const char *name)
{
	struct err err = ERR_INIT;
	str_auto *path = file_join(RIGHT, name);
	buf_auto bytes = BUF_EMPTY;

	must(file_read(path, 1 << 20, &bytes, &err) == 0);
	write_to(name, bytes.data, bytes.len);
}

static void link_templates(void)
{
	str_auto *here = realpath("templates", NULL);
	str_auto *there = file_join(folder, "templates");

	must(here && symlink(here, there) == 0);
}

static void remove_folder(void)
{
	static const char *const names[] = {
		"utskick.json", "directory.json", "secret", "templates"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		str_auto *path = file_join(folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void set_up(void)
{
	static int done;

	if (done++)
		return;
	must(mkdtemp(folder) != NULL);
	atexit(remove_folder);
	write_to("secret", "x\n", 2);
	link_templates();
}

static void come_back(const struct config *c)
{
	struct err err = ERR_INIT;
	int fd = config_to_fd(c, &err);

	must(fd >= 0);
	config_auto *again = config_from_fd(fd, &err);
	must(again && json_equal(again->snapshot, c->snapshot));
	close(fd);
}

/* Each names a line that the file has. */
static void be_found(const struct problems *problems, const char *name,
	const uint8_t *data, size_t size)
{
	int lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *p = &problems->list[i];
		must(p->line >= 0 && *p->text);
		must(!strstr(p->file, name) || p->line <= lines);
	}
}

/* R8 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_directory = size > 0 && data[0] == 'd';
	problems_auto problems = PROBLEMS_NONE;

	set_up();
	copy(is_directory ? "utskick.json" : "directory.json");
	write_to(is_directory ? "directory.json" : "utskick.json", data + is_directory,
		size - is_directory);
	config_auto *c = config_load(folder, NULL, &problems);
	must(!c == (problems.count > 0));
	be_found(&problems, is_directory ? "directory.json" : "utskick.json", data,
		size);
	if (c)
		come_back(c);
	return 0;
}
