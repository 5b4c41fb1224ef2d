/*
 * Calendar folders to store: every .ics file's bytes and those of the files beside it,
 * which entries may have attached; read again when a file has changed. Watched by
 * inotify.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/settings.h"
#include "duty/trouble.h"

struct db;

struct seen_file {
	char *path;
	int64_t mtime_ns;
	int64_t size;
	uint64_t inode;
};

/* Which folder a name stood for: a share that is mounted there is another. */
struct seen_folder {
	uint64_t device;
	uint64_t inode; /* 0: it was not there */
};

struct calendars {
	const struct settings *settings;
	int watch_fd; /* inotify; -1: not to be had */
	bool is_due;  /* something changed, or nothing was read yet */
	struct seen_file *seen;
	size_t seen_count;
	struct seen_folder *folders; /* as settings->calendars */
	struct trouble trouble;
};

struct calendars calendars_new(const struct settings *settings);
/* Reads what is new. 1 something was kept, 0 nothing, -1 the store is in trouble (a
 * folder that is: said, retried). */
int calendars_scan(struct calendars *c, struct db *db, int64_t now, struct err *err);
/* Takes what inotify has to say, and looks whether the folders are those that are
 * watched, which it does not say; is_due is set where there was anything. */
void calendars_take_events(struct calendars *c);
void calendars_deinit(struct calendars *c);
