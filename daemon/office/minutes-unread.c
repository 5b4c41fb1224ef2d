#include "office/minutes-unread.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "office/pdf-text.h"
#include "store/blob.h"
#include "store/minutes-text.h"

/* Mail that comes in waits for no more than these. */
#define FILES_PER_TURN 5

/* One that is gone is an empty file. */
static int take_out(
	struct office *o, const char *sha256, struct spool *ret, struct err *err)
{
	struct blob blob = {0};
	int found = blob_find(o->db, sha256, &blob, err);

	if (found < 0 || spool_open(ret, o->ctx->state_dir, err) < 0)
		return -1;
	const struct content content = blob_content(&blob);
	return spool_add(ret, &content, err);
}

/* What cannot be read has no text, once and for all. */
static int read_text(struct office *o, const struct minutes_unread *file,
	struct buf *ret, struct err *err)
{
	spool_auto copy = SPOOL_NONE;
	json_auto_t *said = NULL;
	struct err why = ERR_INIT;

	if (take_out(o, file->sha256, &copy, err) < 0)
		return -1;
	const struct content content = spool_content(&copy);
	enum reader_outcome outcome = reader_file(
		o->reader, &content, file->name ? file->name : "", &said, ret, &why);
	if (outcome == READER_CRASHED && why.kind == ERR_TEMP)
		return err_set(err, ERR_TEMP, "%s", why.text);
	if (outcome == READER_OK &&
		strcmp(json_str_or(said, "media_type", ""), "application/pdf") == 0)
		pdf_text(&o->config->settings.reader, &copy, false, ret, &why);
	return 0;
}

int minutes_unread_work(struct office *o, int64_t now, struct err *err)
{
	int count = 0;

	(void)now;
	while (!o->all_minutes_read && count < FILES_PER_TURN) {
		minutes_unread_auto file = {0};
		buf_auto text = BUF_EMPTY;
		int found = minutes_unread_next(o->db, &file, err);
		if (found < 0)
			return -1;
		o->all_minutes_read = found == 0;
		if (!found)
			break;
		if (read_text(o, &file, &text, err) < 0 ||
			minutes_text_put(o->db, file.minutes_id, file.position,
				buf_str(&text), err) < 0)
			return -1;
		log_event(LOG_LEVEL_INFO, "minutes-read", "minutes=%lld bytes=%zu",
			(long long)file.minutes_id, text.len);
		count++;
		worker_beat(o->ctx);
	}
	return count;
}
