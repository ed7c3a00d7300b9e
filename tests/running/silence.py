"""Databases that say nothing: a paused server, and a line that swallows what is sent."""

import os
import selectors
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit


@contextmanager
def paused(url: str) -> Iterator[None]:
    """Stop every process of a cluster (tests/postgres.py) as a virtual machine is stopped, and let them go on."""
    processes = _processes(url)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def folder(url: str) -> Path:
    """Return the folder of a cluster, where its socket is."""
    return Path(unquote(urlsplit(url).netloc.partition("@")[2]))


def _processes(url: str) -> list[int]:
    # Each process of PostgreSQL is in a group of its own. The first is stopped first, so that it makes no more.
    first = int((folder(url) / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(first, signal.SIGSTOP)
    return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]


class Line:
    """A line to a cluster over TCP, which can be made to swallow everything, new connections too."""

    def __init__(self, url: str) -> None:
        self._server = str(folder(url) / ".s.PGSQL.5432")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self.swallows = self._closed = False
        user = urlsplit(url).username
        self.url = (
            f"postgresql://{user}@127.0.0.1:{self._listening.getsockname()[1]}{urlsplit(url).path}?sslmode=disable"
        )

    def __enter__(self) -> "Line":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._closed:
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listening:
                    self._accept()
                else:
                    self._carry(key.fileobj, key.data)

    def _accept(self) -> None:
        client, server = self._listening.accept()[0], socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        self._selector.register(client, selectors.EVENT_READ, server)
        self._selector.register(server, selectors.EVENT_READ, client)

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            if content := here.recv(65536):
                if not self.swallows:
                    there.sendall(content)
                return
        for end in (here, there):
            with suppress(KeyError):
                self._selector.unregister(end)
            end.close()
