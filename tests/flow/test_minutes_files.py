"""Files that come as minutes: taken by content, refused in plain words, scanned, withdrawn, found again."""
import sqlite3

import pytest

from rig import documents as doc
from rig.clamd import SIGNATURE, VIRUS, Clamd
from scene import Scene, at, clock, files_of, make_mail, one_line, text_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
SECRETARIES = [(f"Sekreterare {n}", f"sekr{n}@linkoping.example") for n in range(1, 20)]
AFTER = clock(1)
EXE = "application/octet-stream"


@pytest.fixture
def scene(office):
    s = Scene(office, [ANNA, BERIT])
    s.rig.add_users([a for _, a in SECRETARIES])
    return s


def hold_meetings(s, count):
    """One meeting a day, each with a secretary of its own; gives their addresses and codes."""
    for n in range(count):
        s.put(f"ryd-{n}", at(-n), secretary=SECRETARIES[n])
    s.run()
    return [(SECRETARIES[n][1], f"RYD-2026-{at(-n):%m-%d}") for n in range(count)]


def mail(s, sender, code, *files):
    return make_mail(sender, s.mailbox, f"Protokoll [{code}]", "Se bilagan.\n", list(files))


def pdf(name="Protokoll.pdf", content=None, media_type="application/pdf"):
    return (name, media_type, content or doc.pdf())


def sent_on(s, code):
    """The minutes of that meeting that Anna has."""
    return [m for m in s.letters(ANNA, "minutes") if f"[{code}]" in m["Subject"]]


REFUSED = [
    # file, what the mail calls it, reason, words for the secretary
    (("Protokoll.pdf", "application/pdf", doc.pdf(user="secret")), "minutes-password", "utan lösenord"),
    (("Protokoll.docx", doc.DOCX, doc.ole2("EncryptedPackage")), "minutes-password", "Ta bort lösenordet"),
    (("Protokoll.odt", doc.ODT, doc.odt(encrypted=True)), "minutes-password", "utan lösenord"),
    (("Protokoll.pdf", "application/pdf", doc.pdf(pages=0)), "minutes-empty", "Filen är tom"),
    (("Protokoll.docm", EXE, doc.docx(macros=True)), "minutes-macros", "innehåller makron"),
    (("Protokoll.pdf", "application/pdf", doc.pdf()[:400]), "minutes-damaged", "skadad eller avklippt"),
    (("Protokoll.docx", doc.DOCX, doc.docx()[:-120]), "minutes-damaged", "skadad eller avklippt"),
    (("Protokoll.docx", doc.DOCX, doc.bomb()), "minutes-bomb", "packas upp till mycket mer"),
    (("Protokoll.pdf", "application/pdf", doc.program()), "minutes-type-refused", "en sort som inte skickas"),
    (("Protokoll.html", "text/html", b"<html><body>Hej</body></html>"), "minutes-type-refused", "som PDF"),
    (("winmail.dat", "application/ms-tnef", doc.winmail({"a.pdf": doc.pdf()})[:200]), "minutes-winmail",
     "i stället för som RTF"),
]


def test_each_file_that_must_not_go_out_is_refused_in_words_and_the_next_one_goes(scene):
    meetings = hold_meetings(scene, len(REFUSED))
    for (sender, code), (file, _, _) in zip(meetings, REFUSED):
        scene.send(sender, mail(scene, sender, code, pdf("Bilaga.pdf"), file))
    scene.run(AFTER)
    assert scene.letters(ANNA, "minutes") == []
    for (sender, code), (file, reason, words) in zip(meetings, REFUSED):
        [row] = scene.incoming(**{"from": sender})
        assert (row["outcome"], row["reason"]) == ("held", reason), file[0]
        letter = one_line(text_of(scene.only(sender, "minutes-refused")))
        assert words in letter and file[0] in letter and "inget fel på den här filen" in letter, letter
        assert scene.letters(sender, "receipt") == []
        assert [n for n in scene.letters(scene.coordinator, "held-notice") if f"[{code}]" in n["Subject"]], reason
    assert reason in scene.office.utskick("explain", row["register"]).stdout
    # Mailed again as they should be, as answers to what was said: they go out and nothing is left to decide.
    for sender, code in meetings:
        refused = scene.only(sender, "minutes-refused")
        scene.send(sender, make_mail(sender, scene.mailbox, "Rättat", "Nu så.\n", [pdf()],
                                     in_reply_to=refused["Message-ID"]))
    scene.run(AFTER)
    assert all(len(sent_on(scene, code)) == 1 for _, code in meetings)
    assert scene.held() == []
    assert {r["reason"] for r in scene.incoming(outcome="ignored")} == {"minutes-corrected"}


