"""The attendee of attendee.php, and the calendar that he keeps."""
import json
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).resolve().with_name("attendee.php")


def ask(questions):
    """[{"ics", "address", "name", "answer"}] to [{"problems", "method", ..., "reply"}]."""
    lines = "".join(json.dumps(q) + "\n" for q in questions)
    ran = subprocess.run(["php", "-d", "display_errors=stderr", str(SCRIPT)], input=lines, text=True,
                         capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == len(questions), ran.stderr
    return answers


class Calendar(dict):
    """uid -> (sequence, start), as RFC 5546, 2.1.5 has an attendee's program keep it."""

    def take(self, said):
        known = self.get(said["uid"])
        if known and said["sequence"] < known[0]:
            return
        if said["method"] == "CANCEL":
            self.pop(said["uid"], None)
        else:
            assert said["method"] == "REQUEST"
            self[said["uid"]] = (said["sequence"], said["start"])
