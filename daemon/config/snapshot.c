#define _GNU_SOURCE 1

#include "config/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

struct config *snapshot_open(json_t *snapshot, struct err *err)
{
	struct config *c = xcalloc(1, sizeof(*c));

	c->snapshot = snapshot;
	c->directory = json_object_get(snapshot, "directory");
	c->templates = json_object_get(snapshot, "templates");
	int bad =
		settings_init(&c->settings, json_object_get(snapshot, "settings"), err);
	if (bad == 0 && c->directory && c->templates)
		return c;
	if (bad == 0)
		err_set(err, ERR_PERM, "configuration: no directory or templates");
	config_free(c);
	return NULL;
}

int config_to_fd(const struct config *c, struct err *err)
{
	const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	str_auto *text = json_text(c->snapshot);
	fd_auto fd = memfd_create("utskick-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0 ||
		lseek(fd, 0, SEEK_SET) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0)
		return err_set(
			err, ERR_TEMP, "configuration in memory: %s", strerror(errno));
	return fd_take(&fd);
}

/* From its start and without moving the offset, which all that inherited fd share. */
static int read_all(int fd, struct buf *ret)
{
	for (;;) {
		char *to = buf_reserve(ret, 65536);
		ssize_t n = pread(fd, to, 65536, (off_t)ret->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
	}
}

struct config *config_from_fd(int fd, struct err *err)
{
	buf_auto text = BUF_EMPTY;
	json_error_t error;

	if (read_all(fd, &text) < 0) {
		err_set(err, ERR_TEMP, "configuration in memory: %s", strerror(errno));
		return NULL;
	}
	json_t *snapshot = json_loadb(buf_str(&text), text.len, 0, &error);
	if (!snapshot) {
		err_set(err, ERR_PERM, "configuration in memory: %s", error.text);
		return NULL;
	}
	return snapshot_open(snapshot, err);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	settings_deinit(&c->settings);
	json_decref(c->snapshot);
	free(c);
}
