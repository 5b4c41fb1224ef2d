/* The coordinator's answers by mail, and the daily mail: store/daily.h,
 * store/command-mail.h. */
#pragma once

/* clang-format off */
#define MIGRATION_DAILY \
	"CREATE TABLE daily (\n" \
	"  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in its code: never used again\n" \
	"  day TEXT NOT NULL UNIQUE, -- local\n" \
	"  at INTEGER NOT NULL\n" \
	") STRICT;\n" \
	"CREATE TABLE daily_item (\n" \
	"  daily_id INTEGER NOT NULL REFERENCES daily (id),\n" \
	"  number INTEGER NOT NULL,  -- as the mail has it\n" \
	"  kind TEXT NOT NULL,       -- of the table in office/daily-kinds.c\n" \
	"  key TEXT NOT NULL,        -- the matter: \"held:12\"\n" \
	"  data TEXT NOT NULL,       -- JSON: what an answer has to know\n" \
	"  PRIMARY KEY (daily_id, number)\n" \
	") STRICT, WITHOUT ROWID;\n" \
	"CREATE TABLE put_off (\n" \
	"  key TEXT PRIMARY KEY,     -- a matter that daily mails leave out\n" \
	"  until INTEGER,            -- NULL: for good\n" \
	"  by TEXT NOT NULL,\n" \
	"  at INTEGER NOT NULL\n" \
	") STRICT, WITHOUT ROWID;\n" \
	"CREATE TABLE command_mail (\n" \
	"  incoming_id INTEGER PRIMARY KEY REFERENCES incoming (id),\n" \
	"  about TEXT NOT NULL,      -- \"held:12\", \"daily:3\"\n" \
	"  lines TEXT NOT NULL,      -- JSON: what is told back of each\n" \
	"  at INTEGER NOT NULL,\n" \
	"  told_at INTEGER           -- NULL: not told back yet\n" \
	") STRICT;\n" \
	"CREATE INDEX command_mail_untold ON command_mail (incoming_id)\n" \
	"  WHERE told_at IS NULL;\n" \
	"CREATE INDEX incoming_message_id_command ON incoming (message_id)\n" \
	"  WHERE class = 'command';\n" \
	"ALTER TABLE meeting_role ADD COLUMN appointed_by TEXT; -- NULL: the calendar\n"
/* clang-format on */
