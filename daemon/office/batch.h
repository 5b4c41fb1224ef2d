/*
 * Several mails decided in one commit. Each is a step that fails alone: what it has
 * done is undone, the others stay. What is logged of it is logged when it is committed.
 * Without a batch a step is a transaction of its own.
 */
#pragma once

#include "base/err.h"
#include "base/log.h"

struct office;
struct batch;

/* 0 or -1. */
int batch_begin(struct office *o, struct err *err);
/* Commits, says what there is to say. Nothing where no batch is open. 0 or -1. */
int batch_end(struct office *o, struct err *err);
/* Undoes all of it. */
void batch_drop(struct office *o);

int step_begin(struct office *o, struct err *err);
int step_end(struct office *o, struct err *err);
/* err: why it failed; becomes ERR_TEMP where the whole batch is lost with it. */
void step_undo(struct office *o, struct err *err);
/* Behind step_end. */
void step_log(struct office *o, enum log_level level, const char *event,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
