/*
 * Which source says which meeting (store/claim.h). Private to store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_CLAIM \
	"CREATE TABLE claim (\n" \
	"  source_id INTEGER NOT NULL REFERENCES source (id),\n" \
	"  meeting_id INTEGER NOT NULL REFERENCES meeting (id),\n" \
	"  rank INTEGER NOT NULL,    -- place of its calendar in the settings\n" \
	"  sequence INTEGER NOT NULL,\n" \
	"  modified_at INTEGER NOT NULL, -- LAST-MODIFIED, else DTSTAMP; 0\n" \
	"  state TEXT NOT NULL CHECK (state IN ('there', 'gone', 'kept')),\n" \
	"  PRIMARY KEY (source_id, meeting_id)\n" \
	") STRICT, WITHOUT ROWID;\n" \
	"CREATE INDEX claim_meeting ON claim (meeting_id);\n" \
	"CREATE INDEX claim_gone ON claim (source_id) WHERE state = 'gone';\n" \
	"INSERT INTO claim (source_id, meeting_id, rank, sequence, modified_at, state)\n" \
	"SELECT source_id, id, 0, 0, 0, 'there' FROM meeting WHERE source_id IS NOT NULL;\n"
/* clang-format on */
