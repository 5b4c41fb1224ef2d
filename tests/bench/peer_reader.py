"""What the reader does, as one would do it in Python: email and icalendar, same questions."""
import email
import email.policy
import hashlib
import pathlib
import sys

import icalendar

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import framing  # noqa: E402


def unquoted(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def answers_in(ics):
    calendar = icalendar.Calendar.from_ical(ics)
    if calendar.get("METHOD") != "REPLY":
        return
    for event in calendar.walk("VEVENT"):
        people = event.get("ATTENDEE", [])
        for person in people if isinstance(people, list) else [people]:
            yield {"uid": str(event["UID"]), "attendee": str(person),
                   "partstat": person.params.get("PARTSTAT"), "sequence": int(event.get("SEQUENCE", 0))}


def read_part(part, said):
    content = part.get_payload(decode=True) or b""
    row = {"name": part.get_filename(), "media_type": part.get_content_type(),
           "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    said["parts"].append(row)
    if row["name"]:
        said["attachments"].append(row)
    elif row["media_type"] == "text/plain" and "text" not in said:
        said["text"] = unquoted(part.get_content())
    if row["media_type"] in ("text/calendar", "application/ics"):
        said["answers"] += answers_in(content)


def read_mail(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    said = {name: str(mail[name]) for name in
            ("Message-ID", "In-Reply-To", "References", "From", "To", "Subject", "Date") if mail[name]}
    said |= {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw),
             "parts": [], "attachments": [], "answers": []}
    for part in mail.walk():
        if not part.is_multipart():
            read_part(part, said)
    return said


def main():
    while True:
        question, raw = framing.get_message(sys.stdin.buffer)
        if question is None:
            return
        framing.put_message(sys.stdout.buffer, read_mail(raw))


if __name__ == "__main__":
    main()
