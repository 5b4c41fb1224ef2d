"""An OAuth2 server of one test: gives out tokens that the rig's Dovecot believes.

    with TokenServer(rig) as tokens:
        office.configure({"utskick": {"imap": tokens.settings("client-credentials")}})

What it is asked is in `asked` (the fields of each form), what it gave in `given`. `answer`
replaces the next answers: a list of functions that get the handler, or of (status, body).
"""
import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.parse

CLIENT_ID = "utskick-client"
CLIENT_SECRET = "klient-hemlighet-4711"
ISSUER = "https://localhost"


def _b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_token(key, user, lifetime=3600, scope="mail", issuer=ISSUER):
    """A JWT (RFC 7519) as Dovecot checks it."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT"}
    claims = {"iss": issuer, "sub": user, "email": user, "scope": scope, "iat": now - 5,
              "nbf": now - 5, "exp": now + lifetime, "jti": secrets.token_hex(8)}
    signed = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
    mac = hmac.new(base64.b64decode(key), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_b64(mac)}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        owner = self.server.owner
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(form, strict_parsing=True))
        with owner.lock:
            owner.asked.append({"path": self.path, **fields})
            odd = owner.answer.pop(0) if owner.answer else None
            status, body = (200, None) if odd else owner.decide(self.path, fields)
        if callable(odd):
            return odd(self)
        self.say(*(odd or (status, body)))

    def say(self, status, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


class TokenServer:
    def __init__(self, rig, user, certificate="good"):
        self.rig, self.user = rig, user
        self.key = (rig.root / "oauth.key").read_bytes()
        self.asked, self.given, self.answer = [], [], []
        self.lock = threading.Lock()
        self.refresh = "forsta-" + secrets.token_hex(12)  # the only one that holds
        self.refreshes = [self.refresh]
        self.rotates = True
        self.lifetime = 3600     # as told
        self.real_lifetime = 3600
        self.device = "enhet-" + secrets.token_hex(12)
        self.pending = []        # errors of a person who has not finished
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.http.owner = self
        self.http.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rig.ca.with_name(f"{certificate}.pem"),
                                rig.ca.with_name(f"{certificate}.key"))
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True,
                                               do_handshake_on_connect=False)
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(10)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def settings(self, grant, **more):
        """`auth` and `oauth2` of a server, to be merged into its settings; files of the
        secrets are made by put_secrets."""
        oauth = {"grant": grant, "token_url": f"{self.url}/token", "client_id": CLIENT_ID,
                 "client_secret": {"file": "secret-oauth2"}, "scope": "mail",
                 "ca_file": str(self.rig.ca)}
        if grant == "refresh-token":
            oauth["refresh_token"] = {"file": "refresh-token"}
        if grant == "device-code":
            oauth["device_url"] = f"{self.url}/device"
        return {"auth": "oauth2", "oauth2": {**oauth, **more}}

    def put_secrets(self, folder):
        for name, text in (("secret-oauth2", CLIENT_SECRET), ("refresh-token", self.refresh)):
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(text + "\n")

    # -- what it decides

    def decide(self, path, fields):
        if fields.get("client_id") != CLIENT_ID:
            return 401, {"error": "unauthorized_client", "error_description": "no such client"}
        if path == "/device":
            return 200, {"device_code": self.device, "user_code": "KLMN-4711", "expires_in": 60,
                         "verification_uri": f"{self.url}/kod", "interval": 1}
        if fields.get("client_secret") != CLIENT_SECRET:
            secret = fields.get("client_secret")
            return 401, {"error": "invalid_client",
                         "error_description": f"AADSTS7000215: Invalid secret {secret} provided."
                         " Trace ID: 4711"}
        return getattr(self, "by_" + fields["grant_type"].rpartition(":")[2])(fields)

    def by_client_credentials(self, _):
        return 200, self.new_token(None)

    def by_refresh_token(self, fields):
        if fields["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant",
                         "error_description": f"token {fields['refresh_token']} was revoked"}
        if self.rotates:
            self.refresh = "nasta-" + secrets.token_hex(12)
            self.refreshes.append(self.refresh)
        return 200, self.new_token(self.refresh if self.rotates else None)

    def by_device_code(self, fields):
        if fields["device_code"] != self.device:
            return 400, {"error": "invalid_grant"}
        if self.pending:
            return 400, {"error": self.pending.pop(0)}
        return 200, self.new_token(self.refresh)

    def new_token(self, refresh):
        token = make_token(self.key, self.user, self.real_lifetime)
        self.given.append(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime,
                **({"refresh_token": refresh} if refresh else {})}

    def secrets(self):
        """Everything that nobody may ever read elsewhere."""
        return [CLIENT_SECRET, self.device, *self.refreshes, *self.given]


@contextlib.contextmanager
def signed_in_office(office, grant, servers=("imap", "smtp"), **more):
    """An office whose servers are signed in to by tokens; gives the token server."""
    with TokenServer(office.rig, office.mailbox) as tokens:
        tokens.put_secrets(office.config)
        office.configure({"utskick": {name: tokens.settings(grant, **more) for name in servers}})
        yield tokens
