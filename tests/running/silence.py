"""Databases that say nothing: a paused server, and a line that swallows what is sent."""

import os
import selectors
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit


@contextmanager
def paused(url: str) -> Iterator[None]:
    """Stop every process of a cluster (tests/postgres.py) as a virtual machine is stopped, and let them go on."""
    # Each process of PostgreSQL is in a group of its own. The first is stopped first, so that it makes no more.
    first = int((_folder(url) / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(first, signal.SIGSTOP)
    processes = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def _folder(url: str) -> Path:
    return Path(unquote(urlsplit(url).netloc.partition("@")[2].partition(":")[0]))


class Line:
    """A line over TCP to a cluster. It can be made to swallow everything, or the answer to one COMMIT."""

    def __init__(self, url: str) -> None:
        self.swallows = False
        self.loses_commit_of = b""  # of a transaction that has sent these bytes
        self._server = str(_folder(url) / ".s.PGSQL.5432")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._other: dict[Any, socket.socket] = {}
        self._clients: set[Any] = set()
        self._has_sent: set[Any] = set()
        self._is_lost: set[Any] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.url = f"postgresql://{urlsplit(url).username}@127.0.0.1:{self._port}{urlsplit(url).path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for end in (self._listening, *self._other):
            end.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listening:
                    self._accept()
                elif key.fileobj in self._other:  # not closed just now with its other end
                    self._carry(key.fileobj)

    def _accept(self) -> None:
        client, server = self._listening.accept()[0], socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        self._clients.add(client)
        for here, there in ((client, server), (server, client)):
            self._other[here] = there
            self._selector.register(here, selectors.EVENT_READ)

    def _carry(self, here: Any) -> None:
        with suppress(OSError):
            if content := here.recv(65536):
                if not self.swallows and here not in self._is_lost:
                    self._look(here, content)
                    self._other[here].sendall(content)
                return
        for end in (here, self._other[here]):
            self._selector.unregister(end)
            del self._other[end]
            end.close()

    def _look(self, here: Any, content: bytes) -> None:
        if here not in self._clients or not self.loses_commit_of:
            return
        if self.loses_commit_of in content:
            self._has_sent.add(here)
        if here in self._has_sent and b"COMMIT" in content:
            self._is_lost.add(self._other[here])
            self.loses_commit_of = b""
