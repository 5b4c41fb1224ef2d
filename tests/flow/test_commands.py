"""The coordinator decides by mail: ja, nej, a number; and nobody else does."""
import email.policy

import pytest

from scene import (SECRETARY, Scene, at, clock, files_of, make_mail, make_pdf, minutes_later,
                   one_line, text_of)

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
STRANGER = "kalle@linkoping.example"
AFTER = clock(1)


def quoted(notice):
    """As Outlook sets it below the answer."""
    return (f"\n________________________________\nFrån: {notice['From']}\n"
            f"Skickat: den {notice['Date']}\nTill: {notice['To']}\nÄmne: {notice['Subject']}\n\n"
            f"{text_of(notice)}")


def answer_to(notice, text, sender, mailbox, token=True, code=True, **how):
    subject = notice["Subject"] if code else notice["Subject"].rpartition(" [")[0]
    return make_mail(sender, mailbox, f"SV: {subject}", f"{text}\n{quoted(notice)}",
                     in_reply_to=notice["Message-ID"] if token else None, **how)


class Desk(Scene):
    """Strangers hand in minutes; the coordinator answers notices."""

    def minutes_from(self, sender, subject, text="Se bilagan.\n"):
        self.send(sender, self.minutes_mail(sender, subject, make_pdf(subject), text=text))

    def notice(self):
        return self.letters(self.coordinator, "held-notice")[-1]

    def says(self, text, notice=None, sender=None, **how):
        sender = sender or self.coordinator
        mail = answer_to(notice or self.notice(), text, sender, self.mailbox, **how)
        self.send(sender, mail)
        return mail

    def told(self):
        """What came back last, as one line."""
        return one_line(text_of(self.letters(self.coordinator, "command-answer")[-1]))

    def answers(self):
        return len(self.letters(self.coordinator, "command-answer"))

    def commands(self):
        return [(row["outcome"], row["reason"]) for row in self.incoming() if row["class"] == "command"]

    def waiting(self):
        return len(self.office.json("held"))

    def sent_on(self):
        return [name for mail in self.letters(ANNA, "minutes") for name in files_of(mail)]


@pytest.fixture
def desk(office):
    s = Desk(office, [ANNA, BERIT])
    s.rig.add_users([STRANGER])
    s.put("ryd-1", at(0), secretary=SECRETARY)
    return s


def test_a_yes_releases_is_told_back_in_the_thread_and_counts_once(desk):
    desk.minutes_from(STRANGER, "Protokoll [RYD-2026-09-07]")
    desk.run(AFTER)
    notice = desk.notice()
    assert "[H1-" in notice["Subject"] and "svara på det här mejlet" in one_line(text_of(notice))
    said = desk.says("Hej!\n\nJa tack\n\nMvh\nMaria\n", notice)
    desk.run(AFTER)
    assert desk.sent_on() == ["Protokoll.pdf"] and desk.waiting() == 0
    assert "» Ja tack Protokollet är skickat till utskotten." in desk.told()
    back = desk.letters(desk.coordinator, "command-answer")[-1]
    assert back["In-Reply-To"] == said["Message-ID"]
    assert back["Auto-Submitted"] == "auto-replied"
    assert desk.commands() == [("applied", "command-taken")]

    # The very same mail once more: nothing, not even a word.
    desk.rig.send(desk.coordinator, said, [desk.mailbox])
    desk.rig.wait_until_delivered()
    desk.run(AFTER)
    assert desk.commands()[-1] == ("ignored", "command-replay") and desk.answers() == 1

    # A second thought comes too late, and she hears so.
    desk.says("nej", notice)
    desk.run(AFTER)
    assert "Det avgjordes redan" in desk.told() and "ja. Inget mer görs" in desk.told()
    assert desk.sent_on() == ["Protokoll.pdf"]


