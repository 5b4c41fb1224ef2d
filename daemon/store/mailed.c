#include "store/mailed.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/source.h"
#include "store/stmt.h"

/* ---- beside what is known ---- */

struct known {
	int64_t source_id; /* 0: nothing is known of the entry */
	bool has;	   /* this date, or all of it */
	bool cancels;
	int sequence;
	int64_t dtstamp;
	int whole; /* SEQUENCE of the whole version; -1: none */
	int highest;
	int count;
	int64_t size;
};

static int load_newest(
	struct db *db, const struct mailed_part *part, struct known *k, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT cancels, sequence, dtstamp FROM mailed_part\n"
		"WHERE source_id = ? AND recurrence_id = ?\n"
		"ORDER BY sequence DESC, dtstamp DESC, id DESC\n"
		"LIMIT 1",
		SQL_INT(k->source_id), SQL_TEXT(part->recurrence_id));
	int r = stmt_step(&q, err);

	if (r != 1)
		return r;
	k->has = true;
	k->cancels = stmt_int(&q, 0) != 0;
	k->sequence = (int)stmt_int(&q, 1);
	k->dtstamp = stmt_int(&q, 2);
	return 1;
}

static int load_sums(struct db *db, struct known *k, struct err *err)
{
	stmt_auto q = stmt_open(db,
		"SELECT coalesce(max(p.sequence), 0),\n"
		"  coalesce(max(iif(p.recurrence_id = '' AND NOT p.cancels,\n"
		"    p.sequence, NULL)), -1),\n"
		"  count(DISTINCT p.mailed_id),\n"
		"  (SELECT coalesce(sum(length(bytes)), 0) FROM mailed\n"
		"    WHERE id IN (SELECT mailed_id FROM mailed_part\n"
		"      WHERE source_id = ?1))\n"
		"FROM mailed_part AS p\n"
		"WHERE p.source_id = ?1",
		SQL_INT(k->source_id));

	if (stmt_step(&q, err) < 1)
		return -1;
	k->highest = (int)stmt_int(&q, 0);
	k->whole = (int)stmt_int(&q, 1);
	k->count = (int)stmt_int(&q, 2);
	k->size = stmt_int(&q, 3);
	return 0;
}

static int find_source(struct db *db, const char *uid, int64_t *ret_id, struct err *err)
{
	return db_find_int(db, err, ret_id,
		"SELECT source_id FROM mailed_source WHERE uid = ?", SQL_TEXT(uid));
}

static int load_known(
	struct db *db, const struct mailed_part *part, struct known *k, struct err *err)
{
	*k = (struct known){.whole = -1};
	int found = find_source(db, part->uid, &k->source_id, err);
	if (found <= 0)
		return found;
	if (load_newest(db, part, k, err) < 0)
		return -1;
	return load_sums(db, k, err);
}

static enum mailed_news compare(const struct mailed_part *p, const struct known *k)
{
	bool is_over = *p->recurrence_id && p->sequence < k->whole;

	if (!k->has || p->sequence > k->sequence)
		return is_over ? MAILED_OVER : MAILED_NEW;
	if (p->sequence < k->sequence || p->dtstamp < k->dtstamp)
		return MAILED_STALE;
	/* Outlook's cancellation may bear the time of what it calls off. */
	if (p->dtstamp > k->dtstamp || p->cancels != k->cancels)
		return is_over ? MAILED_OVER : MAILED_NEW;
	return MAILED_SAME;
}

int mailed_look(struct db *db, struct mailed_part *part,
	const struct mailed_limits *limits, int64_t size, enum mailed_news *ret,
	struct err *err)
{
	struct known k;

	if (load_known(db, part, &k, err) < 0)
		return -1;
	if (part->sequence < 0)
		part->sequence = k.highest;
	*ret = compare(part, &k);
	if (*ret == MAILED_NEW &&
		(k.count >= limits->count || k.size + size > limits->size))
		*ret = MAILED_MANY;
	return 0;
}

/* ---- keeping ---- */

int mailed_keep(struct db *db, int64_t incoming_id, int position, const void *bytes,
	size_t len, int64_t *ret_id, struct err *err)
{
	if (db_run(db, err,
		    "INSERT INTO mailed (incoming_id, position, bytes)\n"
		    "VALUES (?, ?, ?)\n"
		    "ON CONFLICT (incoming_id, position) DO NOTHING",
		    SQL_INT(incoming_id), SQL_INT(position), SQL_BLOB(bytes, len)) < 0)
		return -1;
	int found = db_find_int(db, err, ret_id,
		"SELECT id FROM mailed WHERE incoming_id = ? AND position = ?",
		SQL_INT(incoming_id), SQL_INT(position));
	return found < 1 ? -1 : 0;
}

int mailed_keep_files(
	struct db *db, int64_t mailed_id, const json_t *files, struct err *err)
{
	size_t i;
	json_t *file;

