"""How far a long command has come: a bar on a terminal, and a line now and then where nobody looks at once."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

SECONDS = 10  # between two lines


@contextmanager
def progress(what: str, *, size: int, unit: str = "B") -> Iterator[Callable[[int], object]]:
    """Show on standard error how much of `size` bytes, or other units, is done; give what is told of each piece.

    Whatever is over within SECONDS says nothing, except on a terminal.
    """
    if sys.stderr.isatty():
        with tqdm(desc=what, total=size, unit=unit, unit_scale=True, file=sys.stderr) as bar:
            yield bar.update
    else:
        yield _Lines(what, size).update


class _Lines:
    def __init__(self, what: str, size: int) -> None:
        self.what, self.size = what, size
        self.done, self.said_at = 0, time.monotonic()

    def update(self, piece: int) -> None:
        self.done += piece
        if time.monotonic() - self.said_at >= SECONDS:
            self.said_at = time.monotonic()
            sys.stderr.write(f"{self.what}: {100 * self.done // max(self.size, 1)} %\n")
            sys.stderr.flush()
