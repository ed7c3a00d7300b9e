"""A proxy for calls that leave, on this machine: it connects by CONNECT, and keeps what it was asked."""

import select
import socket
from urllib.parse import urlsplit

from tests import servers


class Proxy(servers.Server):
    """Knows every name as this machine. `asked` holds each call: method, target and Proxy-Authorization."""

    def __init__(self):
        super().__init__(Handler)
        self.asked = []
        self.refuses = False


class Handler(servers.Handler):
    def do_CONNECT(self):
        self.server.asked.append((self.command, self.path, self.headers["Proxy-Authorization"]))
        if self.server.refuses:
            self.send_error(403)
            return
        with socket.create_connection(("127.0.0.1", int(self.path.rpartition(":")[2]))) as there:
            self.send_response(200)
            self.end_headers()
            pass_on(self.connection, there)
        self.close_connection = True

    def pass_on_whole(self):
        """Pass a plain call on, as a whole, to the server that its address names."""
        self.server.asked.append((self.command, self.path, self.headers["Proxy-Authorization"]))
        target = urlsplit(self.path)
        with socket.create_connection((target.hostname, target.port)) as there:
            given = [f"{name}: {value}" for name, value in self.headers.items()]
            there.sendall("\r\n".join([f"{self.command} {target.path} HTTP/1.0", *given, "", ""]).encode())
            there.sendall(self.body())
            while piece := there.recv(65536):
                self.connection.sendall(piece)
        self.close_connection = True

    def do_GET(self):
        self.pass_on_whole()

    def do_POST(self):
        self.pass_on_whole()


def pass_on(one, other):
    while True:
        ready, _, _ = select.select([one, other], [], [], 30)
        for sock in ready:
            piece = sock.recv(65536)
            if not piece:
                return
            (other if sock is one else one).sendall(piece)
        if not ready:
            return


def running():
    return servers.running(Proxy())
