/*
 * What is written in minutes, to be searched, and minutes that were withdrawn. Private
 * to store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_MINUTES \
	"ALTER TABLE minutes ADD COLUMN withdraw_asked_at INTEGER; -- by the coordinator\n" \
	"ALTER TABLE minutes ADD COLUMN withdraw_by TEXT;\n" \
	"ALTER TABLE minutes ADD COLUMN withdrawn_at INTEGER; -- carried out by the office\n" \
	"ALTER TABLE minutes ADD COLUMN right_meeting_id INTEGER REFERENCES meeting (id);\n" \
	"CREATE INDEX minutes_withdraw ON minutes (id)\n" \
	"  WHERE withdraw_asked_at IS NOT NULL AND withdrawn_at IS NULL;\n" \
	"CREATE TABLE minutes_text (\n" \
	"  id INTEGER PRIMARY KEY,   -- rowid in minutes_search\n" \
	"  minutes_id INTEGER NOT NULL,\n" \
	"  position INTEGER NOT NULL,\n" \
	"  UNIQUE (minutes_id, position),\n" \
	"  FOREIGN KEY (minutes_id, position) REFERENCES minutes_file (minutes_id, position)\n" \
	") STRICT;\n" \
	"CREATE VIRTUAL TABLE minutes_search USING fts5 (\n" \
	"  text,                     -- what is written in the file; '' where nothing was found\n" \
	"  tokenize = 'unicode61 remove_diacritics 0');\n"
/* clang-format on */
