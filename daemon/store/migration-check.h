/*
 * The same checks, faster: for a list of more than two SQLite fills a table anew each
 * time a row is written, which cost more than the row. What is in the file stays as it
 * is, so the text of the schema is exchanged (https://sqlite.org/lang_altertable.html,
 * section 7), and by another trigger everybody learns of it. Private to
 * store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_CHECK \
	"PRAGMA writable_schema = ON;\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (state IN (''due'', ''sending'', ''unknown'', ''deferred'',\n" \
	"    ''sent'', ''failed'', ''withdrawn'', ''delivered'', ''bounced'', ''answered''))',\n" \
	"  'CHECK (state = ''due'' OR state = ''sending'' OR state = ''unknown''\n" \
	"    OR state = ''deferred'' OR state = ''sent'' OR state = ''failed''\n" \
	"    OR state = ''withdrawn'' OR state = ''delivered'' OR state = ''bounced''\n" \
	"    OR state = ''answered'')')\n" \
	"WHERE type = 'table' AND name = 'delivery';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (kind IN (''move'', ''append'', ''search''))',\n" \
	"  'CHECK (kind = ''move'' OR kind = ''append'' OR kind = ''search'')')\n" \
	"WHERE type = 'table' AND name = 'mailbox_request';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (state IN (''new'', ''done'', ''held'', ''broken'', ''too-large''))',\n" \
	"  'CHECK (state = ''new'' OR state = ''done'' OR state = ''held''\n" \
	"    OR state = ''broken'' OR state = ''too-large'')')\n" \
	"WHERE type = 'table' AND name = 'incoming';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (state IN (''planned'', ''cancelled'', ''unplaced''))',\n" \
	"  'CHECK (state = ''planned'' OR state = ''cancelled'' OR state = ''unplaced'')')\n" \
	"WHERE type = 'table' AND name = 'meeting';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (state IN (''there'', ''gone'', ''kept''))',\n" \
	"  'CHECK (state = ''there'' OR state = ''gone'' OR state = ''kept'')')\n" \
	"WHERE type = 'table' AND name = 'claim';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (outcome IN (''applied'', ''same'', ''stale''))',\n" \
	"  'CHECK (outcome = ''applied'' OR outcome = ''same'' OR outcome = ''stale'')')\n" \
	"WHERE type = 'table' AND name = 'answer';\n" \
	"UPDATE sqlite_schema SET sql = replace(sql,\n" \
	"  'CHECK (state IN (''waiting'', ''released'', ''refused'', ''acted''))',\n" \
	"  'CHECK (state = ''waiting'' OR state = ''released'' OR state = ''refused''\n" \
	"    OR state = ''acted'')')\n" \
	"WHERE type = 'table' AND name = 'held';\n" \
	"DROP TRIGGER look_delivery;\n" \
	"CREATE TRIGGER look_delivery AFTER UPDATE OF state ON delivery\n" \
	"WHEN new.state <> old.state AND new.state <> 'sending' AND new.state <> 'unknown'\n" \
	"  AND new.state <> 'deferred'\n" \
	"BEGIN UPDATE look SET at = 0\n" \
	"  WHERE meeting_id = (SELECT meeting_id FROM letter WHERE id = new.letter_id); END;\n" \
	"PRAGMA writable_schema = RESET;\n"
/* clang-format on */
