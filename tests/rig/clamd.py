"""The real clamd in a folder of its own, with one signature of our own."""
import contextlib
import socket
import subprocess
import threading
import time

# Like EICAR's, a string that nobody but this signature minds.
VIRUS = b"X5O-utskick-test-signature-7CC(no harm in it)$H+H*"
SIGNATURE = "Utskick-Test-Signature"
CONF = """LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
LogFile {folder}/clamd.log
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength 1M
OfficialDatabaseOnly no
"""


class Clamd:
    def __init__(self, folder):
        self.folder, self.process = folder, None
        self.socket = folder / "clamd.sock"
        (folder / "signatures").mkdir(parents=True)
        (folder / "signatures" / "test.ndb").write_text(f"{SIGNATURE}:0:*:{VIRUS.hex()}\n")
        (folder / "clamd.conf").write_text(CONF.format(folder=folder))

    def start(self, seconds=60):
        self.process = subprocess.Popen(["/usr/sbin/clamd", "-c", self.folder / "clamd.conf"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        end = time.monotonic() + seconds
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "clamd.log").read_text())
            time.sleep(0.05)
        return self

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(str(self.socket))
                s.sendall(b"zPING\0")
                return s.recv(10) == b"PONG\0"
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def useless(self):
        """Something at its socket that answers PING and hangs up on everything else."""
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.socket))
            server.listen()

            def serve():
                with contextlib.suppress(OSError):
                    while True:
                        with server.accept()[0] as asker:
                            if asker.recv(6) == b"zPING\0":
                                asker.sendall(b"PONG\0")

            thread = threading.Thread(target=serve)
            thread.start()
            yield
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
        self.socket.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
