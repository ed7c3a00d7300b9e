"""gunicorn as in production, and what processes use of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from bench.client import HOST
from tests.processes import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
START_TIMEOUT = 30  # seconds
# Without them the web server does not start.
NEEDED = ["EMAIL_URL", "DEFAULT_FROM_EMAIL", "IDENTITY_PROVIDERS", "IDENTITY_KEYS_FILE"]


def environment(database: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of an installation as docs/configuration.md describes it, with that database."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "heka_confirm.settings",
        "SECRET_KEY": "benchmark-" * 6,
        "FIELD_ENCRYPTION_KEYS": "benchmark-encryption-" * 3,
        "FIELD_INDEX_KEYS": "benchmark-index-" * 3,
        "RECORD_KEYS": "benchmark-records-" * 3,
        "ALLOW_TEST_CODES": "true",  # all people of the benchmark have test codes
        "DEMO_WITHOUT_DEBUG": "true",  # which the web server refuses in production
        "PUBLIC_URL": f"https://{HOST}",
        "TRUSTED_PROXIES": "1",
        "STATIC_ROOT": str(folder / "static"),
        "DATABASE_URL": database,
        **{name: PRODUCTION[name] for name in NEEDED},
        **more,
    }


def python(*arguments: str, environment: dict[str, str]) -> None:
    """Run a module or script of the project to its end. Raises CalledProcessError."""
    command = [sys.executable, *arguments]
    variables = {**environment, "LOG_LEVEL": "ERROR"}
    subprocess.run(command, env=variables, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=600)


@dataclass
class Server:
    """A running gunicorn; `started` is the time to its first answer, in seconds."""

    port: int
    pid: int
    started: float

    def memory(self) -> list[tuple[float, float]]:
        """Return resident and proportional memory of each worker, in MB."""
        found = []
        for pid in _below(self.pid, _stats()):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            kilobytes = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}
            found.append((kilobytes["Rss"] * 1024 / 1e6, kilobytes["Pss"] * 1024 / 1e6))
        return found


@contextmanager
def gunicorn(
    environment: dict[str, str], log: Path, *, path: str = "/fi/", folder: Path = ROOT, python: str = sys.executable
) -> Iterator[Server]:
    """Start gunicorn with the project's own settings for it; wait until it answers; stop it in the end.

    `folder` is that of another build, and `python` what runs it.
    """
    port = _free_port()
    command = [python, "-m", "gunicorn"]
    with log.open("a") as lines:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**environment, "HOST": "127.0.0.1", "PORT": str(port)},
            cwd=folder,
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
    try:
        _await_answer(process, port, path)
        yield Server(port, process.pid, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)  # beyond its graceful_timeout
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu(pid: int) -> float:
    """Return the processor time, in seconds, that a process and all below it have used."""
    stats = _stats()
    used = sum(stats[one].used for one in _below(pid, stats))
    return (used + stats[pid].used + stats[pid].used_by_ended) / TICKS


def postmaster(url: str) -> int:
    """Return the process id of the PostgreSQL server that a URL of tests.postgres leads to."""
    return int(Path(socket_folder(url), "data", "postmaster.pid").read_text().split()[0])


def socket_folder(url: str) -> str:
    return str(conninfo_to_dict(url)["host"])


def sibling(url: str, database: str) -> str:
    """Return the URL of another database on the same server."""
    return url.rpartition("/")[0] + "/" + quote(database)


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("gunicorn ended at once; see its log")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=START_TIMEOUT) as connection:
                connection.sendall(request.encode())
                status = connection.recv(1 << 17)[9:12]
        except OSError:
            time.sleep(0.005)
            continue
        if status != b"200":
            raise RuntimeError(f"gunicorn answers {status!r}; see its log")
        return
    raise TimeoutError("gunicorn does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class _Stat:
    parent: int
    used: int  # ticks
    used_by_ended: int  # children, ticks


def _stats() -> dict[int, _Stat]:
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        utime, stime, cutime, cstime = map(int, fields[11:15])
        stats[int(path.parent.name)] = _Stat(int(fields[1]), utime + stime, cutime + cstime)
    return stats


def _below(pid: int, stats: dict[int, _Stat]) -> list[int]:
    children = [child for child, stat in stats.items() if stat.parent == pid]
    return children + [below for child in children for below in _below(child, stats)]
