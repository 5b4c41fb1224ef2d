#include "intake/calendars.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/meeting-file.h"
#include "store/source.h"

#define WATCHED                                                                        \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF |   \
		IN_MOVE_SELF | IN_ONLYDIR)

struct calendars calendars_new(const struct settings *settings)
{
	return (struct calendars){.settings = settings,
		.watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
		.is_due = true,
		.folders = xcalloc(
			settings->calendar_count + 1, sizeof(struct seen_folder)),
		.trouble = {.who = "intake",
			.what = "calendars",
			.first = 5,
			.longest = 60}};
}

void calendars_deinit(struct calendars *c)
{
	for (size_t i = 0; i < c->seen_count; i++)
		free(c->seen[i].path);
	free(c->seen);
	free(c->folders);
	if (c->watch_fd >= 0)
		close(c->watch_fd);
}

/* A share that was mounted, or has gone away, covers what is watched without a word. */
static bool is_another(const struct calendars *c, size_t i)
{
	const struct seen_folder *seen = &c->folders[i];
	struct stat st;

	if (!seen->inode || !c->settings->calendars[i].folder)
		return false;
	return stat(c->settings->calendars[i].folder, &st) < 0 ||
	       st.st_ino != seen->inode || st.st_dev != seen->device;
}

void calendars_take_events(struct calendars *c)
{
	char events[4096];

	/* Which file it was is not looked at: a scan finds out, overflow or not. */
	while (c->watch_fd >= 0 && read(c->watch_fd, events, sizeof(events)) > 0)
		c->is_due = true;
	for (size_t i = 0; i < c->settings->calendar_count; i++)
		c->is_due = c->is_due || is_another(c, i);
}

/* ---- a file ---- */

static struct seen_file *find_seen(struct calendars *c, const char *path)
{
	for (size_t i = 0; i < c->seen_count; i++)
		if (!strcmp(c->seen[i].path, path))
			return &c->seen[i];
	return NULL;
}

static bool is_as_seen(const struct seen_file *seen, const struct seen_file *now)
{
	return seen->mtime_ns == now->mtime_ns && seen->size == now->size &&
	       seen->inode == now->inode;
}

static void set_seen(struct calendars *c, const char *path, const struct seen_file *now)
{
	struct seen_file *seen = find_seen(c, path);

	if (!seen) {
		c->seen = xrealloc(c->seen, (c->seen_count + 1) * sizeof(*c->seen));
		seen = &c->seen[c->seen_count++];
		seen->path = xstrdup(path);
	}
	seen->mtime_ns = now->mtime_ns;
	seen->size = now->size;
	seen->inode = now->inode;
}

static struct seen_file state_of(const struct stat *st)
{
	return (struct seen_file){.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) +
					      st->st_mtim.tv_nsec,
		.size = st->st_size,
		.inode = st->st_ino};
}

/* Up to max + 1 bytes: the reader then finds a file too large, and says so. */
static int read_capped(int fd, size_t max, struct buf *ret)
{
	while (ret->len <= max) {
		size_t left = max + 1 - ret->len;
		size_t piece = left < 65536 ? left : 65536;
		ssize_t n = read(fd, buf_reserve(ret, piece), piece);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : 0;
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
	}
	return 0;
}

enum file_outcome { FILE_KEPT, FILE_AS_BEFORE, FILE_UNREADABLE, FILE_STORE_TROUBLE };

static bool is_calendar_name(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 4 && text_equal_nocase(name + len - 4, ".ics");
}

/* What an entry may have attached by its name; not what editors leave. */
static bool is_beside_name(const char *name)
{
	size_t len = strlen(name);

	return !strchr(".~#", name[0]) && name[len - 1] != '~' &&
	       !is_calendar_name(name);
}

/* A file that is too large to be sent along is as good as none. */
static enum file_outcome put_beside(struct calendars *c, struct db *db,
	const struct calendar_settings *calendar, const char *name, int fd, int64_t now,
	struct err *err)
{
	size_t max = (size_t)c->settings->attachments_largest;
	buf_auto bytes = BUF_EMPTY;

	if (read_capped(fd, max, &bytes) < 0 || bytes.len > max || !bytes.len)
		return FILE_UNREADABLE;
	int done =
		beside_put(db, calendar->name, name, bytes.data, bytes.len, now, err);
	if (done < 0)
		return FILE_STORE_TROUBLE;
	return done ? FILE_KEPT : FILE_AS_BEFORE;
}

static enum file_outcome put_file(struct calendars *c, struct db *db,
	const struct calendar_settings *calendar, const char *name, int fd, int64_t now,
	struct err *err)
{
	size_t max = (size_t)c->settings->reader.calendar_size;
	buf_auto bytes = BUF_EMPTY;

