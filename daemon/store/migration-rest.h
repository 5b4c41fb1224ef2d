/*
 * Addresses at rest (store/rest.h). Private to store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_REST \
	"CREATE TABLE address_rest (\n" \
	"  address TEXT PRIMARY KEY COLLATE NOCASE,\n" \
	"  person TEXT,              -- id in the directory; NULL: nobody there\n" \
	"  rests_since INTEGER,      -- NULL: it does not\n" \
	"  decided_at INTEGER NOT NULL -- what failed before counts no more\n" \
	") STRICT, WITHOUT ROWID;\n" \
	"ALTER TABLE delivery ADD COLUMN rests INTEGER NOT NULL DEFAULT 0\n" \
	"  CHECK (rests IN (0, 1)); -- 1: failed without a try, as its address rests\n" \
	"CREATE INDEX delivery_rests ON delivery (address, id) WHERE rests = 1;\n" \
	/* Of the recipient, not of the mail: 5.1.x, 5.2.1, or no more said than 550. */ \
	"CREATE VIEW address_failure AS\n" \
	"SELECT address, name, reply, changed_at AS at FROM delivery\n" \
	"WHERE state = 'failed' AND rests = 0\n" \
	"  AND (reply GLOB '55[0-4] 5.1.*' OR reply GLOB '55[0-4] 5.2.1 *'\n" \
	"    OR (reply GLOB '55[013] *' AND reply NOT GLOB '??? 5.[0-9]*'))\n" \
	"UNION ALL\n" \
	"SELECT address, name, reply, changed_at FROM delivery AS d\n" \
	"WHERE state = 'bounced' AND EXISTS (SELECT 1 FROM journal AS j\n" \
	"  WHERE j.delivery_id = d.id AND j.what = 'bounce-permanent');\n"
/* clang-format on */
