"""What the daemon holds at its most while large mail comes in and goes out."""
import base64
import os
import pathlib
import random

import pytest

from rig import documents, programs
from scene import NOW, SECRETARY, Scene, at, clock, files_of

ANNA, BERIT = "anna@utskott.example", "berit@utskott.example"
LARGE = 20_000_000
LIMIT = 40_000_000  # bytes in each process


def a_picture(size):
    return random.Random(2).randbytes(size)


def a_mail_of_25_mb():
    head = ("From: Kalle <kalle@annan.example>\r\nTo: utskott@linkoping.example\r\nSubject: Foton\r\n"
            "Message-ID: <foton@annan.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSe bilagan.\r\n--b\r\n"
            "Content-Type: image/jpeg; name=foto.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    return head.encode() + base64.encodebytes(a_picture(18_300_000)).replace(b"\n", b"\r\n") + b"--b--\r\n"


def most_held(daemon):
    """{process: bytes at the most}, of those that are still there, and libraries among them."""
    found = {}
    for pid, line in {daemon.pid: "", **daemon.workers()}.items():
        words = line.split() or ["parent"]
        name = words[words.index("--worker") + 1] if "--worker" in words else words[0]
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
        found[name] = max(found.get(name, 0), peak)
    return found


@pytest.mark.skipif(b"__asan_init" in (programs.BUILD / "utskickd").read_bytes(),
                    reason="a sanitizer holds much itself")
def test_mails_of_25_mb_and_minutes_of_20_mb_pass_through_processes_below_40_mb(office):
    s = Scene(office, [ANNA, BERIT])
    s.put("ryd-1", at(-1), secretary=SECRETARY)
    s.put("ryd-2", at(-2), secretary=SECRETARY)
    minutes = {"Protokoll.pdf": documents.large_pdf(LARGE),
               "Protokoll.docx": documents.docx(more={"word/media/image1.jpg": a_picture(LARGE)})}
    types = {"Protokoll.pdf": "application/pdf", "Protokoll.docx": documents.DOCX}
    s.fill([a_mail_of_25_mb()])
    with office.run_daemon(NOW) as daemon:
        for (name, content), day in zip(minutes.items(), (at(-1), at(-2))):
            s.send(SECRETARY[1], s.minutes_mail(SECRETARY[1], f"Protokoll [RYD-{day:%Y-%m-%d}]", content,
                                                name=name, media_type=types[name]))
        s.rig.wait_for(lambda: sum(d["state"] == "sent" for d in s.deliveries("minutes")) == 4, 60, "minutes")
        held = most_held(daemon)
    assert {"office", "reader", "intake", "dispatch"} <= set(held)
    assert {name: size for name, size in held.items() if size >= LIMIT} == {}, held
    assert sorted(row["state"] for row in s.incoming()) == ["done"] * 3
    for member in s.members:
        got = {name: content for mail in s.letters(member, "minutes") for name, content in files_of(mail).items()}
        assert got == minutes
