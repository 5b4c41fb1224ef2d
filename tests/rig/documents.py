"""Small documents of every type that a secretary may send, and of every kind that must not go on.

python3 tests/rig/documents.py tests/fuzz/seeds/file writes all of them there: the seeds of the fuzz target, which the
unit tests read too.
"""
import hashlib
import io
import random
import re
import struct
import sys
import zipfile
from pathlib import Path

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
TEXT = "Protokoll fört vid trygghetsrådet i Ekholmen. Beslut: fler lyktor på gångvägen."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
ID = b"0123456789abcdef"


# PDF (ISO 32000-1)

def _rc4(key: bytes, data: bytes) -> bytes:
    s, j, out, i = list(range(256)), 0, bytearray(), 0
    for n in range(256):
        j = (j + s[n] + key[n % len(key)]) % 256
        s[n], s[j] = s[j], s[n]
    j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + s[i]) % 256
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) % 256])
    return bytes(out)


def _padded(password: str) -> bytes:
    return (password.encode() + PADDING)[:32]


def _keys(user: str, owner: str) -> tuple[bytes, bytes, bytes]:
    """The file's key and the O and U of the standard security handler, revision 2 (7.6.3)."""
    o = _rc4(hashlib.md5(_padded(owner)).digest()[:5], _padded(user))
    key = hashlib.md5(_padded(user) + o + struct.pack("<i", -60) + ID).digest()[:5]
    return key, o, _rc4(key, PADDING)


def pdf(text: str = TEXT, pages: int = 1, user: str | None = None, owner: str | None = None) -> bytes:
    """user: it opens with that password only; owner alone: it opens, and forbids things."""
    locked = user is not None or owner is not None
    key, o, u = _keys(user or "", owner or user or "") if locked else (b"", b"", b"")
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(pages)), pages),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    for i in range(pages):
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
                       b"/Resources<</Font<</F1 3 0 R>>>>>>" % (5 + 2 * i))
        stream = b"BT /F1 12 Tf 50 700 Td (%s) Tj ET" % text.encode("cp1252")
        if locked:
            stream = _rc4(hashlib.md5(key + struct.pack("<I", 5 + 2 * i)[:3] + b"\0\0").digest()[:10], stream)
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
    if locked:
        objects.append(b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -60>>" % (o.hex().encode(), u.hex().encode()))
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    extra = b"/Encrypt %d 0 R/ID[<%s><%s>]" % (len(objects), ID.hex().encode(), ID.hex().encode()) if locked else b""
    return out + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, extra, at)


# Zips

def large_pdf(size: int, text: str = TEXT) -> bytes:
    """With a comment of that size behind its first line: all offsets move by it."""
    head, end, rest = pdf(text).partition(b"\n")
    comment = b"%" + random.Random(1).randbytes(size).translate(None, b"\r\n") + b"\n"
    moved = re.sub(rb"(\d{10}) 00000 n|(?<=startxref\n)(\d+)",
                   lambda m: b"%010d 00000 n" % (int(m[1]) + len(comment)) if m[1]
                   else b"%d" % (int(m[2]) + len(comment)), rest)
    return head + end + comment + moved


