#include "store/incoming-source.h"

#include <stdlib.h>

#include "store/incoming.h"
#include "store/stmt.h"

#define PIECE ((int64_t)1024 * 1024) /* as incoming-add.c keeps them */

static int find_pieces(struct incoming_source *s, struct err *err)
{
	ids_auto pieces = IDS_NONE;
	stmt_auto q = stmt_open(s->db,
		"SELECT rowid FROM incoming_piece\n"
		"WHERE incoming_id = ?\n"
		"ORDER BY position",
		SQL_INT(s->id));

	if (ids_collect(&pieces, &q, err) < 0)
		return -1;
	s->piece_count = pieces.count;
	s->pieces = TAKE(pieces.list);
	if (!s->piece_count)
		return err_set(err, ERR_PERM, "incoming mail %lld has no bytes",
			(long long)s->id);
	return 0;
}

int incoming_source_open(
	struct db *db, int64_t id, struct incoming_source *ret, struct err *err)
{
	int64_t whole = 0;
	int found = db_find_int(db, err, &ret->size,
		"SELECT size FROM incoming WHERE id = ?", SQL_INT(id));

	ret->db = db;
	ret->id = id;
	if (found == 0)
		return err_set(err, ERR_PERM, "no incoming mail %lld", (long long)id);
	if (found == 1)
		found = db_find_int(db, err, &whole,
			"SELECT incoming_id FROM incoming_raw WHERE incoming_id = ?",
			SQL_INT(id));
	if (found < 0)
		return -1;
	return found ? 0 : find_pieces(ret, err);
}

int incoming_source_read(
	void *source, uint64_t at, void *to, size_t size, struct err *err)
{
	const struct incoming_source *s = source;
	int64_t from = (int64_t)at;
	char *end = (char *)to + size;

	if (!s->pieces)
		return db_read_blob_at(
			s->db, "incoming_raw", "bytes", s->id, from, to, size, err);
	for (char *into = to; into < end;) {
		size_t index = (size_t)(from / PIECE);
		size_t n = (size_t)(PIECE - from % PIECE);
		if (n > (size_t)(end - into))
			n = (size_t)(end - into);
		if (index >= s->piece_count)
			return err_set(err, ERR_PERM, "incoming mail %lld is cut off",
				(long long)s->id);
		if (db_read_blob_at(s->db, "incoming_piece", "bytes", s->pieces[index],
			    from % PIECE, into, n, err) < 0)
			return -1;
		into += n;
		from += (int64_t)n;
	}
	return 0;
}

void incoming_source_deinit(struct incoming_source *s)
{
	free(s->pieces);
	*s = INCOMING_SOURCE_NONE;
}

int incoming_read(struct db *db, int64_t id, struct buf *ret, struct err *err)
{
	incoming_source_auto source = INCOMING_SOURCE_NONE;

	if (incoming_source_open(db, id, &source, err) < 0)
		return -1;
	size_t size = (size_t)source.size;
	if (incoming_source_read(&source, 0, buf_reserve(ret, size), size, err) < 0)
		return -1;
	ret->len += size;
	ret->data[ret->len] = '\0';
	return 0;
}
