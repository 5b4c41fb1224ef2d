#define _GNU_SOURCE 1

#include "duty/token-store.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

/* More than two tokens of the largest size that is taken. */
#define ROOM (128 << 10)

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void kept_token_deinit(struct kept_token *token)
{
	wipe(token->access);
	wipe(token->refresh);
	free(token->origin);
	*token = KEPT_TOKEN_EMPTY;
}

static char *path_of(const char *state_dir, const char *name, const char *end)
{
	str_auto *file = xasprintf("oauth-%s.%s", name, end);

	return file_join(state_dir, file);
}

/* ---- reading ---- */

/* The hostile one would be ourselves, half written; rename makes that impossible. */
static int take(const json_t *json, struct kept_token *ret)
{
	ret->origin = xstrdup_or_null(json_str(json, "origin"));
	ret->access = xstrdup_or_null(json_str(json, "access_token"));
	ret->refresh = xstrdup_or_null(json_str(json, "refresh_token"));
	ret->obtained_at = json_int_or(json, "obtained_at", 0);
	ret->expires_at = json_int_or(json, "expires_at", 0);
	if (ret->origin && ret->access)
		return 1;
	kept_token_deinit(ret);
	return 0;
}

int token_store_read(const char *state_dir, const char *name, struct kept_token *ret,
	struct err *err)
{
	str_auto *path = path_of(state_dir, name, "json");
	buf_auto text = BUF_EMPTY;

	kept_token_deinit(ret);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (file_read_secret(path, &text, err) < 0)
		return -1;
	json_auto_t *json = json_loadb(text.data, text.len, 0, NULL);
	explicit_bzero(text.data, text.size);
	return take(json, ret);
}

/* ---- writing ---- */

/* Where an administrator is root, the daemon has to read it all the same. */
static void give_to_owner_of(int fd, const char *state_dir)
{
	struct stat st;

	if (geteuid() == 0 && stat(state_dir, &st) == 0 && st.st_uid != 0 &&
		fchown(fd, st.st_uid, st.st_gid) < 0)
		return; /* the daemon says what it cannot read */
}

static int lock(const char *state_dir, const char *name, struct err *err)
{
	str_auto *path = path_of(state_dir, name, "lock");
	fd_auto fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int bad = fd < 0 ? -1 : 0;

	while (bad == 0 && (bad = flock(fd, LOCK_EX)) < 0 && errno == EINTR)
		bad = 0;
	if (bad < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	give_to_owner_of(fd, state_dir);
	return fd_take(&fd);
}

/* Its name is fixed: the lock makes us the only one. */
static int make_room(const char *path, const char *state_dir, struct err *err)
{
	fd_auto fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_set(err, ERR_TEMP, "%s: %s", path, strerror(errno));
	give_to_owner_of(fd, state_dir);
	int bad = posix_fallocate(fd, 0, ROOM);
	if (bad == 0)
		return fd_take(&fd);
	unlink(path);
	return err_set(
		err, ERR_TEMP, "%s: no room for a new token: %s", path, strerror(bad));
}

int token_store_begin(const char *state_dir, const char *name, struct token_change *ret,
	struct err *err)
{
	*ret = TOKEN_CHANGE_NONE;
	ret->lock_fd = lock(state_dir, name, err);
	if (ret->lock_fd < 0)
		return -1;
	ret->path = path_of(state_dir, name, "json");
	str_auto *room = xasprintf("%s.new", ret->path);
	ret->fd = make_room(room, state_dir, err);
	return ret->fd < 0 ? -1 : 0;
}

static int write_whole(int fd, const char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len;) {
		ssize_t n = pwrite(fd, text + at, len - at, (off_t)at);
		if (n < 0 && errno != EINTR)
			return -1;
		at += n > 0 ? (size_t)n : 0;
	}
	return ftruncate(fd, (off_t)len) < 0 || fsync(fd) < 0 ? -1 : 0;
}

static int sync_folder(const char *path)
{
	str_auto *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');

	if (slash)
		slash[1] = '\0';
	fd_auto fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

int token_store_put(
	struct token_change *c, const struct kept_token *token, struct err *err)
{
	json_auto_t *json = json_pack("{s:s, s:s, s:I, s:I}", "origin", token->origin,
		"access_token", token->access, "obtained_at",
		(json_int_t)token->obtained_at, "expires_at",
		(json_int_t)token->expires_at);
	str_auto *room = xasprintf("%s.new", c->path);

	json_put_str(json, "refresh_token", token->refresh);
	char *text = json_text(json);
	int bad = write_whole(c->fd, text);
	wipe(text);
	if (bad < 0 || rename(room, c->path) < 0 || sync_folder(c->path) < 0)
		return err_set(err, ERR_TEMP, "%s: %s", c->path, strerror(errno));
	close(fd_take(&c->fd));
	return 0;
}

void token_change_deinit(struct token_change *c)
{
	if (c->fd >= 0) {
		str_auto *room = xasprintf("%s.new", c->path);
		unlink(room);
	}
	fd_closep(&c->fd);
	fd_closep(&c->lock_fd);
	free(c->path);
	*c = TOKEN_CHANGE_NONE;
}
