"""Whether a container of the image is alive: `python -m core.alive`, its HEALTHCHECK and the worker's probe.

The image is the web server, the worker and every command, so the command of the container says what to ask. It is
asked every half a minute, and imports nothing but Python's own.
"""

import os
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

FILE = "WORKER_ALIVE_FILE"  # the variable that names the file which the worker touches; the image sets it
# A round may wait for a silent database in each of its parts, and is over in seconds otherwise.
MOST_SECONDS_OF_ROUND = 600
ANSWER_SECONDS = 5


def show_life() -> None:
    """Touch the worker's file, if one is named. The worker does so in each of its rounds.

    A file that cannot be touched is no fault of the work: whoever asks for it will say so.
    """
    if name := os.environ.get(FILE):
        with suppress(OSError):
            Path(name).touch()


def is_alive(command: list[str]) -> bool:
    """Tell whether the process of this container with that command line is alive.

    gunicorn answers `/healthz`. The worker touched its file a short while ago. Whatever else runs here ends by
    itself, and is alive until then.
    """
    if any(Path(word).name == "gunicorn" for word in command):
        server = HTTPConnection(
            f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}", timeout=ANSWER_SECONDS
        )
        try:
            server.request("GET", "/healthz")
            return server.getresponse().status == 200
        except (OSError, HTTPException):
            return False
    if "deliver" in command and "--once" not in command:
        try:
            return time.time() - Path(os.environ[FILE]).stat().st_mtime < MOST_SECONDS_OF_ROUND
        except (OSError, KeyError):
            return False
    return True


if __name__ == "__main__":
    sys.exit(not is_alive(Path("/proc/1/cmdline").read_text().replace("\0", " ").split()))
