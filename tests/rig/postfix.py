"""Postfix of one rig: four ways in, everything under *.example out by LMTP to Dovecot.

    submission   STARTTLS and login required, envelope sender must be the login
    submissions  the same with TLS from the first byte
    outside      no login: mail from strangers, marked as not vouched for
    bare         no login, and no Authentication-Results added at all
A client that asks by server name for wrong.localhost, expired.localhost or
otherca.localhost gets that certificate.
See milter.py for the headers that result. An unknown recipient is refused with
`550 5.1.1` at RCPT; one at bounce.example is taken and bounced afterwards. Mail to
framme.example is delivered here for good, into files: reports of success say "delivered",
where those of what goes on to Dovecot say "relayed".
"""
import grp
import pwd
import os

from .milter import AUTHSERV_ID
from .tls import BAD_CERTIFICATES

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/postfix/queue
data_directory = {root}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/maillog
maillog_file_prefixes = {root}
syslog_name = postfix
myhostname = {hostname}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
in_flow_delay = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
hash_queue_depth = 1
enable_long_queue_ids = yes
message_size_limit = 60000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_client_event_limit_exceptions = 127.0.0.0/8
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_recipient_limit = 5000
default_destination_concurrency_limit = 20
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access socketmap:unix:{root}/tables:access, permit
virtual_mailbox_domains = regexp:{root}/postfix/conf/domains
virtual_mailbox_maps = socketmap:unix:{root}/tables:users
transport_maps = inline:{{framme.example=virtual}}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.1.2 nothing leaves the test
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sender_login_maps = regexp:{root}/postfix/conf/logins
smtpd_tls_chain_files = {root}/tls/good.key, {root}/tls/good.pem
tls_server_sni_maps = texthash:{root}/postfix/conf/certificates
smtpd_tls_auth_only = yes
smtpd_milters = unix:{root}/milter
milter_default_action = tempfail
milter_protocol = 6
"""

# service, its settings over main.cf
LOGIN_REQUIRED = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_client_restrictions": "permit_sasl_authenticated,reject",
    "smtpd_sender_restrictions": "reject_sender_login_mismatch",
}
SERVICES = {
    "submission": {**LOGIN_REQUIRED, "smtpd_tls_security_level": "encrypt"},
    "submissions": {**LOGIN_REQUIRED, "smtpd_tls_wrappermode": "yes"},
    "outside": {},
    "bare": {"smtpd_milters": ""},
}

MASTER = """\
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
virtual   unix  - n n - - virtual
  -o virtual_mailbox_base={root}/postfix/data -o virtual_mailbox_maps=static:framme
  -o virtual_uid_maps=static:{uid} -o virtual_gid_maps=static:{gid}
lmtp      unix  - - n - - lmtp
error     unix  - - n - - error
retry     unix  - - n - - error
showq     unix  n - n - - showq
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
tlsmgr    unix  - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""

# queue folder -> mode; all but pid belong to postfix
FOLDERS = {"active": 0o700, "bounce": 0o700, "corrupt": 0o700, "defer": 0o700,
           "deferred": 0o700, "flush": 0o700, "hold": 0o700, "incoming": 0o700,
           "private": 0o700, "saved": 0o700, "trace": 0o700, "maildrop": 0o730,
           "public": 0o710, "pid": 0o755}
UNDELIVERED = ("maildrop", "incoming", "active", "deferred", "hold")


def write_config(root, ports):
    base, user = root / "postfix", pwd.getpwnam("postfix").pw_uid
    for folder in ("conf", "queue", "data"):
        (base / folder).mkdir(parents=True)
    os.chown(base / "data", user, -1)
    for folder, mode in FOLDERS.items():
        path = base / "queue" / folder
        path.mkdir()
        group = grp.getgrnam("postdrop").gr_gid if mode & 0o070 and folder != "pid" else -1
        os.chown(path, 0 if folder == "pid" else user, group)
        path.chmod(mode)
    conf = base / "conf"
    (conf / "main.cf").write_text(MAIN.format(root=root, hostname=AUTHSERV_ID, **ports))
    (conf / "domains").write_text("/^(.*\\.)?example$/ OK\n")
    (conf / "logins").write_text("/^(.*)$/ $1\n")
    (conf / "certificates").write_text("".join(
        f"{name}.localhost {root}/tls/{name}.key, {root}/tls/{name}.pem\n"
        for name in BAD_CERTIFICATES))
    (conf / "master.cf").write_text(
        _listeners(ports) + MASTER.format(root=root, uid=user, gid=pwd.getpwuid(user).pw_gid))
    # Postfix waits with a file until it is some seconds old.
    for path in conf.iterdir():
        os.utime(path, (0, 0))
    # Made beforehand so that whoever runs the tests can read it.
    (root / "maillog").touch()


def _listeners(ports):
    text = ""
    for name, settings in SERVICES.items():
        text += f"127.0.0.1:{ports[name]} inet n - n - - smtpd\n"
        text += f"  -o syslog_name=postfix/{name}\n"
        text += "".join(f"  -o {key}={value}\n" for key, value in settings.items())
    return text


def command(root):
    return ["/usr/lib/postfix/sbin/master", "-d", "-c", str(root / "postfix" / "conf")]


def queued(root):
    """How many messages wait in the queue, in any state."""
    queue = root / "postfix" / "queue"
    return sum(len(files) for name in UNDELIVERED for _, _, files in os.walk(queue / name))
