"""An HTTPS server that does as a script says, and keeps what it was asked."""
import collections
import contextlib
import http.server
import pathlib
import ssl
import threading

from .tls import make_certificates

Asked = collections.namedtuple("Asked", "method path headers body")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def _do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        with contextlib.suppress(OSError):  # the client may go whenever it likes
            self.server.script(self)

    do_GET = do_PROPFIND = do_REPORT = _do

    def say(self, status, body=b"", **headers):
        """A whole answer. Names of headers with _ for -."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass

    def finish_request(self, request, address):
        # In the thread of the connection: a client that says nothing holds up no other.
        with contextlib.suppress(OSError):
            super().finish_request(self.context.wrap_socket(request, server_side=True), address)


class WebServer:
    """`with WebServer(folder) as web: web.script = lambda handler: handler.say(200, ...)`"""

    def __init__(self, folder, certificate="good"):
        folder = pathlib.Path(folder) / "tls"
        if not folder.exists():
            make_certificates(folder)
        self.ca = folder / "ca.pem"
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.context.load_cert_chain(folder / f"{certificate}.pem",
                                            folder / f"{certificate}.key")
        self.asked = self.server.asked = []
        self.script = lambda handler: handler.say(404)
        self.server.script = lambda handler: self.script(handler)
        self.port = self.server.server_address[1]
        self.url = f"https://localhost:{self.port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
