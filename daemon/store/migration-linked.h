/*
 * What calendar entries have attached by its address (store/linked.h). Private to
 * store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_LINKED \
	"CREATE TABLE linked (\n" \
	"  link TEXT PRIMARY KEY,    -- as the entry has it\n" \
	"  asked_at INTEGER,         -- when it was first met\n" \
	"  due_at INTEGER NOT NULL,  -- the next try, or look whether it has changed\n" \
	"  settled_at INTEGER,       -- fetched, or given up for now; NULL: waited for\n" \
	"  sha256 TEXT REFERENCES blob (sha256), -- the newest bytes; NULL: none yet\n" \
	"  media_type TEXT,          -- as the server said\n" \
	"  etag TEXT,\n" \
	"  last_modified TEXT,\n" \
	"  tries INTEGER NOT NULL DEFAULT 0, -- since it last went well\n" \
	"  failing_since INTEGER,    -- NULL: it went well\n" \
	"  why TEXT                  -- it does not\n" \
	") STRICT;\n" \
	"CREATE INDEX linked_due ON linked (due_at);\n" \
	"CREATE INDEX meeting_file_link ON meeting_file (link) WHERE link IS NOT NULL;\n" \
	"INSERT INTO linked (link, due_at)\n" \
	"SELECT DISTINCT link, 0 FROM meeting_file WHERE link IS NOT NULL;\n" \
	"CREATE TRIGGER linked_new AFTER INSERT ON meeting_file WHEN new.link IS NOT NULL\n" \
	"BEGIN INSERT INTO linked (link, due_at) VALUES (new.link, 0)\n" \
	"  ON CONFLICT (link) DO NOTHING; END;\n" \
	"CREATE TRIGGER linked_other AFTER UPDATE OF link ON meeting_file WHEN new.link IS NOT NULL\n" \
	"BEGIN INSERT INTO linked (link, due_at) VALUES (new.link, 0)\n" \
	"  ON CONFLICT (link) DO NOTHING; END;\n" \
	"CREATE TRIGGER look_linked AFTER UPDATE OF settled_at, sha256, asked_at ON linked\n" \
	"WHEN (new.settled_at IS NULL, new.sha256, new.asked_at)\n" \
	"  IS NOT (old.settled_at IS NULL, old.sha256, old.asked_at)\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id IN\n" \
	"  (SELECT meeting_id FROM meeting_file WHERE link = new.link); END;\n" \
	"DROP VIEW meeting_file_known;\n" \
	"CREATE VIEW meeting_file_known AS\n" \
	"SELECT f.meeting_id, f.position, f.name, coalesce(f.media_type, k.media_type) AS media_type,\n" \
	"  f.link, x.sha256, length(x.bytes) AS size\n" \
	"FROM meeting_file AS f\n" \
	"JOIN meeting AS m ON m.id = f.meeting_id\n" \
	"LEFT JOIN source AS s ON s.id = m.source_id\n" \
	"LEFT JOIN beside AS b\n" \
	"  ON b.calendar = s.calendar AND b.name = f.beside AND b.gone_at IS NULL\n" \
	"LEFT JOIN linked AS k ON k.link = f.link\n" \
	"LEFT JOIN blob AS x ON x.sha256 = coalesce(f.sha256, b.sha256, k.sha256)\n" \
	"WHERE f.link IS NOT NULL OR x.sha256 IS NOT NULL;\n"
/* clang-format on */
