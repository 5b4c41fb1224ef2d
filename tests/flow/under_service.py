"""Runs a program with the system calls that a unit leaves it, as root without privileges.

    under_service.py UNIT PROGRAM [ARGUMENT ...]

systemd itself is not there to ask in a container; the filter is made from the unit's own
SystemCallFilter=, MemoryDenyWriteExecute= and RestrictAddressFamilies= lines.
"""
import ctypes
import errno
import os
import socket
import subprocess
import sys

ALLOW, EPERM_ACTION = 0x7FFF0000, 0x00050000 | errno.EPERM
EQUAL, GREATER, MASKED_EQUAL = 4, 6, 7
PROT_WRITE, PROT_EXEC = 2, 4


class Argument(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint), ("compare", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def _settings(path):
    with open(path, encoding="utf-8") as unit:
        pairs = [line.strip().partition("=")[::2] for line in unit if not line.startswith("#")]
    return lambda name: [value for key, value in pairs if key == name]


def _sets():
    """Set -> names of calls and sets in it, as this systemd has them."""
    text = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"],
                          capture_output=True, text=True, check=True).stdout
    found, name = {}, None
    for line in text.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = []
        elif line.startswith("    ") and not line.strip().startswith("#"):
            found[name].append(line.strip())
    return found


def _expand(words, sets):
    for word in words:
        if word.startswith("@"):
            yield from _expand(sets[word], sets)
        else:
            yield word


def allowed_calls(lines):
    """systemd.exec(5): the first line lists what is allowed; later ones add or, with ~, take away."""
    sets, allowed = _sets(), set()
    for line in lines:
        names = set(_expand(line.lstrip("~").split(), sets))
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed | set(_expand(["@default"], sets)) | {"execve"}


class Filter:
    def __init__(self, default):
        self.lib = ctypes.CDLL("libseccomp.so.2")
        self.lib.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.seccomp_init(ctypes.c_uint32(default)))

    def add(self, action, name, *arguments):
        number = self.lib.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        array = (Argument * len(arguments))(*arguments)
        bad = self.lib.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number,
                                              len(arguments), array)
        if bad:
            raise OSError(-bad, name)

    def load(self):
        bad = self.lib.seccomp_load(self.context)
        if bad:
            raise OSError(-bad, "seccomp_load")


def deny_writable_code():
    both = PROT_WRITE | PROT_EXEC
    denied = Filter(ALLOW)
    denied.add(EPERM_ACTION, "mmap", Argument(2, MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        denied.add(EPERM_ACTION, name, Argument(2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC))
    denied.load()


def deny_other_sockets(families):
    numbers = {getattr(socket, name).value for name in families}
    denied = Filter(ALLOW)
    for other in set(range(64)) - numbers:
        denied.add(EPERM_ACTION, "socket", Argument(0, EQUAL, other))
    denied.add(EPERM_ACTION, "socket", Argument(0, GREATER, 63))
    denied.load()


def main():
    unit, command = _settings(sys.argv[1]), sys.argv[2:]
    allowed = Filter(EPERM_ACTION)
    for name in allowed_calls(unit("SystemCallFilter")):
        allowed.add(ALLOW, name)
    if unit("MemoryDenyWriteExecute") == ["yes"]:
        deny_writable_code()
    deny_other_sockets(unit("RestrictAddressFamilies")[0].split())
    allowed.load()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
