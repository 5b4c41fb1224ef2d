"""What the sealed reader says of mails that others have taken apart before.

The trees beside them say which parts there are, their names, sizes and decoded text. The same mails are
read again with other line ends, in other charsets and with other encodings.
"""
import email
import email.header
import html
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
CORPORA = pathlib.Path(os.environ.get("CORPORA", ROOT.parent / "shared" / "corpora"))

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason=f"no test material in {CORPORA}")


def read(content, suffix=".eml", check=0):
    """What `utskick read` says of these bytes."""
    command = [BUILD / "utskick", "--config", ROOT / "config", "--json", "read", "-"]
    if suffix == ".ics":
        command[-1] = content
        content = b""
    done = subprocess.run(
        command, input=content, capture_output=True, timeout=20, check=False)
    assert done.returncode == check, done.stderr
    return json.loads(done.stdout)


def files(pattern):
    found = sorted(CORPORA.glob(pattern))
    return [pytest.param(path, id=path.stem) for path in found]


def one_line_end(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


# mime/rfc: a JSON tree each


def header(part, name):
    for field in part["headers"]:
        if field["name"] == name and "ContentType" in field["value"]:
            return field["value"]["ContentType"]
    return {"c_type": None, "c_subtype": None, "attributes": None}


def name_of(part):
    for field, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        for found in header(part, field)["attributes"] or []:
            if found["name"] == attribute:
                return found["value"].split("/")[-1]
    return None


def leaves_of(tree):
    """(name, size, text) of each leaf; size or text None where the tree does not tell."""
    for part in tree["parts"]:
        body = part["body"]
        kind = next(iter(body)) if isinstance(body, dict) else body
        if kind == "Message":
            yield from leaves_of(body[kind])
        elif kind in ("Text", "Html"):
            yield name_of(part), len(body[kind].encode()), body[kind]
        elif kind in ("Binary", "InlineBinary"):
            yield name_of(part), len(body[kind]), None


def attachments_of(tree):
    for index, part in enumerate(tree["parts"]):
        body = part["body"]
        kind = next(iter(body)) if isinstance(body, dict) else body
        if index in tree["attachments"]:
            size = None if kind == "Message" else len(
                body[kind].encode() if isinstance(body[kind], str) else body[kind])
            yield name_of(part), size
        if kind == "Message":
            yield from attachments_of(body[kind])


def assert_tree(said, tree):
    leaves = list(leaves_of(tree))
    assert [(p.get("name"), p["size"]) for p in said["parts"]] == [
        (name, size) for name, size, _ in leaves]
    for part, (_, _, text) in zip(said["parts"], leaves):
        if "text" in part:
            assert part["text"] == text
    expected = list(attachments_of(tree))
    assert [a.get("name") for a in said["attachments"]] == [n for n, _ in expected]
    for attachment, (_, size) in zip(said["attachments"], expected):
        assert size in (None, attachment["size"])


@pytest.mark.parametrize("path", files("mime/rfc/*.eml"))
def test_a_mail_of_the_rfcs_has_the_parts_its_tree_names(path):
    assert_tree(read(path.read_bytes()), json.loads(path.with_suffix(".json").read_text()))


@pytest.mark.parametrize("path", files("mime/rfc/*.eml"))
def test_with_crlf_its_sizes_are_those_of_crlf(path):
    crlf = re.sub(rb"\r?\n", b"\r\n", path.read_bytes())
    assert_tree(read(crlf), json.loads(path.with_suffix(".crlf.json").read_text()))


def with_line_ends(content, kind):
    """CR alone, or one after the other; a CR before an empty line would be half a CRLF."""
    ends = {"cr": [b"\r"], "mixed": [b"\r", b"\n", b"\r\n", b"\n"]}[kind]
    changed = b""
    lines = re.split(rb"\r?\n", content)
    for i, line in enumerate(lines[:-1]):
        end = ends[i % len(ends)]
        if kind == "mixed" and not lines[i + 1] and end == b"\r":
            end = b"\n"
        changed += line + end
    return changed + lines[-1]


@pytest.mark.parametrize("path", files("mime/rfc/*.eml"))
@pytest.mark.parametrize("line_ends", ["cr", "mixed"])
def test_other_line_ends_change_no_part(path, line_ends):
    changed = with_line_ends(path.read_bytes(), line_ends)
    plain, said = read(path.read_bytes()), read(changed)
    assert [(p.get("name"), p["media_type"]) for p in said["parts"]] == [
        (p.get("name"), p["media_type"]) for p in plain["parts"]]
    assert [one_line_end(p.get("text", "")) for p in said["parts"]] == [
        one_line_end(p.get("text", "")) for p in plain["parts"]]
    assert said["text"] == plain["text"]


# mime/mime4j: an XML tree each, which holds contents still encoded


class Tree:
    """The tags of mime4j's trees; they are no XML that a parser would take."""

    tag = re.compile(r"<(/?)(message|header|field|multipart|body-part|body|preamble|epilogue)>")

    def __init__(self, text):
        self.leaves = []
        self.fields = [[]]
        text = one_line_end(text)
        stack, start = [], 0
        for found in self.tag.finditer(text):
            closing, name = found.groups()
            if not closing:
                stack.append(name)
                start = found.end()
                if name in ("message", "body-part"):
                    self.fields.append([])
                continue
            stack.pop()
            content = html.unescape(text[start:found.start()])
            if name == "field":
                self.fields[-1].append(content.removeprefix("\n"))
            elif name == "body":
                self.leaves.append((self.fields[-1], content.removeprefix("\n")))

    def decoded(self):
        """(decoded bytes, charset, name) of each leaf, decoded by Python's email."""
        for fields, body in self.leaves:
            head = "".join(re.sub(r"[ \t]*:", ":", field, count=1) + "\n"
                           for field in fields)
            part = email.message_from_string(head + "\n" + body)
            content = part.get_payload(decode=True) or b""
            yield content, part.get_content_charset() or "utf-8", decoded_name(part)


def decoded_name(part):
    name = part.get_filename()
    return name and str(email.header.make_header(email.header.decode_header(name)))


def trees_of(path):
    """A mail that can be read in two ways has two trees."""
    if path.stem.endswith("-noheader"):
        whole = Tree("")
        whole.leaves = [([], one_line_end(path.read_text()))]
        yield whole
    other = path.stem.replace("malformedHeaderStartsBody", "malformedHeader")
    for stem in {path.stem, other, other.replace("malformedHeader-", "malformedHeaderStartsBody-")}:
        xml = path.with_name(stem + ".xml")
        if xml.exists():
            yield Tree(xml.read_bytes().decode("utf-8", "replace"))


def as_said(content, charset):
    return one_line_end(content.decode(charset, "replace"))


@pytest.mark.parametrize("path", files("mime/mime4j/*.msg"))
def test_an_awkward_mail_has_the_parts_its_tree_names(path):
    said = read(path.read_bytes())
    found = [(one_line_end(p["text"]) if "text" in p else p["size"], p.get("name"))
             for p in said["parts"]]
    expected = []
    for tree in trees_of(path):
        leaves = list(tree.decoded())
        expected.append([
            (as_said(content, charset) if isinstance(shown, str) else len(content), name)
            for (content, charset, name), (shown, _) in zip(leaves, found)]
            if len(leaves) == len(found) else leaves)
    assert found in expected


# The same content, written in another way

SWEDISH = "Hej!\n\nMötet i Skäggetorp är flyttat. Åke kan inte, men Örjan kan.\n"


def swedish_mail(charset, encoding, declared=None):
    body = SWEDISH.encode(charset)
    if encoding == "base64":
        import base64
        body = base64.encodebytes(body)
    if encoding == "quoted-printable":
        import quopri
        body = quopri.encodestring(body)
    return (f"From: anna@x.example\nContent-Type: text/plain; charset={declared or charset}\n"
            f"Content-Transfer-Encoding: {encoding}\n\n").encode() + body


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset,declared", [
    ("utf-8", None), ("iso-8859-1", None), ("iso-8859-15", None), ("windows-1252", None),
    ("iso-8859-4", None), ("cp850", None), ("macintosh", None), ("iso-8859-10", None),
    ("windows-1252", "utf-8"), ("windows-1252", "us-ascii"), ("windows-1252", "x-nonsense"),
    ("utf-8", "us-ascii"), ("utf-8", "iso-8859-1"), ("iso-8859-1", '""'),
])
# A30
def test_swedish_letters_survive_every_charset_and_label(encoding, charset, declared):
    said = read(swedish_mail(charset, encoding, declared))
    assert said["text"] == SWEDISH.strip()


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "utf-16-le", "utf-32", "utf-16-be"])
def test_wide_and_seven_bit_unicode_is_read(charset):
    assert read(swedish_mail(charset, "base64"))["text"] == SWEDISH.strip()


@pytest.mark.parametrize("path", files("bounces/*.eml") + files("mime/*/*.msg"))
def test_every_mail_gives_valid_json_without_a_crash(path):
    said = read(path.read_bytes())
    assert said["class"] in ("bounce", "auto-reply", "itip", "reply", "unknown")


def test_all_calendars_are_read():
    said = read(CORPORA / "itip" / "2446.ics", suffix=".ics")
    text = (CORPORA / "itip" / "2446.ics").read_text(errors="replace")
    begun = len(re.findall(r"^BEGIN:(VEVENT|VTODO|VJOURNAL|VFREEBUSY)\s*$", text, re.M))
    assert len(said["components"]) + len(said.get("problems", [])) >= begun
