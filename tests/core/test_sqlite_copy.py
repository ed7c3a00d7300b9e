"""`manage.py backup`: a whole copy of a database that others write to."""

import io
import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import sqlite_copy

ON_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="copies SQLite only")


@pytest.fixture
def target(tmp_path):
    return tmp_path / "heka.sqlite3"


def backup(target):
    out = io.StringIO()
    call_command("backup", str(target), stdout=out)
    return out.getvalue()


@ON_SQLITE
@pytest.mark.django_db(transaction=True)
def test_copy_is_whole_while_others_write(target):
    """Two rows are written together, always: no copy has one of them alone."""
    path, stop, written = connection.settings_dict["NAME"], threading.Event(), []
    with closing(sqlite3.connect(path)) as own:
        own.execute("CREATE TABLE pairs (number INTEGER, half INTEGER)")
    writers = [threading.Thread(target=_write_pairs, args=(path, stop, written)) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        while not written:
            stop.wait(0.01)
        said = backup(target)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
        with closing(sqlite3.connect(path)) as own:
            own.execute("DROP TABLE pairs")
    with closing(sqlite3.connect(target)) as copy:
        [(left, right)] = copy.execute("SELECT sum(half = 0), sum(half = 1) FROM pairs")
        tables = copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'applications_application'").fetchone()
    assert (left, tables) == (right, (1,))
    assert left > 0
    assert said == f"{target}: {target.stat().st_size} bytes\n"


def _write_pairs(path, stop, written):
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as own:
        while not stop.is_set():
            own.execute("BEGIN IMMEDIATE")
            own.executemany("INSERT INTO pairs VALUES (?, ?)", [(len(written), 0), (len(written), 1)])
            own.execute("COMMIT")
            written.append(1)


@ON_SQLITE
@pytest.mark.django_db(transaction=True)
def test_copy_is_for_its_owner_alone_one_file_and_marked(target, tmp_path):
    backup(target)
    other = tmp_path / "other.sqlite3"
    backup(other)

    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == sorted([target, other])
    marks = []
    for each in (target, other):
        with closing(sqlite3.connect(each)) as copy:
            marks += copy.execute("PRAGMA user_version").fetchone()
    assert len(set(marks)) == 2


@ON_SQLITE
@pytest.mark.django_db
def test_file_that_is_there_is_never_overwritten(target):
    target.write_text("mine")

    with pytest.raises(CommandError, match="File exists"):
        backup(target)
    assert target.read_text() == "mine"


@ON_SQLITE
@pytest.mark.django_db
def test_copy_that_is_not_sound_is_told_and_removed(target, monkeypatch):
    def find_fault(_copy):
        raise sqlite_copy.CopyBroken("foreign key of pairs")

    monkeypatch.setattr(sqlite_copy, "_check", find_fault)

    with pytest.raises(CommandError, match="not sound, and was removed: foreign key of pairs"):
        backup(target)
    assert list(target.parent.iterdir()) == []


@ON_SQLITE
@pytest.mark.django_db
def test_copy_that_is_not_whole_yet_has_nothing_under_its_name(target, monkeypatch):
    """Killed now, it would be taken for a backup of an empty database, or of one with the mark of another."""
    sizes, check = [], sqlite_copy._check

    def look(copy):
        sizes.append(target.stat().st_size)
        check(copy)

    monkeypatch.setattr(sqlite_copy, "_check", look)

    backup(target)

    assert sizes == [0]
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is copied")
@pytest.mark.django_db
def test_on_postgresql_it_says_what_to_use(target):
    with pytest.raises(CommandError, match="pg_dump --format=custom"):
        backup(target)
