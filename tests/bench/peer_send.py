"""So many mails of 12 KB by email and smtplib, one after the other."""
import email.message
import email.utils
import smtplib
import sys

TEXT = "Trygghetsråd i Skäggetorp, kallelse och dagordning, text.\n" * 100


def mail_to(address):
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "office@bench.example", address, "Kallelse"
    mail["Message-ID"] = email.utils.make_msgid(domain="bench.example")
    mail.set_content(TEXT)
    mail.add_alternative(f"<html><body><p>{TEXT}</p></body></html>", subtype="html", cte="quoted-printable")
    return mail


def main():
    with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as smtp:
        for i in range(int(sys.argv[2])):
            smtp.send_message(mail_to(f"user{i:05}@dest.example"))


if __name__ == "__main__":
    main()