def test_a_file_is_taken_for_what_it_is_whatever_it_is_called(scene):
    cases = [
        [pdf("Protokoll.docx", media_type=doc.DOCX)],
        [("Protokoll", EXE, doc.docx())],
        [("Protokoll.odt", EXE, doc.odt()), ("Bilaga.rtf", "text/rtf", doc.rtf())],
        [("winmail.dat", "application/ms-tnef", doc.winmail({"protokoll å.pdf": doc.pdf(), "bilaga.docx": doc.docx()}))],
        [pdf(content=doc.pdf(owner="secret")), ("image001.png", EXE, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0" + bytes(40)),
         ("ATT00001.txt", "text/plain", b"-- \nSent from my mobile\n"), ("smime.p7s", "application/pkcs7-signature", b"0")],
        [("anteckningar.txt", "text/plain", "Närvarande: Åsa".encode("cp1252"))],
    ]
    wanted = [{"Protokoll.pdf"}, {"Protokoll.docx"}, {"Protokoll.odt", "Bilaga.rtf"}, {"protokoll å.pdf", "bilaga.docx"},
              {"Protokoll.pdf"}, {"anteckningar.txt"}]
    meetings = hold_meetings(scene, len(cases))
    for (sender, code), files in zip(meetings, cases):
        scene.send(sender, mail(scene, sender, code, *files))
    scene.run(AFTER)
    for (_, code), names in zip(meetings, wanted):
        assert [set(files_of(m)) for m in sent_on(scene, code)] == [names], code
    # Whoever asks is told that the name said something else.
    register, = scene.query("SELECT printf('%04d-%06d', register_year, register_number) FROM incoming "
                            "WHERE subject LIKE ?", f"%{meetings[0][1]}%")[0]
    said = scene.office.utskick("explain", register).stdout
    assert "minutes-name-differs" in said and "Protokoll.docx: Protokoll.pdf" in said
    [one] = sent_on(scene, meetings[3][1])
    assert files_of(one)["protokoll å.pdf"] == doc.pdf()
    # A word that only the document has; å is no a; a phrase; what looks like a query is words.
    found = scene.office.json("search", "tryggh lykt")
    assert len(found) == 7 and {f["meeting"] for f in found} == {c for _, c in meetings[:5]}
    assert "[lyktor]" in found[0]["snippet"] and found[0]["council_name"] == "Ryd"
    for words, count in (("åsa", 1), ("asa", 0), ("ÅSA", 1), ('"fler lyktor"', 7), ('"lyktor fler"', 0), ("lyktor närvarande", 0),
                         ("NEAR(", 0), ('lykt"or OR *', 0), ("gångväg^ -x:", 0)):
        said = scene.office.utskick("search", words, "--json", check=0 if count else 1)
        assert len(said.json) == count, words
    assert "Protokoll.odt" in scene.office.utskick("search", "fler", "lyktor").stdout
    # Accepted before anybody read them: read as due work, and found the same.
    with sqlite3.connect(scene.office.state / "utskick.db") as db:
        db.executescript("DELETE FROM minutes_search; DELETE FROM minutes_text;")
    assert scene.office.utskick("search", "lyktor", check=1)
    scene.run(AFTER)
    assert len(scene.office.json("search", "tryggh lykt")) == 7


def test_files_go_out_when_the_virus_scanner_has_found_them_clean(scene, tmp_path):
    with Clamd(tmp_path / "clamd") as clamd:
        scene.configure([ANNA, BERIT], {"minutes": {"clamd": str(clamd.socket), "clamd_seconds": 20}})
        meetings = hold_meetings(scene, 4)
        files = [pdf(), pdf(content=doc.pdf() + VIRUS), pdf(content=doc.pdf("x" * 1_200_000)),
                 ("a.docx", doc.DOCX, doc.docx(more={"word/media/a.bin": VIRUS}))]
        for (sender, code), file in zip(meetings, files):
            scene.send(sender, mail(scene, sender, code, file))
        # It is not there: everything waits, and says that it goes by itself.
        scene.run(AFTER)
        assert scene.letters(ANNA, "minutes") == []
        assert {r["reason"] for r in scene.held()} == {"scanner-away"}
        notice = one_line(text_of(scene.letters(scene.coordinator, "held-notice")[0]))
        assert "när viruskontrollen har sagt att det är rent" in notice
        told = len(scene.letters(scene.coordinator, "held-notice"))
        # One that answers, and hangs up when it is to look, is asked again and not told of again.
        with clamd.useless():
            scene.run(clock(1, 8, 30 + 6))
        assert len(scene.held()) == 4 and len(scene.letters(scene.coordinator, "held-notice")) == told
        clamd.start()
        # Asked again after a while, not at every turn.
        scene.run(clock(1, 8, 30 + 7))
        assert len(scene.held()) == 4
        scene.run(clock(1, 8, 30 + 12))
        assert [len(sent_on(scene, code)) for _, code in meetings] == [1, 0, 0, 0]
        assert [r["reason"] for r in scene.held()] == ["minutes-infected", "scanner-too-large", "minutes-infected"]
        for sender, code in (meetings[1], meetings[3]):
            assert "skadligt i filen" in one_line(text_of(scene.only(sender, "minutes-refused")))
            [*_, told] = [n for n in scene.letters(scene.coordinator, "held-notice") if f"[{code}]" in n["Subject"]]
            assert SIGNATURE in text_of(told)
        # A yes cannot send what is infected; what the scanner does not take is hers to decide.
        for row in scene.held():
            scene.office.utskick("release", str(row["id"]))
        scene.run(clock(1, 8, 30 + 13))
        assert [len(sent_on(scene, code)) for _, code in meetings] == [1, 0, 1, 0]
        assert [r["reason"] for r in scene.held()] == ["minutes-infected", "minutes-infected"]


def test_minutes_of_the_wrong_meeting_are_taken_back_and_the_right_ones_asked_for(scene):
    for n in range(2):
        scene.put(f"ryd-{n}", at(n), secretary=SECRETARIES[n])
    (wrong, right), (wrong_code, right_code) = [a for _, a in SECRETARIES[:2]], ["RYD-2026-09-07", "RYD-2026-09-08"]
    scene.run()
    scene.run(clock(2))
    assert len(scene.letters(right, "minutes-request")) == 1
    scene.send(wrong, mail(scene, wrong, wrong_code, pdf(content=doc.pdf("Ett annat utskott"))))
    scene.run(clock(2, 9, 30))
    assert len(sent_on(scene, wrong_code)) == 1
    said = scene.office.utskick("withdraw", wrong_code, "v1", "--meeting", right_code)
    assert wrong_code in said.stdout
    assert scene.office.utskick("withdraw", wrong_code, check=None).returncode == 1
    scene.run(clock(2, 9, 30))
    for member in (ANNA, BERIT, wrong):
        told = scene.only(member, "minutes-withdrawn")
        assert f"[{wrong_code}]" in told["Subject"] and "fel möte" in one_line(text_of(told))
    # Both secretaries: neither meeting has minutes now.
    assert len(scene.letters(right, "minutes-request")) == 2
    asked = scene.letters(wrong, "minutes-request")[-1]
    assert "hörde till ett annat möte" in one_line(text_of(asked))
    file = scene.office.json("meeting", wrong_code)
    assert file["minutes"][0]["withdrawn_at"]
    assert "withdrawn" in scene.office.utskick("meeting", wrong_code).stdout
    assert scene.office.json("search", "annat")[0]["withdrawn"] is True
    before = scene.rows("deliveries")
    scene.run(clock(2, 9, 35))
    assert scene.rows("deliveries") == before
    # What comes now is the first that counts; the very same file would do for the other meeting.
    scene.send(wrong, make_mail(wrong, scene.mailbox, "Här", "Förlåt.\n", [pdf()], in_reply_to=asked["Message-ID"]))
    scene.run(clock(2, 9, 36))
    assert "rättad" not in sent_on(scene, wrong_code)[-1]["Subject"]
    # A corrected version that is withdrawn leaves the one before it.
    scene.send(wrong, mail(scene, wrong, wrong_code, pdf(content=doc.pdf("Rättat"))))
    scene.run(clock(2, 9, 37))
    assert "rättad version" in sent_on(scene, wrong_code)[-1]["Subject"]
    # By mail, in an answer to whatever she was asked last.
    scene.send(right, mail(scene, right, wrong_code, pdf(content=doc.pdf("Av en annan"))))
    scene.run(clock(2, 9, 38))
    notice = scene.letters(scene.coordinator, "held-notice")[-1]
    scene.send(scene.coordinator, make_mail(scene.coordinator, scene.mailbox, f"SV: {notice['Subject']}",
                                            f"Återkalla {wrong_code.lower()}\n", in_reply_to=notice["Message-ID"]))
    scene.run(clock(2, 9, 39))
    assert "återkallas" in one_line(text_of(scene.only(scene.coordinator, "command-answer")))
    assert "Version 2 av protokollet gäller" in one_line(text_of(scene.letters(ANNA, "minutes-withdrawn")[-1]))
    assert len(scene.letters(wrong, "minutes-request")) == len([asked]) + 1
