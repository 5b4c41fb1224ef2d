"""Dovecot of one rig: IMAP (STARTTLS), IMAPS, LMTP with Sieve, and the login service for Postfix.

Passwords are in a file; a token (XOAUTH2, OAUTHBEARER) is a JWT signed with the key that
stands in oauth.key, looked at by Dovecot itself. See oauth.py for who gives them out.

By server name a client can ask for bad certificates on the same ports:
wrong.localhost, expired.localhost, otherca.localhost.
"""
import base64
import os
import socket

from .tls import BAD_CERTIFICATES

CONFIG = """\
base_dir = {root}/run
state_dir = {root}/run/state
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <{root}/tls/good.pem
ssl_key = <{root}/tls/good.key
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_verbose = yes
mail_location = maildir:~/Maildir
mail_fsync = never
submission_host = 127.0.0.1:{bare}
mail_plugins = quota
mail_max_userip_connections = 1000
first_valid_uid = 1
first_valid_gid = 1
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  sieve = file:~/.dovecot.sieve
  sieve_extensions = +vacation-seconds
  sieve_vacation_min_period = 0
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/oauth.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {root}/users
}}
userdb {{
  driver = passwd-file
  args = {root}/users
}}
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  process_min_avail = 1
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service imap {{
  process_limit = 1000
}}
service auth {{
  unix_listener {root}/postfix/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
protocol lmtp {{
  mail_plugins = $mail_plugins sieve
  postmaster_address = postmaster@linkoping.example
}}
"""

OAUTH = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={root}/oauth/
issuers = https://localhost
scope = mail
username_attribute = email
"""

OTHER_CERTIFICATE = """\
local_name {name}.localhost {{
  ssl_cert = <{root}/tls/{name}.pem
  ssl_key = <{root}/tls/{name}.key
}}
"""


def write_config(root, ports):
    text = CONFIG.format(root=root, **ports)
    for name in BAD_CERTIFICATES:
        text += OTHER_CERTIFICATE.format(root=root, name=name)
    _write_oauth(root)
    (root / "run").mkdir()
    (root / "dovecot.conf").write_text(text)


def _write_oauth(root):
    key = base64.b64encode(os.urandom(32))
    folder = root / "oauth" / "default" / "HS256"
    folder.mkdir(parents=True)
    (folder / "default").write_bytes(key)
    # For whoever runs the tests.
    (root / "oauth.key").write_bytes(key)
    (root / "oauth.conf").write_text(OAUTH.format(root=root))


def command(root):
    return ["/usr/sbin/dovecot", "-F", "-c", str(root / "dovecot.conf")]


def users_lines(users, root, uid, gid):
    """users: address -> {password, home, quota}; address -> line of the passwd-file."""
    lines = {}
    for address, user in users.items():
        extra = f"userdb_quota_rule=*:bytes={user['quota']}" if user.get("quota") else ""
        lines[address] = (f"{address}:{{PLAIN}}{user['password']}:{uid}:{gid}::"
                          f"{root}/{user['home']}::{extra}\n")
    return lines


def knows(root, user):
    """Whether Dovecot knows a user by now. It listens on its ports before it does here."""
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(os.fspath(root / "run" / "auth-userdb"))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        with s.makefile("rw") as f:
            f.write(f"VERSION\t1\t0\nUSER\t1\t{user}\tservice=lmtp\n")
            f.flush()
            for line in f:
                if (answer := line.split("\t")[0]) in ("USER", "NOTFOUND", "FAIL"):
                    return answer == "USER"
    return False
