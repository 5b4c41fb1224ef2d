"""A way to the real server that misbehaves where it is told to: TLS ends here and begins
anew behind, so that the dialogue can be seen and broken at any line."""
import contextlib
import re
import select
import socket
import ssl
import time

from listening import Listener, end, server_tls

# What is done at the fault, after the words were said.
CUT, STALL, DRIP, GO_ON = "cut", "stall", "drip", "go on"


class Fault:
    """at: "accept", "tls", or a pattern for a line of the client. say: bytes instead of the
    server's answer, %t for the client's tag. then: one of the above. meanwhile: called
    first; where nothing is said, the line goes on its way afterwards."""

    def __init__(self, at, say=b"", then=CUT, meanwhile=None):
        self.at = at if at in ("accept", "tls") else re.compile(at)
        self.say, self.then, self.meanwhile = say, then, meanwhile

    def is_at(self, line):
        return not isinstance(self.at, str) and self.at.search(line)


class FaultyWay(Listener):
    """Listens on a port of its own. While `fault` is set, it happens to whoever comes."""

    def __init__(self, rig, fault=None, port="imaps"):
        self.rig, self.fault, self.target = rig, fault, rig.ports[port]
        self.lines, self.open, self.context = [], set(), server_tls(rig)
        super().__init__()

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.cut()

    def cut(self):
        """Ends what is connected now; whose thread it is closes it."""
        end(self.open)

    def _end(self, connection):
        self.open.discard(connection)
        end([connection])
        connection.close()

    def _talk(self, caller):
        fault = self.fault
        with contextlib.suppress(OSError):
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            caller.settimeout(20)
            if fault and fault.at == "accept":
                return self._happen(fault, caller, b"")
            if fault and fault.at == "tls":
                caller.recv(5)
                return self._happen(fault, caller, b"")
            client = self.context.wrap_socket(caller, server_side=True)
            server = self.rig.tls().wrap_socket(
                socket.create_connection(("127.0.0.1", self.target)), server_hostname="localhost")
            self.open |= {client, server}
            self._pass(client, server)
        return None

    def _some(self, connection):
        """What is there now; None for nothing yet, which TLS may mean by being readable."""
        connection.settimeout(0)
        try:
            return connection.recv(65536)
        except ssl.SSLWantReadError:
            return None
        finally:
            connection.settimeout(20)

    def _pass(self, client, server):
        """One thread for both ways: TLS allows no two."""
        rest = b""
        while True:
            ready = [c for c in (client, server) if c.pending()]
            ready = ready or select.select([client, server], [], [])[0]
            for connection in ready:
                some = self._some(connection)
                if some == b"":
                    return self._end(client), self._end(server)
                if some and connection is server:
                    client.sendall(some)
                if some and connection is client:
                    rest = self._lines(client, server, rest + some)
                    if rest is None:
                        return None

    def _lines(self, client, server, some):
        """Passes whole lines on, and returns the rest; None where the fault was met."""
        *lines, rest = some.split(b"\n")
        for line in lines:
            self.lines.append(line)
            fault = self.fault
            is_met = fault and fault.is_at(line)
            if is_met and fault.meanwhile:
                fault.meanwhile()
            if not is_met or not fault.say and fault.then == GO_ON:
                server.sendall(line + b"\n")
                continue
            if fault.then != GO_ON:
                self._end(server)
            self._happen(fault, client, line.partition(b" ")[0])
            if fault.then != GO_ON:
                return None
        # A literal has no end of line of its own.
        if len(rest) > 4096:
            server.sendall(rest)
            return b""
        return rest

    def _happen(self, fault, client, tag):
        with contextlib.suppress(OSError):
            for part in fault.say if isinstance(fault.say, list) else [fault.say]:
                client.sendall(part.replace(b"%t", tag))
        if fault.then == STALL:
            with contextlib.suppress(OSError):
                while client.recv(4096):
                    pass
        if fault.then == DRIP:
            with contextlib.suppress(OSError):
                while True:
                    client.sendall(b"*")
                    time.sleep(0.3)
        if fault.then != GO_ON:
            self._end(client)
