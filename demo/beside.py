"""What commands beside the demo need to know of it, for as long as it runs (heka_confirm/running_demo.py)."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from heka_confirm import running_demo
from heka_confirm.settings import env


@contextlib.contextmanager
def written_down(file: Path = running_demo.FILE) -> Iterator[None]:
    """Keep the settings of this demo in a locked file that only its owner can read.

    Of two demos in one folder, which share its database, the later one's are there.
    """
    names = [given for name in env.dump() if name != "STAFF_DIRECTORY" for given in (name, f"{name}_FILE")]
    decided = {  # by the demo, without a variable
        "PUBLIC_URL": settings.PUBLIC_URL,
        "WEBHOOK_ALLOW_PRIVATE": "true",
        "STAFF_DIRECTORY": json.dumps(settings.STAFF_DIRECTORY),
    }
    known = {name: os.environ[name] for name in names if name in os.environ} | decided
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        fcntl.flock(written, fcntl.LOCK_EX)  # the server's worker shares it: it ends with the last of them
        json.dump(known, written)
        written.flush()
        new.replace(file)  # locked already, so nobody can meet it between
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(file.stat(), os.fstat(written.fileno())):
                    file.unlink()
