"""What is attached to a calendar entry goes along with its invitations."""
import base64

import pytest

from scene import Scene, at, clock, files_of, make_event, make_pdf, one_line, parse, text_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
PDF = make_pdf("Underlag, åäö") + b"\r\n.\r\n\x00\xff"


@pytest.fixture
def scene(office):
    return Scene(office, [ANNA, BERIT])


def inline(content, *parameters):
    about = "".join(f";{p}" for p in parameters)
    return f"ATTACH;ENCODING=BASE64;VALUE=BINARY{about}:{base64.b64encode(content).decode()}"


def attach(scene, *lines, **about):
    scene.events["ryd-1"] = make_event("ryd-1", at(8), summary="Trygghetsråd Ryd", extra=lines, **about)
    scene.write()


def beside(scene, name, content):
    (scene.office.config / "calendars/sakerhetsenheten" / name).write_bytes(content)


def sent_along(scene, kind="invitation", address=ANNA):
    return files_of(parse(scene.raw(address, kind)[-1]))


def test_bytes_in_the_entry_go_along_with_their_name_and_type(scene):
    attach(scene, inline(PDF, "FMTTYPE=application/pdf", "X-FILENAME=Underlag åäö.pdf"))
    scene.run()
    for address in (ANNA, BERIT):
        assert sent_along(scene, address=address) == {"Underlag åäö.pdf": PDF}
    mail = parse(scene.raw(ANNA, "invitation")[-1])
    assert "Underlag åäö.pdf (" in text_of(mail)
    assert [p.get_content_type() for p in mail.iter_attachments()] == [
        "multipart/alternative", "application/pdf", "application/ics"][1:]


def test_a_file_beside_the_calendar_goes_along(scene):
    beside(scene, "Karta.png", b"\x89PNG\r\n\x1a\n")
    beside(scene, "Annat.pdf", PDF)
    attach(scene, "ATTACH:Karta.png")
    scene.run()
    assert sent_along(scene) == {"Karta.png": b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize("name", ["../utskick.json", "/etc/passwd", "secret-imap/../x", ".dold",
                                  "file:///etc/passwd", "C:\\hemligt.txt", "cid:del1@x.example",
                                  "finns-inte.pdf", "under/mapp.pdf"])
def test_nothing_outside_the_folder_goes_along(scene, name):
    (scene.office.config / "calendars/sakerhetsenheten/under").mkdir()
    beside(scene, "under/mapp.pdf", PDF)
    beside(scene, ".dold", b"hemligt")
    attach(scene, f"ATTACH:{name}")
    scene.run()
    assert sent_along(scene) == {}
    assert "Bilagor" not in text_of(parse(scene.raw(ANNA, "invitation")[-1]))


def test_what_is_larger_than_the_setting_is_left_out(office):
    scene = Scene(office, [ANNA, BERIT], utskick={"limits": {"attachments_mib": 1}})
    beside(scene, "stor.pdf", b"x" * (1 << 20) + b"x")
    beside(scene, "a.pdf", b"a" * 700_000)
    beside(scene, "b.pdf", b"b" * 700_000)
    attach(scene, "ATTACH:stor.pdf", "ATTACH:a.pdf", "ATTACH:b.pdf")
    scene.run()
    assert list(sent_along(scene)) == ["a.pdf"]
    assert "b.pdf" not in text_of(parse(scene.raw(ANNA, "invitation")[-1]))


def test_a_file_that_comes_later_or_changes_is_a_change_of_words(scene):
    attach(scene, "ATTACH:Dagordning.pdf")
    scene.run()
    assert sent_along(scene) == {}
    scene.answer(ANNA)
    scene.run(clock(0, 9))
    beside(scene, "Dagordning.pdf", PDF)
    scene.run(clock(1))
    assert sent_along(scene, "update") == {"Dagordning.pdf": PDF}
    assert "Bilagorna är ändrade." in text_of(parse(scene.raw(ANNA, "update")[-1]))
    beside(scene, "Dagordning.pdf", PDF + b"2")
    scene.run(clock(2))
    assert sent_along(scene, "update") == {"Dagordning.pdf": PDF + b"2"}
    assert [a["counts"] for a in scene.rows("answers")] == [True]
    scene.run(clock(3))
    assert len(scene.raw(ANNA, "update")) == 2


def test_broken_attachments_hold_nothing_up(scene):
    attach(scene, "ATTACH;ENCODING=BASE64;VALUE=BINARY:***", "ATTACH:", "ATTACH;ENCODING=BASE64:",
           inline(b"", "X-FILENAME=tom.txt"), inline(PDF, "X-FILENAME=../../x", "FMTTYPE=\"no type at all\""))
    scene.run()
    assert sent_along(scene) == {"bilaga": PDF}


def test_a_preview_shows_them(scene):
    beside(scene, "Karta.png", b"\x89PNG\r\n\x1a\n")
    attach(scene, "ATTACH:Karta.png")
    scene.events["ryd-1"] = scene.events["ryd-1"].replace("202609", "202611")
    scene.write()
    scene.run()
    code, = [m["code"] for m in scene.rows("meetings")]
    shown = scene.office.utskick("preview", code, "invitation").stdout
    assert files_of(parse(shown.encode())) == {"Karta.png": b"\x89PNG\r\n\x1a\n"}


def test_every_date_of_a_series_has_them(scene):
    attach(scene, inline(PDF, "FMTTYPE=application/pdf", "FILENAME=Underlag.pdf"),
           rrule="FREQ=DAILY;COUNT=2")
    scene.run()
    assert [files_of(m) for m in scene.letters(ANNA, "invitation")] == [{"Underlag.pdf": PDF}] * 2
    assert "Underlag.pdf" in one_line(text_of(scene.letters(ANNA, "invitation")[0]))