	json_array_foreach (files, i, file)
		if (db_run(db, err,
			    "INSERT INTO mailed_file (mailed_id, position, name,\n"
			    "  media_type, sha256, size)\n"
			    "VALUES (?, ?, ?, ?, ?, ?)\n"
			    "ON CONFLICT (mailed_id, position) DO NOTHING",
			    SQL_INT(mailed_id), SQL_INT((int64_t)i),
			    SQL_TEXT(json_str_or(file, "name", "")),
			    SQL_TEXT(json_str_or(file, "media_type", "")),
			    SQL_TEXT(json_str_or(file, "sha256", "")),
			    SQL_INT(json_int_or(file, "size", 0))) < 0)
			return -1;
	return 0;
}

/* A source's path is of no use to anybody, as a UID may be of any length and kind. */
static int new_source(struct db *db, const char *calendar, const char *uid,
	int64_t *ret_id, struct err *err)
{
	char hex[HASH_HEX_SIZE];

	hash_hex(uid, strlen(uid), hex);
	str_auto *path = xasprintf("%.32s.ics", hex);
	if (source_put(db, calendar, path, "", 0, 0, err) < 0 ||
		db_find_int(db, err, ret_id,
			"SELECT id FROM source WHERE calendar = ? AND path = ?",
			SQL_TEXT(calendar), SQL_TEXT(path)) < 1)
		return -1;
	return db_run(db, err,
		"INSERT INTO mailed_source (source_id, uid) VALUES (?, ?)",
		SQL_INT(*ret_id), SQL_TEXT(uid));
}

/* A newer version takes the place of all of its date; a cancellation that of older
 * ones alone, as it need not say what it is about. The whole version with a higher
 * SEQUENCE ends changes of dates, but those of its own mail. */
static int replace(struct db *db, int64_t source_id, int64_t mailed_id,
	const struct mailed_part *p, struct err *err)
{
	if (db_run(db, err,
		    "DELETE FROM mailed_part\n"
		    "WHERE source_id = ? AND recurrence_id = ? AND cancels >= ?",
		    SQL_INT(source_id), SQL_TEXT(p->recurrence_id),
		    SQL_INT(p->cancels)) < 0)
		return -1;
	if (*p->recurrence_id || p->cancels)
		return 0;
	return db_run(db, err,
		"DELETE FROM mailed_part\n"
		"WHERE source_id = ? AND recurrence_id <> '' AND sequence < ?\n"
		"  AND mailed_id <> ?",
		SQL_INT(source_id), SQL_INT(p->sequence), SQL_INT(mailed_id));
}

int mailed_take(struct db *db, const char *calendar, int64_t mailed_id,
	const struct mailed_part *part, struct err *err)
{
	int64_t source_id = 0;
	int found = find_source(db, part->uid, &source_id, err);

	if (found < 0 ||
		(!found && new_source(db, calendar, part->uid, &source_id, err) < 0) ||
		replace(db, source_id, mailed_id, part, err) < 0)
		return -1;
	return db_run(db, err,
		"INSERT INTO mailed_part (source_id, mailed_id, recurrence_id, "
		"cancels,\n"
		"  sequence, dtstamp)\n"
		"VALUES (?, ?, ?, ?, ?, ?)\n"
		"ON CONFLICT (source_id, mailed_id, recurrence_id) DO NOTHING",
		SQL_INT(source_id), SQL_INT(mailed_id), SQL_TEXT(part->recurrence_id),
		SQL_INT(part->cancels), SQL_INT(part->sequence),
		SQL_INT(part->dtstamp));
}

/* The bytes are the list of what counts: other mails, other bytes. */
static int touch(struct db *db, const char *calendar, int64_t source_id, int64_t now,
	struct err *err)
{
	str_auto *path = NULL;
	buf_auto list = BUF_EMPTY;
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT p.mailed_id, p.recurrence_id, s.path\n"
		"FROM mailed_part AS p\n"
		"JOIN source AS s ON s.id = p.source_id\n"
		"WHERE p.source_id = ?\n"
		"ORDER BY p.mailed_id, p.recurrence_id, p.id",
		SQL_INT(source_id));

	while ((r = stmt_step(&q, err)) == 1) {
		buf_addf(&list, "%lld %s\n", (long long)stmt_int(&q, 0),
			stmt_text(&q, 1));
		if (!path)
			path = stmt_copy(&q, 2);
	}
	stmt_close(&q);
	if (r < 0 || !path)
		return r;
	return source_put(db, calendar, path, buf_str(&list), list.len, now, err) < 0
		       ? -1
		       : 0;
}

int mailed_done(struct db *db, const char *calendar, int64_t mailed_id, int64_t now,
	struct err *err)
{
	ids_auto sources = IDS_NONE;
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT source_id FROM mailed_part WHERE mailed_id = ?",
		SQL_INT(mailed_id));

	if (ids_collect(&sources, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < sources.count; i++)
		if (touch(db, calendar, sources.list[i], now, err) < 0)
			return -1;
	return db_run(db, err,
		"DELETE FROM mailed\n"
		"WHERE NOT EXISTS\n"
		"  (SELECT 1 FROM mailed_part AS p WHERE p.mailed_id = mailed.id)");
}

