"""Real CalDAV servers on loopback, with TLS, each in a folder of its own: Radicale, and
Xandikos behind a small TLS proxy. And a client that does to them what people's programs do."""
import base64
import contextlib
import http.client
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time

from .tls import make_certificates

USER, PASSWORD = "eva", "hemligt"


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class TlsProxy:
    """What comes by TLS goes on in clear, and back."""

    def __init__(self, tls, port, to_port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(tls / "good.pem", tls / "good.key")
        self.listener = socket.create_server(("127.0.0.1", port))
        self.to_port = to_port
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client):
        with contextlib.suppress(OSError), client:
            client.settimeout(20)
            outer = self.context.wrap_socket(client, server_side=True)
            with outer, socket.create_connection(("127.0.0.1", self.to_port)) as inner:
                back = threading.Thread(target=self._pump, args=(inner, outer), daemon=True)
                back.start()
                self._pump(outer, inner)
                back.join(20)

    @staticmethod
    def _pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


class _CaldavServer:
    """start() and stop() any number of times; what was put there stays."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        make_certificates(self.folder / "tls")
        self.ca = self.folder / "tls" / "ca.pem"
        self.port = _free_port()
        self.url = f"https://localhost:{self.port}"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 20
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self):
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request("OPTIONS", self.home)[0] < 500
        return False

    # -- a client

    def request(self, method, path, body=None, **headers):
        """(status, body)"""
        context = ssl.create_default_context(cafile=str(self.ca))
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=20,
                                                 context=context)
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        with contextlib.closing(connection):
            connection.request(method, path, body, {
                "Authorization": f"Basic {token}",
                **{k.replace("_", "-"): v for k, v in headers.items()}})
            response = connection.getresponse()
            return response.status, response.read()

    def _do(self, *words, **headers):
        status, body = self.request(*words, **headers)
        assert status in (200, 201, 204, 207), f"{words[:2]}: {status} {body[:500]}"
        return body

    def make_calendar(self, name, display_name=None):
        """Its path. display_name may hold any letters."""
        path = f"{self.home}{name}/"
        shown = display_name or name
        self._do("MKCALENDAR", path, (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
            f"<d:displayname>{shown}</d:displayname></d:prop></d:set></c:mkcalendar>"
        ).encode(), Content_Type="application/xml")
        return path

    def put(self, path, ics):
        self._do("PUT", path, ics, Content_Type="text/calendar; charset=utf-8")

    def delete(self, path):
        self._do("DELETE", path)


class Radicale(_CaldavServer):
    home = f"/{USER}/"

    def command(self):
        tls = self.folder / "tls"
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (self.folder / "config").write_text(f"""
[server]
hosts = 127.0.0.1:{self.port}
ssl = True
certificate = {tls}/good.pem
key = {tls}/good.key
[auth]
type = htpasswd
htpasswd_filename = {self.folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {self.folder}/collections
[web]
type = none
""")
        return ["radicale", "--config", str(self.folder / "config")]


class Xandikos(_CaldavServer):
    """It knows no passwords of its own."""

    home = f"/{USER}/calendars/"

    def __init__(self, folder):
        super().__init__(folder)
        self.plain_port, self.proxy = _free_port(), None

    def command(self):
        return ["xandikos", "-d", str(self.folder / "data"), "--defaults",
                "--current-user-principal", f"/{USER}/", "-l", "127.0.0.1",
                "-p", str(self.plain_port)]

    def start(self):
        self.proxy = TlsProxy(self.folder / "tls", self.port, self.plain_port)
        super().start()

    def stop(self):
        if self.proxy:
            self.proxy.close()
            self.proxy = None
        super().stop()
