"""Hostile and broken mail, one office, one run: each attack is followed by an honest answer of a
member of its own, which has to be handled as if nothing had been.

The rows are those of tests/attacks.tsv; what is not a mail that comes in is tested elsewhere.
"""
import base64
import json
import types
from email.header import Header

import pytest

from conftest import Office
from rig import replies
from rig.replies import calendar, event, mail, multipart, part, text_part
from scene import SECRETARY, Scene, at, clock, make_event, make_ics, make_pdf, one_line, text_of

ATTACKS = []
EVIL = "angripare@evil.example"
NOT_UNDERSTOOD, BROKEN = "recorded not-understood", "broken broken-limit"
HELD, WRONG = "held answer-not-vouched", "ignored answer-wrong-sender"
APPLIED = "applied answer-applied"


def attack(row, *outcomes):
    """outcomes: "outcome reason" of each mail that the function gives, None for any."""
    def keep(make):
        ATTACKS.append(types.SimpleNamespace(row=row, name=make.__name__, make=make,
                                             outcomes=outcomes, number=len(ATTACKS)))
        return make
    return keep


class Target:
    """Whom an attack is about; nobody else's mail comes from here."""

    def __init__(self, number, uid):
        self.address, self.honest = f"offer{number}@utskott.example", f"arlig{number}@utskott.example"
        self.uid = uid

    def ics(self, partstat="DECLINED", attendees=None, method="REPLY", dtstamp="20260908T100000Z",
            sequence=1):
        lines = attendees or [(f"PARTSTAT={partstat}", self.address)]
        return calendar(event(self.uid, lines, sequence=sequence, dtstamp=dtstamp), method=method)

    def reply(self, sender=None, vouched=True, headers=(), **about):
        return mail(sender or self.address, part(self.ics(**about)), vouched, headers=headers)


def with_head(raw, line):
    """line on top of all."""
    return line.encode() + b"\r\n" + raw


def with_from(raw, value):
    head, gap, body = raw.partition(b"\r\n\r\n")
    lines = [b"From: " + value if line.startswith(b"From: ") else line for line in head.split(b"\r\n")]
    return b"\r\n".join(lines) + gap + body


def plain(sender, subject, content, kind="text/plain; charset=utf-8", encoding="8bit"):
    return mail(sender, part(content, kind, encoding=encoding), subject=subject)


# -- who it is from


@attack("A1", HELD, HELD)
def an_answer_in_a_members_name_that_nobody_vouches_for(t):
    return [t.reply(vouched=False), t.reply(vouched=None)]


@attack("A2", HELD, HELD, HELD, HELD)
def a_verdict_of_the_attackers_own(t):
    good = replies.verdict(t.address).rstrip()
    foreign = good.replace(replies.AUTHSERV, "mx.evil.example")
    return [t.reply(vouched=False, headers=[good]), t.reply(vouched=False, headers=[good, good]),
            t.reply(vouched=None, headers=[foreign]), with_head(t.reply(vouched=False), foreign)]


@attack("A3", WRONG)
def a_members_address_as_the_name_shown(t):
    return [with_from(t.reply(EVIL), f'"{t.address}" <{EVIL}>'.encode())]


@attack("A4", WRONG, WRONG, WRONG)
def letters_that_only_look_like_a_members(t):
    twin = t.address.replace("utskott", "utsk\u043ett")
    puny = twin.split("@")[0] + "@" + twin.split("@")[1].encode("idna").decode()
    bidi = Header("Anna \u202egpj.exe", "utf-8").encode()
    return [with_from(t.reply(puny), twin.encode()), t.reply(puny),
            with_from(t.reply(EVIL), f"{bidi} <{EVIL}>".encode())]


@attack("A3", HELD)
def a_member_whose_name_shows_another_address_that_waits(t):
    return [with_from(t.reply(vouched=False), f'"\u202egro.example@ordforande" <{t.address}>'.encode())]


