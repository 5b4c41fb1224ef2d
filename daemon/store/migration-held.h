/*
 * What waits for a yes need not be a mail (store/held.h). Private to
 * store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_HELD \
	"CREATE TABLE held_matter (\n" \
	"  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in notices: never used again\n" \
	"  incoming_id INTEGER REFERENCES incoming (id), -- NULL: no mail asks for it\n" \
	"  key TEXT,                 -- \"source:NAME\"; NULL: a mail asks for it\n" \
	"  title TEXT,               -- what lists call it; NULL: the mail's subject\n" \
	"  data TEXT,                -- JSON: what the act has to know\n" \
	"  meeting_id INTEGER REFERENCES meeting (id),\n" \
	"  act TEXT NOT NULL,        -- what a yes does\n" \
	"  reason TEXT NOT NULL,     -- reason code: why it was held\n" \
	"  state TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'refused', 'acted')),\n" \
	"  decision TEXT CHECK (decision IN ('released', 'refused')), -- outlives acted\n" \
	"  held_at INTEGER NOT NULL,\n" \
	"  decided_at INTEGER,\n" \
	"  decided_by TEXT,\n" \
	"  acted_at INTEGER,         -- when the office carried the decision out\n" \
	"  result TEXT,              -- reason code: what that did\n" \
	"  CHECK ((incoming_id IS NULL) <> (key IS NULL)),\n" \
	"  UNIQUE (incoming_id, act)\n" \
	") STRICT;\n" \
	"INSERT INTO held_matter (id, incoming_id, meeting_id, act, reason, state, decision,\n" \
	"  held_at, decided_at, decided_by, acted_at)\n" \
	"SELECT id, incoming_id, meeting_id, act, reason, state, decision, held_at,\n" \
	"  decided_at, decided_by, acted_at\n" \
	"FROM held;\n" \
	"DELETE FROM sqlite_sequence WHERE name = 'held_matter';\n" \
	"UPDATE sqlite_sequence SET name = 'held_matter' WHERE name = 'held';\n" \
	"DROP TABLE held;\n" \
	"ALTER TABLE held_matter RENAME TO held;\n" \
	"CREATE INDEX held_open ON held (state, id) WHERE state <> 'acted';\n" \
	"CREATE UNIQUE INDEX held_key ON held (act, key) WHERE state <> 'acted';\n"
/* clang-format on */
