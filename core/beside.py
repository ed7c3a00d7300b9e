"""What a copy of the process finds out. All that only this needs goes with it: imported modules, opened libraries."""

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


def find_beside(find: Callable[[], T]) -> T:
    """Return what a function finds in a copy of this process; it has to be JSON.

    What the copy does not live to tell is found here then, before all eyes. There is no copy beside other threads, and
    none where the system grants no further process.
    """
    if threading.active_count() > 1:
        return find()
    reader, writer = os.pipe()
    try:
        copy = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return find()
    if not copy:
        try:
            with open(writer, "w") as pipe:
                pipe.write(json.dumps(find()))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        told = pipe.read()
    with suppress(ChildProcessError):  # of a server that ignores its children
        os.waitpid(copy, 0)
    found: T = json.loads(told) if told else find()
    return found
