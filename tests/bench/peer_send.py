"""So many invitations of 12 KB over one connection, as an office's script has them: a loop over a
list of members with smtplib, nothing written down.

    peer_send.py built PORT COUNT   each mail is made in the loop: a text, an HTML page with the
                                    agenda, an iCalendar REQUEST that names its one attendee, by
                                    email.message and icalendar, filled in for this member
    peer_send.py ready PORT COUNT   the same mails, made before the clock starts, which it says by
                                    a line READY; then it waits for a line

A mail is as large as the deliveries that are prepared for dispatch."""
import datetime
import email.headerregistry
import email.message
import email.policy
import email.utils
import smtplib
import sys

import icalendar

OFFICE = "office@bench.example"
START = datetime.datetime(2026, 9, 14, 16, 0, tzinfo=datetime.timezone.utc)
POINTS = [(f"Punkt {n}", f"Trygghetsråd i Skäggetorp, fråga {n} på dagordningen",
           "Föredragning av säkerhetsenheten, frågor från ledamöterna och åtgärder att följa upp, "
           "med förslag till beslut.") for n in range(1, 13)]
TEXT = ("Hej {name}!\n\nDu är välkommen till Trygghetsråd Skäggetorp den {when}.\nDin kod: {code}\n\n"
        + "".join(f"{n}  {title}\n    {what}\n" for n, title, what in POINTS)
        + "\nMed vänlig hälsning\nKommunkansliet\n")
CELL = '<td style="font-family:sans-serif;font-size:11pt;color:#333333">'
HTML = ("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Inbjudan</title></head>\n<body>\n"
        "<p>Hej {name}!</p>\n<p>Du är välkommen till <b>Trygghetsråd Skäggetorp</b> den {when}.<br>"
        "Din kod: {code}</p>\n<table border=\"1\" cellpadding=\"4\" cellspacing=\"0\">\n"
        + "".join(f'<tr style="vertical-align:top">\n{CELL}{n}</td>\n{CELL}<b>{title}</b><br>\n{what}</td>\n'
                  f'{CELL}<a href="https://utskott.example/{{code}}/{n[6:]}">handlingar</a></td></tr>\n'
                  for n, title, what in POINTS)
        + "</table>\n<p>Med vänlig hälsning<br>Kommunkansliet</p>\n</body></html>\n")


def calendar_for(name, address, code):
    event = icalendar.Event()
    for field, value in (("uid", f"{code}@bench.example"), ("sequence", 0), ("dtstamp", START),
                         ("dtstart", START), ("dtend", START + datetime.timedelta(hours=2)),
                         ("summary", "Trygghetsråd Skäggetorp"), ("location", "Folkets hus")):
        event.add(field, value)
    event.add("organizer", f"mailto:{OFFICE}")
    attendee = icalendar.vCalAddress(f"mailto:{address}")
    for key, value in (("CN", name), ("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"),
                       ("RSVP", "TRUE")):
        attendee.params[key] = icalendar.vText(value)
    event.add("attendee", attendee, encode=0)
    calendar = icalendar.Calendar()
    for field, value in (("prodid", "-//Kommunen//Utskick//SV"), ("version", "2.0"),
                         ("method", "REQUEST")):
        calendar.add(field, value)
    calendar.add_component(event)
    return calendar.to_ical().decode()


def mail_to(number):
    name, address, code = f"Åsa Öberg {number}", f"user{number:05}@dest.example", f"{number:016x}"
    words = {"name": name, "when": "14 september kl. 18.00", "code": code}
    mail = email.message.EmailMessage()
    mail["From"], mail["Subject"] = f"Kommunkansliet <{OFFICE}>", "Inbjudan: Trygghetsråd Skäggetorp"
    mail["To"] = email.headerregistry.Address(name, addr_spec=address)
    mail["Date"] = email.utils.formatdate()
    mail["Message-ID"] = f"<{code}@bench.example>"
    mail.set_content(TEXT.format(**words))
    mail.add_alternative(HTML.format(**words), subtype="html")
    mail.add_alternative(calendar_for(name, address, code), subtype="calendar",
                         params={"method": "REQUEST"})
    return mail


def send_built(smtp, count):
    for number in range(count):
        smtp.send_message(mail_to(number))


def send_ready(smtp, count):
    mails = [mail_to(number).as_bytes(policy=email.policy.SMTP) for number in range(200)]
    print("READY", flush=True)
    sys.stdin.readline()
    for number in range(count):
        smtp.sendmail(OFFICE, [f"user{number:05}@dest.example"], mails[number % len(mails)])


def main():
    how, port, count = sys.argv[1:]
    with smtplib.SMTP("127.0.0.1", int(port)) as smtp:
        {"built": send_built, "ready": send_ready}[how](smtp, int(count))


if __name__ == "__main__":
    main()
