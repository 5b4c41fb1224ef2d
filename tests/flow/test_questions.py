"""A member asks, the contact answers: one thread, in our words, and no loop."""
import pytest

from scene import Scene, at, clock, make_mail, minutes_later, one_line, text_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
UNIT = "sakerhetsenheten@linkoping.example"
TOMAS = "tomas.akerlund@linkoping.example"
DIRECTORY = [("anna", "Anna Ek", ANNA), ("berit", "Berit Dahl", BERIT)]


@pytest.fixture
def scene(office):
    s = Scene(office, DIRECTORY)
    s.rig.add_users([UNIT, TOMAS])
    s.put("ryd-1", at(5))
    s.run()
    s.minute = 0
    return s


def later(s, days=0):
    """A minute behind the last run."""
    s.minute += 1
    return minutes_later(s.minute) if not days else clock(days, 8, 30)


def reply(s, sender, text, to=None, subject=None, files=(), **headers):
    """An answer to the newest mail of ours in the sender's mailbox, registered; its mail."""
    sent = to or s.letters(sender, "invitation", "question", "question-answer", "question-reminder")[-1]
    mail = make_mail(sender, s.mailbox, subject or f"SV: {sent['Subject']}", text, files,
                     in_reply_to=sent["Message-ID"], headers=headers)
    s.send(sender, mail)
    return mail


def last_reason(s):
    return s.rows("incoming")[-1]["reason"]


def open_questions(s):
    return s.office.json("questions")


def test_a_question_goes_to_the_contact_and_the_answer_back_in_its_thread(scene):
    s = scene
    asked = reply(s, ANNA, "Hej!\n\nVarför är lampan vid skolan släckt?\n> citat\n\nMvh\nAnna\n")
    s.run(later(s))
    [question] = s.letters(UNIT, "question")
    text = text_of(question)
    assert question["Subject"] == "Fråga från Anna Ek: Trygghetsråd Ryd, lördag 12 september 2026 [RYD-2026-09-12]"
    assert "> Varför är lampan vid skolan släckt?" in text and ANNA in text and "citat" not in text
    assert question["References"] == question["In-Reply-To"] == asked["Message-ID"]
    assert question["Auto-Submitted"] == "auto-generated"
    [row] = open_questions(s)
    assert (row["from"], row["contact"], row["meeting"]) == (ANNA, UNIT, "RYD-2026-09-12")
    assert last_reason(s) == "question-forwarded" and s.lying("Hanterat")
    assert [q["id"] for q in s.office.json("status", check=0)["questions"]] == [row["id"]]

    # The unit's person answers from an address of his own.
    answered = reply(s, TOMAS, "Den lagas på torsdag.\n", to=question)
    s.run(later(s))
    back = s.only(ANNA, "question-answer")
    assert "> Den lagas på torsdag." in text_of(back)
    assert back["In-Reply-To"] == asked["Message-ID"]
    assert back["References"].split() == [answered["Message-ID"], asked["Message-ID"]]
    assert back["Subject"].startswith("SV: Inbjudan:") and TOMAS not in back["From"]
    assert open_questions(s) == []

    # She goes on: the same question is open again.
    reply(s, ANNA, "Tack! Vem betalar?\n", to=back)
    s.run(later(s))
    more = s.letters(UNIT, "question")[-1]
    assert more["Subject"].startswith("Mer om frågan från Anna Ek")
    assert answered["Message-ID"] in more["References"]
    assert [q["id"] for q in open_questions(s)] == [row["id"]]

    # A word of thanks opens nothing.
    reply(s, UNIT, "Kommunen.\n", to=more)
    s.run(later(s))
    reply(s, ANNA, "Tack!\n")
    s.run(later(s))
    assert open_questions(s) == [] and last_reason(s) == "person-reply"
    explained = s.office.utskick("explain", s.rows("incoming")[-2]["register"]).stdout
    assert "passed on to who asked" in one_line(explained)


NO_QUESTION = [
    ("Jag kommer.\n", "person-reply"),
    ("Kan tyvärr inte.\n", "person-reply"),
    ("Tack för informationen!\n", "person-reply"),
    ("Jag kommer. Var ska man parkera?\n", "reply-mixed"),
    ("Varför?\n" + "Ord i en lång text. " * 1000, "question-too-long"),
]


def test_what_is_no_plain_question_stays_unread_for_the_coordinator(scene):
    mails = [reply(scene, ANNA, text, subject=f"SV: {n}") for n, (text, _) in enumerate(NO_QUESTION)]
    scene.run(later(scene))
    assert [row["reason"] for row in scene.rows("incoming")] == [reason for _, reason in NO_QUESTION]
    assert scene.letters(UNIT, "question") == [] and open_questions(scene) == []
    assert all("\\Seen" not in scene.lying()[mail["Subject"]] for mail in mails)


# A25
def test_only_our_text_goes_on_and_files_are_named(scene):
    html = ('<p>Varför?</p><img src="https://spar.example/x.gif"><form action="https://x.example">'
            '<a href="https://falsk.example/">logga in</a></form>')
    sent = scene.only(ANNA, "invitation")
    mail = make_mail(ANNA, scene.mailbox, f"SV: {sent['Subject']}", "Varför är det så? \u202e\x07\n",
                     [("lampan.jpg", "image/jpeg", b"\xff\xd8" + bytes(30000))],
                     in_reply_to=sent["Message-ID"])
    mail.get_body(("plain",)).add_alternative(html, subtype="html")
    scene.send(ANNA, mail)
    scene.run(later(scene))
    [question] = scene.letters(UNIT, "question")
    assert "lampan.jpg" in text_of(question)
    whole = scene.raw(UNIT, "question")[0].decode("utf-8", "replace")
    assert all(word not in whole for word in ("spar.example", "falsk.example", "<img", "\u202e"))
    assert [part.get_filename() for part in question.walk() if part.get_filename()] == []
    # A person may want to pass the picture on.
    assert "\\Seen" not in scene.lying()[mail["Subject"]]