int mailed_rename(struct db *db, const char *calendar, struct err *err)
{
	return db_run(db, err,
		"UPDATE source SET calendar = ?1\n"
		"WHERE id IN (SELECT source_id FROM mailed_source) AND calendar <> ?1",
		SQL_TEXT(calendar));
}

/* ---- reading ---- */

static int load_uid(struct db *db, int64_t source_id, char **ret_uid, struct err *err)
{
	stmt_auto q = stmt_open(db, "SELECT uid FROM mailed_source WHERE source_id = ?",
		SQL_INT(source_id));
	int r = stmt_step(&q, err);

	if (r == 1)
		*ret_uid = stmt_copy(&q, 0);
	return r;
}

int mailed_read(struct db *db, int64_t source_id, struct buf *ret, char **ret_uid,
	struct err *err)
{
	ids_auto ids = IDS_NONE;
	int found = load_uid(db, source_id, ret_uid, err);
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT mailed_id FROM mailed_part\n"
		"WHERE source_id = ?\n"
		"ORDER BY mailed_id",
		SQL_INT(source_id));

	if (found <= 0)
		return found;
	if (ids_collect(&ids, &q, err) < 0)
		return -1;
	stmt_close(&q);
	for (size_t i = 0; i < ids.count; i++) {
		if (db_read_blob(db, "mailed", "bytes", ids.list[i], ret, err) < 0)
			return -1;
		buf_add_str(ret, "\r\n");
	}
	return 1;
}

static json_t *list_at(json_t *object, const char *key)
{
	json_t *list = json_object_get(object, key);

	if (list)
		return list;
	json_object_set_new(object, key, json_array());
	return json_object_get(object, key);
}

json_t *mailed_files(struct db *db, int64_t source_id, struct err *err)
{
	json_auto_t *all = json_object();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT p.recurrence_id, f.name, f.media_type, f.sha256, f.size\n"
		"FROM mailed_part AS p\n"
		"JOIN mailed_file AS f ON f.mailed_id = p.mailed_id\n"
		"WHERE p.source_id = ? AND NOT p.cancels\n"
		"ORDER BY p.id, f.position",
		SQL_INT(source_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *file = json_object();
		json_put_str(file, "name", stmt_text(&q, 1));
		json_put_str(file, "media_type", stmt_text(&q, 2));
		json_put_str(file, "sha256", stmt_text(&q, 3));
		json_put_int(file, "size", stmt_int(&q, 4));
		json_array_append_new(list_at(all, stmt_text(&q, 0)), file);
	}
	return r < 0 ? NULL : TAKE(all);
}

int mailed_knows(struct db *db, const char *uid, struct err *err)
{
	int64_t id = 0;

	return find_source(db, uid, &id, err);
}

json_t *mailed_mails(struct db *db, int64_t source_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT printf('%04d-%06d', i.register_year,\n"
		"    i.register_number), i.from_address, i.arrived_at\n"
		"FROM mailed_part AS p\n"
		"JOIN mailed AS m ON m.id = p.mailed_id\n"
		"JOIN incoming AS i ON i.id = m.incoming_id\n"
		"WHERE p.source_id = ?\n"
		"ORDER BY m.id",
		SQL_INT(source_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "register", stmt_text(&q, 0));
		json_put_str(row, "from", stmt_text(&q, 1));
		json_put_int(row, "at", stmt_int(&q, 2));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}

int mailed_forget(struct db *db, int64_t incoming_id, int64_t now, struct err *err)
{
	if (db_run(db, err,
		    "DELETE FROM mailed_part\n"
		    "WHERE mailed_id IN (SELECT id FROM mailed WHERE incoming_id = ?)\n"
		    "  AND NOT EXISTS (SELECT 1 FROM claim AS c\n"
		    "    JOIN meeting AS m ON m.id = c.meeting_id\n"
		    "    WHERE c.source_id = mailed_part.source_id AND m.ends_at >= ?)",
		    SQL_INT(incoming_id), SQL_INT(now)) < 0)
		return -1;
	return db_run(db, err,
		"DELETE FROM mailed\n"
		"WHERE incoming_id = ? AND NOT EXISTS\n"
		"  (SELECT 1 FROM mailed_part AS p WHERE p.mailed_id = mailed.id)",
		SQL_INT(incoming_id));
}

json_t *mailed_meetings(struct db *db, int64_t incoming_id, struct err *err)
{
	json_auto_t *list = json_array();
	int r;
	stmt_auto q = stmt_open(db,
		"SELECT DISTINCT m.code, m.title FROM meeting AS m\n"
		"JOIN claim AS c ON c.meeting_id = m.id\n"
		"JOIN mailed_part AS p ON p.source_id = c.source_id\n"
		"JOIN mailed AS k ON k.id = p.mailed_id\n"
		"WHERE k.incoming_id = ?\n"
		"ORDER BY m.starts_at, m.id\n"
		"LIMIT 20",
		SQL_INT(incoming_id));

	while ((r = stmt_step(&q, err)) == 1) {
		json_t *row = json_object();
		json_put_str(row, "code", stmt_text(&q, 0));
		json_put_str(row, "title", stmt_text(&q, 1));
		json_array_append_new(list, row);
	}
	return r < 0 ? NULL : TAKE(list);
}