@attack("A5", WRONG, WRONG)
def two_authors(t):
    return [t.reply(headers=[f"From: {EVIL}"]),
            with_from(t.reply(), f"{t.address}, {EVIL}".encode())]


@attack("A6", WRONG, APPLIED)
def an_answer_for_somebody_else(t):
    both = [("PARTSTAT=DECLINED", t.honest), ("PARTSTAT=ACCEPTED", t.address)]
    return [t.reply(sender=EVIL), t.reply(attendees=both)]


@attack("A7", "recorded answer-uninvited")
def a_guest_whom_nobody_has_asked(t):
    return [t.reply(sender=EVIL, attendees=[("PARTSTAT=ACCEPTED", EVIL)])]


@attack("A8", APPLIED, "ignored answer-same", "ignored answer-stale")
def an_old_answer_sent_again(t):
    return [t.reply(partstat="ACCEPTED"), t.reply(partstat="ACCEPTED"),
            t.reply(dtstamp="20260908T090000Z")]


@attack("A9", "ignored itip-not-reply", "ignored itip-not-reply")
def the_organiser_is_somebody_else_now(t):
    return [t.reply(sender=EVIL, method="CANCEL"), t.reply(sender=EVIL, method="REQUEST")]


# -- how it is built


@attack("A13", None, None, None)
def line_ends_that_are_none(t):
    head = f"From: {t.address}\r\nSubject: rader\r\n\r\n".encode()
    return [head + b"a\n.\nMAIL FROM:<x@evil.example>\n", head + b"a\r.\rQUIT\r", head + b"\n.\r\n"]


def nested(depth):
    return (b"From: x@evil.example\r\nSubject: djupt\r\nMIME-Version: 1.0\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth)) +
        b"Content-Type: text/plain\r\n\r\nhej\r\n")


def messages_in_messages(depth):
    return b"From: x@evil.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"hej\r\n"


@attack("A16", NOT_UNDERSTOOD, BROKEN, BROKEN, BROKEN, BROKEN)
# F3
def nestings(t):
    return [nested(98), nested(101), nested(20_000), nested(100_000), messages_in_messages(100_000)]


@attack("A16", NOT_UNDERSTOOD, BROKEN)
def parts(t):
    return [plain_parts(900), plain_parts(10_001)]


def plain_parts(count):
    return mail(EVIL, multipart(*[text_part("x")] * count), subject="delar")


@attack("A16", None, None, None)
def a_million_comments_recipients_without_end_and_a_line_of_thirty_mebibytes(t):
    many = ",".join(f"m{n}@x.example" for n in range(200_000)).encode()
    return [b"From: x@evil.example\r\nSubject: k\r\nTo: " + b"(" * 1_000_000 + b"\r\n\r\nhej\r\n",
            b"From: x@evil.example\r\nSubject: m\r\nTo: " + many + b"\r\n\r\nhej\r\n",
            b"From: x@evil.example\r\nSubject: rad\r\n\r\n" + b"x" * (30 << 20) + b"\r\n"]


