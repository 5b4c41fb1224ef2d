/*
 * When to look at a meeting again (store/look.h): whatever a duty follows from sets it
 * to 0. Private to store/migrations.c.
 */
#pragma once

/* clang-format off */
#define MIGRATION_LOOK \
	"CREATE TABLE look (\n" \
	"  meeting_id INTEGER PRIMARY KEY REFERENCES meeting (id),\n" \
	"  at INTEGER NOT NULL       -- the office looks at it then; 0: something changed\n" \
	") STRICT;\n" \
	"CREATE INDEX look_at ON look (at, meeting_id);\n" \
	"CREATE TABLE look_key (\n" \
	"  id INTEGER PRIMARY KEY CHECK (id = 1),\n" \
	"  key TEXT NOT NULL         -- day and configuration that all looks were made with\n" \
	") STRICT;\n" \
	"INSERT INTO look SELECT id, 0 FROM meeting;\n" \
	"CREATE INDEX meeting_unplaced ON meeting (starts_at, id) WHERE state = 'unplaced';\n" \
	"CREATE INDEX meeting_file_sha256 ON meeting_file (sha256) WHERE sha256 IS NOT NULL;\n" \
	"CREATE INDEX meeting_file_beside ON meeting_file (beside) WHERE beside IS NOT NULL;\n" \
	"CREATE TRIGGER look_meeting_new AFTER INSERT ON meeting\n" \
	"BEGIN INSERT INTO look (meeting_id, at) VALUES (new.id, 0); END;\n" \
	"CREATE TRIGGER look_meeting AFTER UPDATE ON meeting\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.id; END;\n" \
	"CREATE TRIGGER look_meeting_role_insert AFTER INSERT ON meeting_role\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_meeting_role_update AFTER UPDATE ON meeting_role\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_meeting_role_delete AFTER DELETE ON meeting_role\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = old.meeting_id; END;\n" \
	"CREATE TRIGGER look_meeting_file_insert AFTER INSERT ON meeting_file\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_meeting_file_update AFTER UPDATE ON meeting_file\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_meeting_file_delete AFTER DELETE ON meeting_file\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = old.meeting_id; END;\n" \
	"CREATE TRIGGER look_answer_insert AFTER INSERT ON answer\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_answer_update AFTER UPDATE ON answer\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_answer_delete AFTER DELETE ON answer\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = old.meeting_id; END;\n" \
	"CREATE TRIGGER look_called_insert AFTER INSERT ON called\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_called_update AFTER UPDATE ON called\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_called_delete AFTER DELETE ON called\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = old.meeting_id; END;\n" \
	"CREATE TRIGGER look_minutes_insert AFTER INSERT ON minutes\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_minutes_update AFTER UPDATE ON minutes\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = new.meeting_id; END;\n" \
	"CREATE TRIGGER look_minutes_delete AFTER DELETE ON minutes\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id = old.meeting_id; END;\n" \
	"CREATE TRIGGER look_delivery AFTER UPDATE OF state ON delivery\n" \
	"WHEN new.state <> old.state AND new.state NOT IN ('sending', 'unknown', 'deferred')\n" \
	"BEGIN UPDATE look SET at = 0\n" \
	"  WHERE meeting_id = (SELECT meeting_id FROM letter WHERE id = new.letter_id); END;\n" \
	"CREATE TRIGGER look_beside_insert AFTER INSERT ON beside\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id IN\n" \
	"  (SELECT meeting_id FROM meeting_file WHERE beside = new.name); END;\n" \
	"CREATE TRIGGER look_beside_update AFTER UPDATE ON beside\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id IN\n" \
	"  (SELECT meeting_id FROM meeting_file WHERE beside = new.name); END;\n" \
	"CREATE TRIGGER look_blob AFTER INSERT ON blob\n" \
	"BEGIN UPDATE look SET at = 0 WHERE meeting_id IN\n" \
	"  (SELECT meeting_id FROM meeting_file WHERE sha256 = new.sha256); END;\n"
/* clang-format on */

/* clang-format off */
/* A new row is looked at by hand (store/look.h, look_add). No question goes from a
 * source to its meetings: claims have them. */
#define MIGRATION_LOOK_NEW \
	"DROP INDEX meeting_source;\n" \
	"DROP TRIGGER look_meeting_new;\n" \
	"DROP TRIGGER look_meeting_role_insert;\n"
/* clang-format on */
