"""daemon/base/frame.h from the other side."""
import json
import struct


def put(pipe, kind, content):
    pipe.write(struct.pack(">cI", kind, len(content)) + content)


def get(pipe):
    """(kind, content); kind is None at the end."""
    head = pipe.read(5)
    if len(head) < 5:
        return None, b""
    kind, length = struct.unpack(">cI", head)
    return kind, pipe.read(length)


def put_message(pipe, value, content=b""):
    put(pipe, b"J", json.dumps(value).encode())
    for at in range(0, len(content), 1 << 20):
        put(pipe, b"B", content[at:at + (1 << 20)])
    put(pipe, b"E", b"")
    pipe.flush()


def get_message(pipe):
    """(value, content), or (None, b"") where the other side has ended."""
    value, pieces = None, []
    while True:
        kind, content = get(pipe)
        if kind == b"J":
            value = json.loads(content)
        elif kind == b"B":
            pieces.append(content)
        else:
            return (value, b"".join(pieces)) if kind else (None, b"")