# A29
def test_a_personal_number_waits_for_the_coordinators_yes(scene):
    reply(scene, ANNA, "Vem är 811228-9874 som var med?\n")
    scene.run(later(scene))
    assert last_reason(scene) == "personal-number" and scene.letters(UNIT, "question") == []
    notice = text_of(scene.only(scene.coordinator, "held-notice"))
    assert "personnummer" in notice and "811228" not in notice
    scene.office.utskick("release", scene.held_number())
    scene.run(later(scene))
    assert "811228-9874" in text_of(scene.only(UNIT, "question"))

    question = scene.only(UNIT, "question")
    reply(scene, UNIT, "Han heter 19811228-9874.\n", to=question)
    scene.run(later(scene))
    scene.office.utskick("refuse", scene.held_number())
    scene.run(later(scene))
    assert scene.letters(ANNA, "question-answer") == [] and len(open_questions(scene)) == 1


def test_who_is_not_vouched_for_or_not_asked_is_held(scene):
    reply(scene, ANNA, "Varför är lampan släckt?\n")
    scene.run(later(scene))
    question = scene.only(UNIT, "question")
    forged = make_mail(UNIT, scene.mailbox, "SV: Fråga", "Ett falskt svar.\n", in_reply_to=question["Message-ID"])
    scene.send(BERIT, forged)
    scene.run(later(scene))
    assert last_reason(scene) == "question-not-vouched"
    scene.rig.add_users(["kollega@linkoping.example"])
    reply(scene, "kollega@linkoping.example", "Jag svarar för Tomas.\n", to=question)
    scene.run(later(scene))
    assert last_reason(scene) == "question-other-answers"
    assert scene.letters(ANNA, "question-answer") == []
    scene.office.utskick("release", scene.held_number())
    scene.run(later(scene))
    assert "> Jag svarar för Tomas." in text_of(scene.only(ANNA, "question-answer"))


def test_the_contact_is_reminded_once_and_the_question_can_be_closed(scene):
    reply(scene, ANNA, "Varför är lampan släckt?\n")
    scene.run(later(scene))
    scene.run(clock(4, 9))
    assert scene.letters(UNIT, "question-reminder") == []
    scene.run(clock(5, 9))
    scene.run(clock(9, 9))
    reminder = scene.only(UNIT, "question-reminder")
    assert "> Varför är lampan släckt?" in text_of(reminder)
    assert reminder["In-Reply-To"] == scene.only(UNIT, "question")["Message-ID"]
    [row] = open_questions(scene)
    assert scene.office.utskick("status", check=1).returncode == 1
    assert f"Question {row['id']} is closed" in scene.office.utskick("close", str(row["id"])).stdout
    assert open_questions(scene) == []
    assert scene.office.utskick("close", str(row["id"]), check=1).returncode == 1
    # An answer that comes all the same goes to the asker.
    reply(scene, UNIT, "Nu är den lagad.\n", to=reminder)
    scene.run(clock(10, 9))
    assert "> Nu är den lagad." in text_of(scene.only(ANNA, "question-answer"))


def test_settings_say_who_answers_and_whether(office):
    settings = {"questions": {"to": "trygghet@linkoping.example", "per_sender_per_day": 2}}
    s = Scene(office, DIRECTORY, utskick=settings)
    s.minute = 0
    s.rig.add_users([UNIT, "trygghet@linkoping.example", "rad@linkoping.example"])
    s.put("ryd-1", at(5))
    s.run()
    reply(s, ANNA, "Varför är lampan släckt?\n")
    s.run(later(s))
    assert len(s.letters("trygghet@linkoping.example", "question")) == 1

    council = office.config / "directory.json"
    council.write_text(council.read_text().replace('"code": "RYD",',
                                                   '"code": "RYD", "contact": "rad@linkoping.example",'))
    reply(s, BERIT, "När lagas den?\n")
    s.run(later(s))
    assert len(s.letters("rad@linkoping.example", "question")) == 1

    # The brake: two a day.
    for n in range(3):
        reply(s, BERIT, f"Fråga nummer {n} om lampan?\n")
    s.run(later(s))
    assert len(s.letters("rad@linkoping.example", "question")) == 2
    assert [row["reason"] for row in s.rows("incoming")][-2:] == ["question-cap"] * 2

    s.configure(DIRECTORY, utskick={"questions": {"forward": False}})
    reply(s, ANNA, "Vem betalar lampan?\n", to=s.only(ANNA, "invitation"))
    s.run(later(s))
    assert last_reason(s) == "person-reply" and s.letters(UNIT, "question") == []


def test_automatic_answers_and_lists_are_never_passed_on(scene):
    reply(scene, ANNA, "Varför är lampan släckt?\n")
    scene.run(later(scene))
    question = scene.only(UNIT, "question")
    reply(scene, UNIT, "Jag är på semester. Vad gäller saken?\n", to=question,
          **{"Auto-Submitted": "auto-replied"})
    reply(scene, BERIT, "Vad är det här för möte?\n", **{"List-Id": "<lista.example>"})
    scene.run(later(scene))
    assert scene.letters(ANNA, "question-answer") == []
    assert len(scene.letters(UNIT, "question")) == 1 and len(open_questions(scene)) == 1
