"""The settings of the demo that runs in this folder, for the commands beside it: `manage.py api_client NAME`.

The demo writes its settings down and holds a lock on that file for as long as it runs, so what a demo left behind that
was killed counts for nothing. Only `manage.py` asks for them, and only where no variable says which installation is
meant. An image for production holds neither the demo nor `var/`.
"""

import fcntl
import json
import os
from collections.abc import MutableMapping
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "var" / "running-demo.json"
# Each of them, also as NAME_FILE, says that the installation is another one: then nothing is read.
DECIDING = ("SECRET_KEY", "DATABASE_URL", "DEBUG")


def join_running_demo(environment: MutableMapping[str, str] = os.environ, *, file: Path = FILE) -> str | None:
    """Add the running demo's settings to an environment without any of DECIDING; return the demo's address.

    Returns None, and adds nothing, where one of them is set or no demo runs here.
    """
    if any(name in environment or f"{name}_FILE" in environment for name in DECIDING):
        return None
    try:
        with file.open() as written:
            if os.fstat(written.fileno()).st_uid != os.geteuid():
                return None  # settings name code to run: whoever may write in var/ may not have ours run theirs
            try:
                fcntl.flock(written, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                known: dict[str, str] = json.load(written)
            else:
                return None  # nobody holds it any more
    except FileNotFoundError:
        return None
    for name, value in known.items():
        environment.setdefault(name, value)
    return environment["PUBLIC_URL"]
