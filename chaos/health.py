"""`/healthz` asked again and again, by a process of its own: `python -m chaos.health PORT`, until its input ends."""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EVERY = 0.05  # seconds
LONGEST = 30.0  # seconds without an answer
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"


@dataclass
class Health:
    """How long the answers took, in milliseconds, and how many did not come or were not 200."""

    taken: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def most(self) -> float:
        return max(self.taken, default=0.0)

    def percentile(self, percent: int) -> float:
        ordered = sorted(self.taken) or [0.0]
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]

    def figures(self) -> dict[str, float | int]:
        return {
            "asked": len(self.taken) + self.failed,
            "failed": self.failed,
            "p99_ms": round(self.percentile(99), 1),
            "most_ms": round(self.most, 1),
        }


@contextmanager
def watched(port: int) -> Iterator[Health]:
    """Ask for the health of a server within the context; the figures are there after it."""
    health = Health()
    process = subprocess.Popen(
        [sys.executable, __file__, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield health
    finally:
        said, _ = process.communicate(timeout=2 * LONGEST)
        found = json.loads(said)
        health.taken, health.failed = found["taken"], found["failed"]


def _sample(port: int) -> None:
    taken, failed = [], 0
    while not select.select([sys.stdin], [], [], EVERY)[0]:
        started = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as connection:
                connection.sendall(REQUEST)
                is_good = connection.recv(4096).startswith(b"HTTP/1.1 200")
        except OSError:
            is_good = False
        if is_good:
            taken.append(1000 * (time.perf_counter() - started))
        else:
            failed += 1
    print(json.dumps({"taken": taken, "failed": failed}))


if __name__ == "__main__":
    _sample(int(sys.argv[1]))
