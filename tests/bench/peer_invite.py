"""What one would write in an afternoon: an invitation to each of many by icalendar and smtplib."""
import json
import smtplib
import ssl
import sys
from email.message import EmailMessage

import icalendar

TEXT = """Hej {name}!

Välkommen till {summary} den {start:%d/%m kl. %H:%M}. Plats: {where}.
"""


def invitation_for(event, name, address, sender):
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Kommunen//Utskick//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    own = icalendar.Event()
    for field in ("uid", "dtstamp", "dtstart", "dtend", "summary", "location"):
        own.add(field, event.decoded(field) if field.startswith("dt") else str(event[field]))
    own.add("organizer", f"mailto:{sender}")
    attendee = icalendar.vCalAddress(f"mailto:{address}")
    attendee.params["CN"] = name
    own.add("attendee", attendee)
    calendar.add_component(own)
    return calendar.to_ical()


def mail_to(event, name, address, sender):
    words = {"name": name, "summary": event["SUMMARY"], "start": event.decoded("DTSTART"),
             "where": event["LOCATION"]}
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, f"{name} <{address}>", f"Inbjudan: {event['SUMMARY']}"
    mail.set_content(TEXT.format(**words))
    mail.add_alternative(f"<html><body><p>{TEXT.format(**words)}</p></body></html>", subtype="html")
    mail.add_alternative(invitation_for(event, name, address, sender), maintype="text",
                         subtype="calendar", params={"method": "REQUEST"})
    return mail


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        job = json.load(f)
    with open(job["calendar"], "rb") as f:
        event = icalendar.Calendar.from_ical(f.read()).walk("VEVENT")[0]
    with smtplib.SMTP_SSL("localhost", job["port"],
                          context=ssl.create_default_context(cafile=job["ca"])) as smtp:
        smtp.login(job["user"], job["password"])
        for name, address in job["members"]:
            smtp.send_message(mail_to(event, name, address, job["user"]), job["user"], [address])


if __name__ == "__main__":
    main()