	if (read_capped(fd, max, &bytes) < 0)
		return FILE_UNREADABLE;
	int done = source_put(
		db, calendar->name, name, buf_str(&bytes), bytes.len, now, err);
	if (done < 0)
		return FILE_STORE_TROUBLE;
	if (done)
		log_event(LOG_LEVEL_INFO, "calendar", "name=%s file=%s bytes=%zu",
			calendar->name, name, bytes.len);
	return done ? FILE_KEPT : FILE_AS_BEFORE;
}

static enum file_outcome take_file(struct calendars *c, struct db *db,
	const struct calendar_settings *calendar, const char *name, int64_t now,
	struct err *err)
{
	struct stat st;
	str_auto *path = file_join(calendar->folder, name);
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return FILE_UNREADABLE;
	struct seen_file state = state_of(&st);
	const struct seen_file *seen = find_seen(c, path);
	if (seen && is_as_seen(seen, &state))
		return FILE_AS_BEFORE;
	enum file_outcome done =
		is_calendar_name(name)
			? put_file(c, db, calendar, name, fd, now, err)
			: put_beside(c, db, calendar, name, fd, now, err);
	if (done == FILE_KEPT || done == FILE_AS_BEFORE)
		set_seen(c, path, &state);
	return done;
}

/* ---- a folder ---- */

static void dir_closep(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define dir_auto __attribute__((cleanup(dir_closep))) DIR

struct names {
	json_t *calendars;
	json_t *beside;
};

/* A file that cannot be read now is not gone. */
static int scan_files(struct calendars *c, struct db *db,
	const struct calendar_settings *calendar, DIR *dir, struct names *names,
	int64_t now, struct err *err)
{
	int kept = 0;

	for (struct dirent *entry; (entry = readdir(dir));) {
		/* A name that is no UTF-8 could not be written anywhere. */
		bool is_calendar = is_calendar_name(entry->d_name);
		if ((!is_calendar && !is_beside_name(entry->d_name)) ||
			json_array_append_new(
				is_calendar ? names->calendars : names->beside,
				json_string(entry->d_name)) < 0)
			continue;
		switch (take_file(c, db, calendar, entry->d_name, now, err)) {
		case FILE_KEPT:
			kept = 1;
			break;
		case FILE_AS_BEFORE:
			break;
		case FILE_UNREADABLE:
			/* A folder, or a file of other use. */
			if (!is_calendar)
				break;
			log_event(LOG_LEVEL_WARNING, "calendar-unreadable",
				"name=%s file=%s", calendar->name, entry->d_name);
			break;
		case FILE_STORE_TROUBLE:
			return -1;
		}
	}
	return kept;
}

static void note_folder(struct calendars *c, size_t i, DIR *dir)
{
	struct stat st = {.st_ino = 0};

	if (dir && fstat(dirfd(dir), &st) < 0)
		st.st_ino = 0;
	c->folders[i] = (struct seen_folder){st.st_dev, st.st_ino};
}

/* 1, 0, -1 the store; *ret_bad is set where the folder cannot be read. */
static int scan_folder(struct calendars *c, struct db *db,
	const struct calendar_settings *calendar, int64_t now, struct err *ret_bad,
	struct err *err)
{
	json_auto_t *paths = json_array();
	json_auto_t *beside = json_array();
	struct names names = {paths, beside};

	/* Watched before it is read, so that no change falls between. */
	if (c->watch_fd >= 0)
		inotify_add_watch(c->watch_fd, calendar->folder, WATCHED);
	dir_auto *dir = opendir(calendar->folder);
	note_folder(c, (size_t)(calendar - c->settings->calendars), dir);
	if (!dir) {
		err_set(ret_bad, ERR_TEMP, "calendar \"%s\": %s: %s", calendar->name,
			calendar->folder, strerror(errno));
		return 0;
	}
	int kept = scan_files(c, db, calendar, dir, &names, now, err);
	if (kept < 0)
		return -1;
	int gone = source_put_gone(db, calendar->name, paths, now, err);
	int left = beside_put_gone(db, calendar->name, beside, now, err);
	return gone < 0 || left < 0 ? -1 : kept || gone || left;
}

int calendars_scan(struct calendars *c, struct db *db, int64_t now, struct err *err)
{
	struct err bad = ERR_INIT;
	int kept = 0;

	c->is_due = false;
	for (size_t i = 0; i < c->settings->calendar_count; i++) {
		if (!c->settings->calendars[i].folder)
			continue;
		int done =
			scan_folder(c, db, &c->settings->calendars[i], now, &bad, err);
		if (done < 0) {
			c->is_due = true;
			return -1;
		}
		kept = kept || done;
	}
	if (bad.kind == ERR_NONE)
		trouble_over(&c->trouble, db, now);
	else
		trouble_met(&c->trouble, db, &bad, now);
	return kept;
}
