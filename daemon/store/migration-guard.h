/* Questions that were passed on, and what is removed by decision: part of
 * migrations.c. */
#pragma once

/* clang-format off */
#define MIGRATION_QUESTION \
	"CREATE TABLE question (\n" \
	"  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in mails: never used again\n" \
	"  meeting_id INTEGER REFERENCES meeting (id),\n" \
	"  asker TEXT NOT NULL COLLATE NOCASE, -- address\n" \
	"  asker_name TEXT NOT NULL,\n" \
	"  contact TEXT NOT NULL COLLATE NOCASE, -- address of who is to answer\n" \
	"  subject TEXT NOT NULL,    -- of the mail that asked first\n" \
	"  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),\n" \
	"  asked_at INTEGER NOT NULL, -- since when it waits for an answer\n" \
	"  reminded_at INTEGER,      -- the contact, since then\n" \
	"  ended_at INTEGER,\n" \
	"  ended_by TEXT             -- address or user\n" \
	") STRICT;\n" \
	"CREATE INDEX question_open ON question (asked_at, id) WHERE state = 'open';\n" \
	"CREATE TABLE question_mail (\n" \
	"  incoming_id INTEGER PRIMARY KEY REFERENCES incoming (id),\n" \
	"  question_id INTEGER NOT NULL REFERENCES question (id),\n" \
	"  sender TEXT NOT NULL COLLATE NOCASE,\n" \
	"  is_answer INTEGER NOT NULL CHECK (is_answer IN (0, 1)), -- from the contact\n" \
	"  at INTEGER NOT NULL\n" \
	") STRICT;\n" \
	"CREATE INDEX question_mail_question ON question_mail (question_id, incoming_id);\n" \
	"CREATE INDEX question_mail_sender ON question_mail (sender, at);\n"
#define MIGRATION_REMOVAL \
	"ALTER TABLE person ADD COLUMN protected INTEGER NOT NULL DEFAULT 0\n" \
	"  CHECK (protected IN (0, 1)); -- left out of what is given out\n" \
	"CREATE TABLE removal (\n" \
	"  incoming_id INTEGER PRIMARY KEY REFERENCES incoming (id),\n" \
	"  class TEXT NOT NULL,\n" \
	"  decision TEXT NOT NULL CHECK (decision <> ''), -- number of it (gallringsbeslut)\n" \
	"  arrived_before INTEGER NOT NULL, -- what arrived earlier went\n" \
	"  at INTEGER NOT NULL\n" \
	") STRICT;\n" \
	"CREATE INDEX removal_at ON removal (at);\n" \
	"CREATE TRIGGER removal_only_what_is_over BEFORE INSERT ON removal\n" \
	"WHEN NEW.arrived_before > NEW.at OR NOT EXISTS (\n" \
	"  SELECT 1 FROM incoming AS i\n" \
	"  WHERE i.id = NEW.incoming_id AND i.class = NEW.class\n" \
	"    AND i.arrived_at < NEW.arrived_before AND i.state IN ('done', 'broken')\n" \
	"    AND NOT EXISTS (SELECT 1 FROM held AS h\n" \
	"      WHERE h.incoming_id = i.id AND h.state <> 'acted')\n" \
	"    AND NOT EXISTS (SELECT 1 FROM question_mail AS n\n" \
	"      JOIN question AS q ON q.id = n.question_id\n" \
	"      WHERE n.incoming_id = i.id AND q.state = 'open')\n" \
	"    AND NOT EXISTS (SELECT 1 FROM meeting AS m\n" \
	"      WHERE m.id = i.meeting_id AND m.ends_at > NEW.at))\n" \
	"BEGIN SELECT RAISE(ABORT, 'this mail is not to be removed'); END;\n" \
	"CREATE TRIGGER removal_kept BEFORE UPDATE ON removal\n" \
	"BEGIN SELECT RAISE(ABORT, 'a removal stands'); END;\n" \
	"CREATE TRIGGER removal_not_deleted BEFORE DELETE ON removal\n" \
	"BEGIN SELECT RAISE(ABORT, 'a removal stands'); END;\n" \
	"DROP TRIGGER incoming_raw_not_deleted;\n" \
	"CREATE TRIGGER incoming_raw_not_deleted BEFORE DELETE ON incoming_raw\n" \
	"WHEN NOT EXISTS (SELECT 1 FROM removal WHERE incoming_id = OLD.incoming_id)\n" \
	"BEGIN SELECT RAISE(ABORT, 'incoming mail is never deleted'); END;\n" \
	"DROP TRIGGER incoming_piece_not_deleted;\n" \
	"CREATE TRIGGER incoming_piece_not_deleted BEFORE DELETE ON incoming_piece\n" \
	"WHEN NOT EXISTS (SELECT 1 FROM removal WHERE incoming_id = OLD.incoming_id)\n" \
	"BEGIN SELECT RAISE(ABORT, 'incoming mail is never deleted'); END;\n"
#define MIGRATION_REPEAT \
	"CREATE TABLE repeat (\n" \
	"  incoming_id INTEGER PRIMARY KEY REFERENCES incoming (id),\n" \
	"  sender TEXT NOT NULL COLLATE NOCASE,\n" \
	"  content TEXT NOT NULL,    -- SHA-256 of what was written, without day and ids\n" \
	"  at INTEGER NOT NULL       -- of arrival; kept for a day\n" \
	") STRICT;\n" \
	"CREATE INDEX repeat_content ON repeat (sender, content);\n" \
	"CREATE INDEX repeat_at ON repeat (at);\n"
/* clang-format on */