@attack("A17", BROKEN, BROKEN, BROKEN)
# F4
def calendars_without_end(t):
    slow = make_event("x", at(5)).replace(
        "END:VEVENT", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT")
    many = make_ics(*[make_event("x", at(5))] * 11_000, method="REQUEST")
    dates = make_event("x", at(5)).replace(
        "END:VEVENT", "\n".join(["EXDATE:99990101T000000Z"] * 50_000) + "\nEND:VEVENT")
    return [mail(EVIL, part(make_ics(slow, method="REQUEST"))), mail(EVIL, part(many)),
            mail(EVIL, part(make_ics(dates, method="REQUEST")))]


NAMES = ["../../etc/passwd.pdf", "/etc/cron.d/x.pdf", "C:\\Windows\\x.pdf", "a\x00b.pdf", "CON.pdf",
         "-rf.pdf", "\u202efdp.exe.pdf", "å" * 150 + ".pdf", ".. .pdf", "a\r\nBcc: x@evil.example.pdf"]


@attack("A19", "applied minutes-accepted")
def names_that_lead_elsewhere(t):
    files = [b"Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*=utf-8''" +
             "".join(f"%{b:02X}" for b in name.encode()).encode() +
             b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
             base64.encodebytes(make_pdf(ascii(name))).replace(b"\n", b"\r\n") for name in NAMES]
    return [mail(SECRETARY[1], multipart(text_part("Protokoll"), *files), subject=f"[{t.code}]")]


# -- what it says


INJECTIONS = ["'); DROP TABLE incoming;--", "{{{x}}}{{> footer}}{{#a}}", "%n%n%s%x", "\x1b[31mröd\x1b]0;x\x07",
              "a\r\nBcc: x@evil.example\r\n\r\nny text", "=HYPERLINK(\"http://evil.example\")", "\u202e\u2066abc"]


@attack("A26", *[NOT_UNDERSTOOD] * len(INJECTIONS))
def subjects_that_are_a_program_elsewhere(t):
    return [plain(t.address, Header(one, "utf-8").encode().replace("\n", "\r\n"), one.encode())
            for one in INJECTIONS]


SWEDISH = "Räksmörgås på ön, så klart – Åke"
CHARSETS = [
    ("utf-7", SWEDISH.encode("utf-7"), True), ("iso-2022-jp", "会議 OK".encode("iso-2022-jp"), False),
    ("iso-8859-1", SWEDISH.encode("cp1252"), True), ("utf-8", SWEDISH.encode("cp1252"), True),
    ("us-ascii", SWEDISH.encode(), True), ("utf-8", b"\xc0\xae\xc0\xae/\xed\xa0\x80\xf8\x88\x80\x80\x80", False),
    ("utf-16", b"\xff\xfe\x00\xd8\x00\xd8", False), ("x-finns-inte", SWEDISH.encode(), True),
    ("utf-8\x00", b"\x00\x01", False)]


@attack("A30", *[NOT_UNDERSTOOD] * len(CHARSETS))
def letters_of_another_alphabet_than_they_say(t):
    return [plain(t.address, f"teckenkod {n}", base64.encodebytes(content).replace(b"\n", b"\r\n"),
                  f"text/plain; charset={charset}", "x") .replace(b"Encoding: x", b"Encoding: base64")
            for n, (charset, content, _) in enumerate(CHARSETS)]


# -- the story


def play(office):
    story = types.SimpleNamespace(scene=Scene(office), mails={}, honest={})
    s = story.scene
    targets = [Target(a.number, None) for a in ATTACKS]
    s.configure([t.address for t in targets] + [t.honest for t in targets])
    s.put("kallelse", at(5), description="Avgörande fråga: ja")
    s.put("protokoll", at(0, 12), secretary=SECRETARY)
    s.run()
    codes = {row["source_uid"]: row for row in s.rows("meetings")}
    for t in targets:
        t.uid, t.code = codes["kallelse"]["uid"], codes["protokoll"]["code"]
    story.told = len(s.rig.deliveries())
    for one, t in zip(ATTACKS, targets):
        story.mails[one.name] = one.make(t)
        story.honest[one.name] = mail(t.honest, part(calendar(event(
            t.uid, [("PARTSTAT=ACCEPTED", t.honest)], sequence=1), method="REPLY")))
        for raw in [*story.mails[one.name], story.honest[one.name]]:
            s.rig.deliver_lmtp(s.mailbox, raw)
    s.run(clock(1, 13))
    story.rows = s.rows("incoming")
    story.answers = {a["attendee"]: a["partstat"] for a in s.rows("answers") if a["counts"]}
    return story


@pytest.fixture(scope="module")
def story(servers, tmp_path_factory):
    servers.reset()
    return play(Office(servers, tmp_path_factory.mktemp("attacks")))


def rows_of(story):
    """Registered rows in the order in which the mails were put there, by attack."""
    rows, found = iter(story.rows), {}
    for one in ATTACKS:
        found[one.name] = [next(rows) for _ in story.mails[one.name]], next(rows)
    assert next(rows, None) is None
    return found


@pytest.mark.parametrize("one", ATTACKS, ids=lambda a: f"{a.row}-{a.name}")
def test_each_ends_in_its_outcome_and_the_mail_after_it_is_handled(story, one):
    mine, after = rows_of(story)[one.name]
    for row, expected in zip(mine, one.outcomes, strict=True):
        assert expected in (None, f"{row['outcome']} {row['reason']}")
        assert row["state"] in ("done", "held", "broken")
    assert after["reason"] == "answer-applied"
    assert story.answers[Target(one.number, None).honest] == "ACCEPTED"
    assert story.answers.get(Target(one.number, None).address) in (
        (None,) if one.row in ("A1", "A2", "A3", "A4", "A5") else (None, "ACCEPTED"))


def test_nothing_goes_out_but_to_members_secretary_and_coordinator(story):
    s = story.scene
    known = set(s.members) | {SECRETARY[1], s.coordinator}
    went = s.rig.deliveries()[story.told:]
    assert went and {d.recipient for d in went} <= known
    # Nobody is answered who only claimed something.
    assert {d.recipient for d in went if d.recipient.startswith("offer")} == {
        d.recipient.replace("arlig", "offer") for d in went if d.recipient.startswith("arlig")}


def test_what_looks_like_somebody_else_is_flagged(story):
    """A3, A4"""
    (named,), _ = rows_of(story)["a_members_address_as_the_name_shown"]
    assert "address-in-name" in named["flags"] and EVIL in named["from"]
    (raw, puny, bidi), _ = rows_of(story)["letters_that_only_look_like_a_members"]
    assert "suspicious-from" in raw["flags"] and "suspicious-from" in puny["flags"]
    assert "bidi-in-name" in bidi["flags"]
    (waits,), _ = rows_of(story)["a_member_whose_name_shows_another_address_that_waits"]
    [notice] = [one_line(text_of(n)) for n in story.scene.letters(story.scene.coordinator, "held-notice")
                if waits["from"] in text_of(n)]
    assert "\u202e" not in notice, ascii(notice)
    assert "ser ut som en annan adress" in notice and "osynliga tecken" in notice


def test_files_keep_to_the_store_and_get_harmless_names(story):
    """A19"""
    [minutes] = story.scene.rows("minutes")
    names = [f["name"] for f in minutes["files"]]
    assert len(names) == len(NAMES)
    for name in names:
        assert not any(c in name for c in "/\\\r\n\x00\u202e") and not name.startswith(("-", "."))
        assert len(name.encode()) <= 255 and name.upper() != "CON.PDF"
    kept = sorted(p.name for p in story.scene.office.state.rglob("*") if p.is_file())
    assert not any("passwd" in name or "cron" in name for name in kept)


def test_data_stays_data(story):
    """A26"""
    rows, _ = rows_of(story)["subjects_that_are_a_program_elsewhere"]
    assert [r["subject"] for r in rows][:3] == INJECTIONS[:3]
    for words in (["status"], *(["explain", r["register"]] for r in rows)):
        shown = story.scene.office.utskick(*words, check=None).stdout
        assert not any(c in shown for c in "\x1b\x07\r\u202e\u2066")
        if words[0] == "explain":
            assert len([line for line in shown.splitlines() if line.startswith("Bcc:")]) == 0


def test_text_is_valid_and_swedish_is_read_whatever_it_is_called(story):
    """A30"""
    rows, _ = rows_of(story)["letters_of_another_alphabet_than_they_say"]
    for row, (charset, _, is_swedish) in zip(rows, CHARSETS, strict=True):
        json.dumps(row).encode()
        assert not is_swedish or row["text"].strip() == SWEDISH, charset


def test_the_coordinator_is_told_what_waits_and_not_more(story):
    s = story.scene
    held = [row for row in story.rows if row["state"] == "held"]
    notices = s.letters(s.coordinator, "held-notice")
    assert 1 <= len(notices) <= len(held)
