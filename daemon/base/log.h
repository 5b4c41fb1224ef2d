/*
 * One line per event on stderr, `<4>worker event key=value ...`, for journald. Only
 * workers and the mains log. Bodies and secrets are never logged.
 */
#pragma once

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6 };

/* Who speaks; borrowed for the life of the process. */
void log_open(const char *who);
/*
 * event is one word; fmt makes `key=value` pairs. Control bytes and line ends in the
 * result are written as \xNN, so nothing from outside can forge a line (A26).
 */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
