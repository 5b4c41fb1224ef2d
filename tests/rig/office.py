"""The example office of config/, set up to work on a rig."""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config"


def merge(base, over):
    """over's values into base, objects key by key; None takes a key away. Returns base."""
    for key, value in over.items():
        if value is None:
            base.pop(key, None)
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


def _server(rig, port, user):
    return {"host": "localhost", "port": rig.ports[port], "tls": "implicit",
            "ca_file": str(rig.ca), "user": user}


def write_config(rig, folder, overrides=None):
    """Writes utskick.json, directory.json, secrets and empty calendar folders; returns folder.

    It is the example of config/ with the rig's servers, no brake on sending, and quick
    retries. overrides: {"utskick": {...}, "directory": {...}}, merged in at the end."""
    folder, overrides = pathlib.Path(folder), overrides or {}
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((EXAMPLE / "utskick.json").read_text())
    directory = json.loads((EXAMPLE / "directory.json").read_text())
    user = config["mailbox"]["address"]
    merge(config, {
        "imap": _server(rig, "imaps", user),
        "smtp": {**_server(rig, "submissions", user), "messages_per_minute": 10000,
                 "retry_first_seconds": 1, "unknown_grace_seconds": 1},
        "templates": str(ROOT / "templates"),
        # Only who tests the daily mail wants it among all others.
        "daily_mail": {"days": []},
    })
    merge(config, overrides.get("utskick", {}))
    merge(directory, overrides.get("directory", {}))
    _write(folder / "utskick.json", config)
    _write(folder / "directory.json", directory)
    for server in ("imap", "smtp"):
        _write_secret(folder / config[server]["secret"].get("file", "secret"),
                      rig.password(config[server]["user"]))
    for calendar in config["calendars"]:
        if "folder" in calendar:
            (folder / calendar["folder"]).mkdir(parents=True, exist_ok=True)
        if "secret" in calendar:
            _write_secret(folder / calendar["secret"]["file"], rig.password(calendar["user"]))
    return folder


def _write(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _write_secret(path, password):
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(password + "\n")


def addresses(folder=EXAMPLE):
    """Every address of an office's config that should have a mailbox, each once."""
    folder = pathlib.Path(folder)
    config = json.loads((folder / "utskick.json").read_text())
    directory = json.loads((folder / "directory.json").read_text())
    found = [config["mailbox"]["address"], config["office"]["coordinator"]["address"]]
    found += config["office"].get("security_unit", [])
    for person in directory["people"]:
        found += person["addresses"]
    return list(dict.fromkeys(found))
