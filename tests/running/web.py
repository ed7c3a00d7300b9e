"""gunicorn as in production: a process of its own with `gunicorn.conf.py` and the environment that is documented."""

import atexit
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.processes import PRODUCTION, ROOT

START_TIMEOUT = 120  # seconds, on a machine that is busy with tests
STOP_TIMEOUT = 60  # beyond graceful_timeout
# Settings with long time limits, for servers that are to answer also on a machine that is busy with tests. The former
# release has them too.
PATIENT = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
# What a request that comes straight to gunicorn says for the proxy, which would have ended TLS.
HEADERS = {
    "Host": PRODUCTION["PUBLIC_URL"].partition("://")[2],
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.1",
}


def variables(url: str, **environment: str) -> dict[str, str]:
    """Return the environment of an installation with the database of that URL, for its server and its commands."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {
        "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
        "DATABASE_URL": url,
        "STAGING": "true",  # the people of the tests have test codes
    }
    return {**PRODUCTION, **kept, **own, **environment}


def command(url: str, *arguments: str, code: Path = ROOT, **environment: str) -> str:
    """Run a script or module of the project to its end and return its output. Raises CalledProcessError.

    `command(url, "manage.py", "migrate")`, `command(url, "-c", "import django; …")`.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=code,
        env=variables(url, LOG_LEVEL="ERROR", **environment),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
    )
    return done.stdout


@dataclass
class Server:
    """A running gunicorn: `pid` is its master."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def workers(self) -> list[int]:
        """Return the process ids of its workers, those that are leaving too."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def reload(self) -> None:
        """Let it read its code and settings again, as a release on one machine does; new workers follow the old."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to leave as an orchestrator does, and wait until it has. Raises TimeoutExpired."""
        self.process.terminate()
        self.process.wait(timeout=STOP_TIMEOUT)

    def get(self, path: str, *, timeout: float = 60, **headers: str) -> tuple[int, bytes]:
        """Return status and body of a page, asked for as the proxy would; redirects are not followed.

        Raises OSError when there is no answer.
        """
        asked = urllib.request.Request(self.url + path, headers={**HEADERS, **headers})
        try:
            with _OPENER.open(asked, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextmanager
def serving(url: str, *, workers: int = 2, code: Path = ROOT, **environment: str) -> Iterator[Server]:
    """Start gunicorn with the database of that URL; wait until it answers; stop it in the end.

    `code` is the folder of another release; `environment` are more variables, PORT for a port that is to be kept.
    Raises RuntimeError with its log when it ends at once.
    """
    port = int(environment.pop("PORT", 0)) or free_port()
    log = Path(tempfile.mkdtemp(dir=_folder())) / "gunicorn.log"
    own = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": str(workers), "STATIC_ROOT": static_files(code)}
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=code,
            env=variables(url, **{**own, **environment}),
            stdout=lines,
            stderr=lines,
            start_new_session=True,  # Ctrl-C is for the tests, which stop it
        )
    server = Server(process, port, log)
    try:
        await_answer(server)
        yield server
    finally:
        try:
            server.stop()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def await_answer(server: Server) -> None:
    """Wait until it answers. Raises RuntimeError when it ends at once, TimeoutError."""
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError(f"gunicorn ended at once:\n{server.log.read_text()}")
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=START_TIMEOUT) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n")
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"gunicorn does not answer:\n{server.log.read_text()}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


@functools.cache
def _folder() -> Path:
    """Return a folder of this test run, which is removed at its end."""
    folder = tempfile.mkdtemp(prefix="heka-running-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@functools.cache
def static_files(code: Path) -> str:
    """Collect the static files of a release, as its image does."""
    folder = tempfile.mkdtemp(dir=_folder())
    command("sqlite://:memory:", "manage.py", "collectstatic", "-v0", "--noinput", code=code, STATIC_ROOT=folder)
    return folder