def test_a_no_an_unknown_word_and_a_choice(desk):
    desk.put("ryd-0", at(-3), secretary=SECRETARY)
    desk.minutes_from(STRANGER, "Protokoll [RYD-2026-09-07]")
    desk.run(AFTER)
    refused = desk.notice()

    # What is no answer is asked again, once a day.
    for text in ("Vad är det här för något?", "ja men vänta till fredag"):
        desk.says(text, refused)
        desk.run(AFTER)
    assert desk.answers() == 1 and "Det gick inte att förstå. Skriv ja eller nej." in desk.told()
    assert [reason for _, reason in desk.commands()] == ["command-unknown"] * 2
    desk.says("hm", refused)
    desk.run(clock(2))
    assert desk.answers() == 2 and desk.waiting() == 1

    # The code in the subject alone will do as well.
    desk.says("NEJ", refused, token=False)
    desk.run(clock(2))
    assert "» NEJ Protokollet skickas inte vidare." in desk.told()
    assert desk.waiting() == 0 and desk.sent_on() == []
    assert [r["outcome"] for r in desk.incoming(reason="held-refused")] == ["ignored"]

    # Two meetings fit: the notice lists them, the number chooses.
    desk.minutes_from(SECRETARY[1], "Hej")
    desk.run(clock(2))
    chosen = desk.notice()
    text = one_line(text_of(chosen))
    assert "1 Trygghetsråd Ryd, fredag 4 september 2026 [RYD-2026-09-04]" in text
    assert "2 Trygghetsråd Ryd, måndag 7 september 2026 [RYD-2026-09-07]" in text
    for wrong, why in (("ja", "Svara med mötets nummer."), ("7", "Det finns inget alternativ 7.")):
        desk.says(wrong, chosen)
        desk.run(clock(3 if wrong == "ja" else 4))
        assert why in desk.told()
    desk.says("2", chosen)
    desk.run(clock(4))
    assert desk.sent_on() == ["Protokoll.pdf"]
    assert "[RYD-2026-09-07]" in desk.only(ANNA, "minutes")["Subject"]


def test_nobody_else_decides_whatever_he_quotes(desk):
    desk.minutes_from(STRANGER, "Protokoll [RYD-2026-09-07]")
    desk.run(AFTER)
    notice = desk.notice()
    # Somebody whom the server vouches for, with the token and the code.
    desk.says("ja", notice, sender=STRANGER)
    # Her address in From, and no server that vouches for it (A1); her name on another (A3).
    forged = answer_to(notice, "ja", desk.coordinator, desk.mailbox)
    named = answer_to(notice, "ja", f'"{desk.coordinator}" <{STRANGER}>', desk.mailbox)
    two = answer_to(notice, "ja", desk.coordinator, desk.mailbox).as_bytes(
        policy=email.policy.SMTP).replace(b"From:", b"From: x@evil.example\r\nFrom:", 1)
    lying = b"Authentication-Results: mx.evil.example; dmarc=pass header.from=linkoping.example\r\n"
    for raw in (forged.as_bytes(), named.as_bytes(), two, lying + forged.as_bytes()):
        desk.rig.deliver_lmtp(desk.mailbox, raw)
    desk.run(AFTER)
    assert desk.waiting() == 1 and desk.sent_on() == []
    assert {outcome for outcome, _ in desk.commands()} == {"ignored"}
    assert sorted({reason for _, reason in desk.commands()}) == ["command-no-role", "command-not-vouched"]
    # She hears once that somebody wrote in her name; the others hear nothing.
    assert desk.answers() == 1 and "går i god för" in desk.told()
    assert desk.letters(STRANGER, "command-answer") == []

    # A vouched one of hers without token and code is no answer to anything.
    desk.says("ja", notice, token=False, code=False)
    desk.run(minutes_later(60 * 24 + 5))
    assert desk.waiting() == 1


def test_a_policy_may_forbid_it_and_minutes_in_reply_to_a_notice_are_minutes(desk):
    desk.configure([ANNA, BERIT], {"trust": {"policy": {"coordinator": {"command": "never"}}}})
    desk.minutes_from(STRANGER, "Protokoll [RYD-2026-09-07]")
    desk.run(AFTER)
    desk.says("ja")
    desk.run(AFTER)
    assert desk.commands() == [("ignored", "command-no-role")] and desk.waiting() == 1
    notice = desk.notice()
    mail = answer_to(notice, "Här är det rätta protokollet.", desk.coordinator, desk.mailbox,
                     files=[("Ryd.pdf", "application/pdf", make_pdf("rätt"))])
    desk.send(desk.coordinator, mail)
    desk.run(AFTER)
    assert desk.sent_on() == ["Ryd.pdf"]
