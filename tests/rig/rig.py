#!/usr/bin/python3 -B
"""Test mail servers on loopback.

    rig.py start DIR [--owner PID] [ADDRESS[:PASSWORD] ...]
        starts Dovecot and Postfix; they run until `stop` or, with --owner, until
        that process is gone. Prints what `env` prints. Not root: asks sudo.
    rig.py env DIR
        ports and files as NAME='value' lines for a shell
    rig.py users DIR ADDRESS[:PASSWORD] ...
        adds mailboxes
    rig.py stop DIR
        ends the servers; mailboxes and logs are left in DIR
"""
import argparse
import pathlib
import shlex
import sys

# The package, not this file, is what `import rig` has to find.
sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from rig.client import PASSWORD, Rig, User  # noqa: E402


def _users(words):
    pairs = (word.partition(":") for word in words)
    return [User(address, password or PASSWORD) for address, _, password in pairs]


def _print_env(rig):
    values = {f"RIG_{name.upper()}_PORT": port for name, port in rig.ports.items()}
    values |= {"RIG_HOST": "localhost", "RIG_CA": rig.ca, "RIG_ROOT": rig.root}
    for name, value in values.items():
        print(f"{name}={shlex.quote(str(value))}")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["start", "stop", "env", "users", "keeper"])
    parser.add_argument("dir")
    parser.add_argument("users", nargs="*")
    parser.add_argument("--owner", default="none")
    return parser.parse_args()


def _do(args):
    if args.verb == "start":
        rig = Rig(args.dir).start(_users(args.users), owner=args.owner)
        return _print_env(rig)
    rig = Rig.attach(args.dir)
    if args.verb == "env":
        return _print_env(rig)
    if args.verb == "users":
        return rig.add_users(_users(args.users))
    return rig.stop()


def main():
    args = _arguments()
    if args.verb == "keeper":
        from rig.keeper import run
        return run(None if args.dir == "-" else args.dir, args.owner)
    try:
        return _do(args)
    except (RuntimeError, OSError) as e:
        return f"rig: {e}"


if __name__ == "__main__":
    sys.exit(main())
