"""A disk that is full: first that of the data alone, then that of the journal (WAL) too, which ends the server."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg

from chaos.databases import FEW, in_trouble
from chaos.doors import Door
from chaos.run import Run, scenario
from chaos.stage import Stage, stage, template

ROOM = 48 << 20  # bytes that are free at first: for what the server writes when it starts, and a little work


@scenario("full", "the disk of PostgreSQL is full, and later has room again")
def full(run: Run) -> None:
    for name, has_journal in (("data", False), ("journal", True)):
        with _small_disk(run, name) as disk:
            if disk is None:
                run.figure("left out: a small disk can be mounted by root only")
                return
            with stage(run, FEW, folder=disk) as played:
                if not has_journal:
                    _move_journal(played, run.folder / "journal")
                server = played.serve()
                trouble = partial(_no_journal if has_journal else _filled, played)
                met, _ = in_trouble(played, server, f"disk of the {name} full", trouble, seconds=6)
                run.must(met.answers["503"], f"nobody noticed that the disk of the {name} was full")
                played.check(Door(server.port))


@contextmanager
def _small_disk(run: Run, name: str) -> Iterator[Path | None]:
    """Give the folder of a disk in memory with room for the data and little more; None where it cannot be mounted."""
    original, _ = template(run)
    used = sum(file.stat().st_size for file in original.data.rglob("*") if file.is_file())
    folder = run.folder / f"disk-{name}"
    folder.mkdir()
    size = 2 * used + ROOM  # files of a few blocks take whole pages of memory, and journals grow
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    if subprocess.run(mounted, check=False, stderr=subprocess.DEVNULL).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _move_journal(played: Stage, journal: Path) -> None:
    """Put the journal on another disk."""
    database = played.database
    database.stop()
    subprocess.run(["mv", database.data / "pg_wal", journal], check=True)  # with its owner
    (database.data / "pg_wal").symlink_to(journal)
    database.start()


@contextmanager
def _filled(played: Stage) -> Iterator[None]:
    """Take all that is free on the disk."""
    ballast = played.database.folder / "ballast"
    free = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def _no_journal(played: Stage) -> Iterator[None]:
    """Fill the disk and let the server need a new file of its journal: it ends, and is started once there is room."""
    database = played.database
    with _filled(played):
        until = time.monotonic() + 30
        while database.is_up() and time.monotonic() < until:
            with suppress(psycopg.Error):
                database.execute("SELECT pg_switch_wal()", "CREATE TABLE ballast ()", "DROP TABLE ballast")
        played.run.figure("  the server has ended for want of room", after_s=round(30 - until + time.monotonic(), 1))
        yield
    if database.server and database.server.poll() is None:
        return  # it came back by itself
    database.start()