def _zip(entries: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, (2026, 9, 14, 18, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            z.writestr(info, content)
    return out.getvalue()


def docx(text: str = TEXT, macros: bool = False, more: dict[str, bytes | str] | None = None) -> bytes:
    main = "application/vnd.ms-word.document.macroEnabled.main+xml" if macros else DOCX + ".main+xml"
    runs = "".join(f"<w:r><w:t xml:space='preserve'>{piece}</w:t></w:r>" for piece in (text[:20], text[20:]))
    entries = {
        "[Content_Types].xml":
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='xml' "
            f"ContentType='application/xml'/><Override PartName='/word/document.xml' ContentType='{main}'/></Types>",
        "_rels/.rels":
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' "
            "Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' "
            "Target='word/document.xml'/></Relationships>",
        "word/document.xml":
            f"<?xml version='1.0' encoding='UTF-8'?><w:document xmlns:w='{W}'><w:body><w:p><w:pPr><w:tabs><w:tab/></w:tabs>"
            f"</w:pPr>{runs}</w:p><w:p><w:r><w:t>A</w:t><w:tab/><w:t>B</w:t><w:noBreakHyphen/><w:t>C</w:t></w:r></w:p>"
            "</w:body></w:document>" if text else
            f"<w:document xmlns:w='{W}'><w:body><w:p/></w:body></w:document>"}
    if macros:
        entries["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
    return _zip(entries | (more or {}))


def odt(text: str = TEXT, encrypted: bool = False, more: dict[str, bytes | str] | None = None) -> bytes:
    names = ("xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
             "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'")
    content = (f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {names}><office:body><office:text>"
               f"<text:h>{text}</text:h><text:p>A<text:tab/>B<text:s/><text:span>C</text:span></text:p>"
               "</office:text></office:body></office:document-content>")
    lock = "<manifest:encryption-data/>" if encrypted else ""
    return _zip({"mimetype": ODT,
                 "META-INF/manifest.xml":
                     "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
                     f"<manifest:file-entry manifest:full-path='content.xml'>{lock}</manifest:file-entry></manifest:manifest>",
                 "content.xml": bytes(range(256)) if encrypted else content} | (more or {}))


def locked_zip(document: bytes) -> bytes:
    """Every entry says that it is encrypted (APPNOTE 4.4.4, bit 0)."""
    out = bytearray(document)
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = out.find(magic)
        while place >= 0:
            out[place + at] |= 1
            place = out.find(magic, place + 4)
    return bytes(out)


def bomb(mib: int = 12) -> bytes:
    return docx(more={"word/media/image1.png": bytes(mib << 20)})


def nested(depth: int) -> bytes:
    inner = b"end"
    for _ in range(depth):
        inner = _zip({"inner.zip": inner})
    return docx(more={"word/embeddings/book.xlsx": inner})


# Others

def rtf(text: str = TEXT) -> bytes:
    body = "".join(c if ord(c) < 128 else f"\\'{c.encode('cp1252').hex()}" for c in text)
    return (r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator W;}{\info{\title hidden}}\f0 " + body +
            r"\par A\tab B\u8211 ?C\_D{\pict\bin3 }}}}\par}").encode()


def ole2(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(
        s.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for s in ("Root Entry", *streams))


def program() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0\x4c\1" + bytes(240)


def winmail(files: dict[str, bytes]) -> bytes:
    """TNEF ([MS-OXTNEF]): a message without text and its files."""
    def attribute(level: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xffff)

    out = struct.pack("<IH", 0x223e9f78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    for name, content in files.items():
        out += attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xffffffff, 0, 0, 0))
        out += attribute(2, 0x00018010, name.encode("cp1252") + b"\0") + attribute(2, 0x0006800f, content)
    return out


def all_of_them() -> dict[str, bytes]:
    return {
        "ok.pdf": pdf(), "owner.pdf": pdf(owner="secret"), "user.pdf": pdf(user="secret"), "nopages.pdf": pdf(pages=0),
        "cut.pdf": pdf()[:400], "ok.docx": docx(), "cut.docx": docx()[:-120], "empty.docx": docx(""),
        "macros.docm": docx(macros=True), "hidden-macros.docx": docx(more={"word/vbaProject.bin": b"x"}),
        "locked.docx": locked_zip(docx()), "encrypted.docx": ole2("EncryptionInfo", "EncryptedPackage"),
        "bomb.docx": bomb(), "nested.docx": nested(6), "book.docx": nested(1),
        "entities.docx": docx(more={"word/header1.xml": "<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>"}),
        "ok.odt": odt(), "encrypted.odt": odt(encrypted=True), "empty-library.odt": odt(more={"Basic/Standard/script-lb.xml": "<a/>"}),
        "macros.odt": odt(more={"Basic/Standard/Module1.xml": "<a/>"}), "ok.rtf": rtf(), "cut.rtf": rtf()[:-30],
        "ok.txt": TEXT.encode("cp1252"), "utf16.txt": TEXT.encode("utf-16"), "blank.txt": b" \r\n\t\n", "nothing.txt": b"",
        "page.html": b"<!DOCTYPE html><html><body>Protokoll</body></html>", "program.exe": program(),
        "old.doc": ole2("WordDocument"), "old-macros.doc": ole2("WordDocument", "Macros", "_VBA_PROJECT"),
        "winmail.dat": winmail({"protokoll å.pdf": pdf(), "bilaga.docx": docx()}), "winmail-cut.dat": winmail({"a.pdf": pdf()})[:200],
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in all_of_them().items():
        (folder / name).write_bytes(content)
