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
/* clang-format on */
