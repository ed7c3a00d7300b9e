"""What this process counts for whoever watches it. Nothing is kept where nobody does (heka_confirm/metrics.py)."""

from collections.abc import Callable

Watcher = Callable[[str, tuple[str, ...]], None]

_watchers: set[Watcher] = set()


def watch(watcher: Watcher) -> None:
    """Tell a watcher of everything that is counted from now on: what it is, and the words by which it is counted."""
    _watchers.add(watcher)


def count(what: str, *words: str) -> None:
    """Count one more of something, by words of a fixed list: never by what somebody typed, or who they are."""
    for watcher in _watchers:
        watcher(what, words)
