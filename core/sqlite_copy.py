"""Copying a live SQLite database whole. Whoever copies the file alone loses what is in its write-ahead log."""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db import connection


class CopyBroken(Exception):
    """There is no sound copy, and what there was of it was removed; the text says what SQLite found."""


def copy_database(target: Path) -> int:
    """Copy the database into a new file that only its owner reads, verify the copy, and return its size in bytes.

    Others go on reading and writing meanwhile; the copy has one moment. It has its name once it is sound: of a run
    that was killed a file without content is left, and its part. Raises FileExistsError and CopyBroken.
    """
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    for file in (target, part):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _copy(part)
        part.replace(target)
        return target.stat().st_size
    except BaseException as error:
        for file in (part, target):
            file.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise CopyBroken(str(error)) from error
        raise


def _copy(target: Path) -> None:
    # Not through Django's connection: a copy waits for good for a transaction of its own source.
    source = f"file:{quote(str(connection.settings_dict['NAME']))}?mode=rw"
    with closing(sqlite3.connect(source, uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        copy.execute(f"PRAGMA user_version={secrets.randbelow(2**31)}")  # restored_database.database_mark
        copy.commit()
        _check(copy)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _check(copy: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
    found += [f"foreign key of {row[0]}" for row in copy.execute("PRAGMA foreign_key_check")]
    if found != ["ok"]:
        raise CopyBroken("; ".join(found[:5]))
