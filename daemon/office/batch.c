#include "office/batch.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "office/office.h"
#include "store/db.h"

struct line {
	enum log_level level;
	const char *event;
	char *text;
};

struct batch {
	struct line *lines;
	size_t count;
};

int batch_begin(struct office *o, struct err *err)
{
	if (db_begin(o->db, err) < 0)
		return -1;
	o->batch = xcalloc(1, sizeof(*o->batch));
	return 0;
}

static void forget(struct office *o)
{
	for (size_t i = 0; i < o->batch->count; i++)
		free(o->batch->lines[i].text);
	free(o->batch->lines);
	free(TAKE(o->batch));
}

void batch_drop(struct office *o)
{
	if (!o->batch)
		return;
	db_rollback(o->db);
	forget(o);
}

int batch_end(struct office *o, struct err *err)
{
	if (!o->batch)
		return 0;
	if (db_commit(o->db, err) < 0) {
		batch_drop(o);
		return -1;
	}
	for (size_t i = 0; i < o->batch->count; i++) {
		const struct line *l = &o->batch->lines[i];
		log_event(l->level, l->event, "%s", l->text);
	}
	forget(o);
	return 0;
}

int step_begin(struct office *o, struct err *err)
{
	return o->batch ? db_step_begin(o->db, err) : db_begin(o->db, err);
}

int step_end(struct office *o, struct err *err)
{
	return o->batch ? db_step_end(o->db, err) : db_commit(o->db, err);
}

void step_undo(struct office *o, struct err *err)
{
	struct err undone = ERR_INIT;

	if (!o->batch)
		db_rollback(o->db);
	else if (db_step_undo(o->db, &undone) < 0)
		err->kind = ERR_TEMP;
}

void step_log(
	struct office *o, enum log_level level, const char *event, const char *fmt, ...)
{
	struct batch *b = o->batch;
	va_list ap;

	va_start(ap, fmt);
	char *text = xvasprintf(fmt, ap);
	va_end(ap);
	if (!b) {
		log_event(level, event, "%s", text);
		free(text);
		return;
	}
	b->lines = xrealloc(b->lines, (b->count + 1) * sizeof(*b->lines));
	b->lines[b->count++] = (struct line){level, event, text};
}
