"""Several processes with key lists of their own, each played by a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings

from core import crypto


class KeysOfThreads:
    """The settings, but for the key lists that a thread has of its own."""

    def __init__(self) -> None:
        self.own = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name, None) or getattr(settings, name)

    def process(self, act: Callable[[], Any], **lists: list[str]) -> Callable[[], Any]:
        """Return the act as a process with these key lists does it."""

        def run() -> Any:
            vars(self.own).update(lists)
            try:
                return act()
            finally:
                vars(self.own).clear()

        return run


@contextmanager
def keys_of_threads() -> Iterator[KeysOfThreads]:
    """Let acts that it wraps use key lists of their own within the context."""
    lists = KeysOfThreads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "settings", lists)
        yield lists
