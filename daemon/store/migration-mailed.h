/*
 * Meetings that were mailed (store/mailed.h), and which entries of two calendars are
 * one (store/twin.h). Private to store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_MAILED \
	"CREATE TABLE mailed_source (\n" \
	"  source_id INTEGER PRIMARY KEY REFERENCES source (id),\n" \
	"  uid TEXT NOT NULL UNIQUE  -- the entry's; a source holds one entry\n" \
	") STRICT;\n" \
	"CREATE TABLE mailed (\n" \
	"  id INTEGER PRIMARY KEY,   -- in the order in which they were taken\n" \
	"  incoming_id INTEGER NOT NULL REFERENCES incoming (id),\n" \
	"  position INTEGER NOT NULL, -- among the mail's calendars\n" \
	"  bytes BLOB NOT NULL,      -- the calendar's text\n" \
	"  UNIQUE (incoming_id, position)\n" \
	") STRICT;\n" \
	"CREATE TABLE mailed_part (\n" \
	"  id INTEGER PRIMARY KEY,\n" \
	"  source_id INTEGER NOT NULL REFERENCES mailed_source (source_id),\n" \
	"  mailed_id INTEGER NOT NULL REFERENCES mailed (id),\n" \
	"  recurrence_id TEXT NOT NULL, -- '': of all of it\n" \
	"  cancels INTEGER NOT NULL CHECK (cancels IN (0, 1)), -- METHOD:CANCEL\n" \
	"  sequence INTEGER NOT NULL,\n" \
	"  dtstamp INTEGER NOT NULL,\n" \
	"  UNIQUE (source_id, mailed_id, recurrence_id)\n" \
	") STRICT;\n" \
	"CREATE INDEX mailed_part_mailed ON mailed_part (mailed_id);\n" \
	"CREATE TABLE twin (\n" \
	"  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in keys of held matters\n" \
	"  uid TEXT NOT NULL,        -- of the entry that came later\n" \
	"  other_uid TEXT NOT NULL,  -- of the one at the same time in another calendar\n" \
	"  word TEXT NOT NULL CHECK (word IN ('waiting', 'same', 'different')),\n" \
	"  at INTEGER NOT NULL,\n" \
	"  UNIQUE (uid, other_uid)\n" \
	") STRICT;\n"

#define MIGRATION_MAILED_FILE \
	"CREATE TABLE mailed_file (\n" \
	"  mailed_id INTEGER NOT NULL REFERENCES mailed (id) ON DELETE CASCADE,\n" \
	"  position INTEGER NOT NULL, -- among the files that came beside the calendar\n" \
	"  name TEXT NOT NULL,\n" \
	"  media_type TEXT NOT NULL,\n" \
	"  sha256 TEXT NOT NULL REFERENCES blob (sha256),\n" \
	"  size INTEGER NOT NULL,\n" \
	"  PRIMARY KEY (mailed_id, position)\n" \
	") STRICT, WITHOUT ROWID;\n"
/* clang-format on */
