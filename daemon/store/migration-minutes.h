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
	"  text TEXT NOT NULL,       -- what is written in the file; '' where nothing was found\n" \
	"  UNIQUE (minutes_id, position),\n" \
	"  FOREIGN KEY (minutes_id, position) REFERENCES minutes_file (minutes_id, position)\n" \
	") STRICT;\n" \
	"CREATE VIRTUAL TABLE minutes_search USING fts5 (text, content = 'minutes_text',\n" \
	"  content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0');\n" \
	"CREATE TRIGGER minutes_text_insert AFTER INSERT ON minutes_text\n" \
	"BEGIN INSERT INTO minutes_search (rowid, text) VALUES (new.id, new.text); END;\n" \
	"CREATE TRIGGER minutes_text_delete AFTER DELETE ON minutes_text\n" \
	"BEGIN INSERT INTO minutes_search (minutes_search, rowid, text)\n" \
	"  VALUES ('delete', old.id, old.text); END;\n" \
	"CREATE TRIGGER minutes_text_update AFTER UPDATE ON minutes_text\n" \
	"BEGIN INSERT INTO minutes_search (minutes_search, rowid, text)\n" \
	"  VALUES ('delete', old.id, old.text);\n" \
	"  INSERT INTO minutes_search (rowid, text) VALUES (new.id, new.text); END;\n"
/* clang-format on */
