"""Migrations and time limits: what takes its time keeps nobody waiting, and is not ended."""

import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest

from tests.conftest import must_not_skip
from tests.postgres import binaries, cluster
from tests.processes import ROOT, installed
from tests.running.web import command, variables

pytestmark = pytest.mark.skipif(binaries() is None and not must_not_skip(), reason="PostgreSQL is not installed")
TIMEOUT = 120  # seconds, for what takes one or two
SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""
BUILT = """
SELECT c.relname::text, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE c.relname IN ('entry_to_send', 'entry_refused') ORDER BY 1
"""


@pytest.fixture(scope="module")
def url():
    """Return the URL of a database in which the reports on emails lack their last index."""
    with cluster() as url:
        command(url, "manage.py", "migrate", "-v0", "mailing", "0011")
        yield url


def test_only_requests_have_a_time_limit(url):
    assert command(url, "-c", f"import django; django.setup(){SHOW}").strip() == "0"
    static = installed()["STATIC_ROOT"]
    assert command(url, "-c", f"import heka_confirm.wsgi{SHOW}", STATIC_ROOT=static).strip() not in {"", "0"}


def test_a_migration_that_waits_for_a_table_keeps_nobody_waiting_and_is_tried_again(url):
    with psycopg.connect(url) as holder, psycopg.connect(url) as writer:
        writer.execute(f"SET lock_timeout = '{TIMEOUT}s'")
        writer.commit()
        holder.execute("LOCK TABLE mailing_trackingevent IN ROW EXCLUSIVE MODE")
        with migrating(url) as process:
            told = iter(process.stderr.readline, "")
            for _ in range(2):  # it has waited, and waits again while the writer comes
                assert next(line for line in told if "in use" in line)
                writer.execute("LOCK TABLE mailing_trackingevent IN ROW EXCLUSIVE MODE")
                writer.rollback()
            holder.rollback()
            assert process.wait(timeout=TIMEOUT) == 0
        done = writer.execute("SELECT count(*) FROM django_migrations WHERE app = 'mailing' AND name LIKE '0012%'")
        assert done.fetchone() == (1,)


def test_an_index_is_built_while_others_write_and_anew_after_one_that_was_broken_off(url):
    command(url, "manage.py", "migrate", "-v0", "records", "0004")
    with psycopg.connect(url) as holder, psycopg.connect(url) as writer, psycopg.connect(url) as looker:
        writer.execute(f"SET lock_timeout = '{TIMEOUT}s'")
        looker.autocommit = True
        looker.execute("CREATE INDEX entry_refused ON records_entry (id)")
        looker.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'entry_refused'::regclass")
        holder.execute("LOCK TABLE records_entry IN ROW EXCLUSIVE MODE")
        with migrating(url, "records") as process:
            while looker.execute(BUILT).fetchall() != [("entry_refused", False), ("entry_to_send", False)]:
                assert process.poll() is None, process.stderr.read()
            writer.execute("LOCK TABLE records_entry IN ROW EXCLUSIVE MODE")
            writer.rollback()
            assert process.poll() is None  # it waits for the holder, and nobody waits for it
            holder.rollback()
            assert process.wait(timeout=TIMEOUT) == 0
        assert looker.execute(BUILT).fetchall() == [("entry_refused", True), ("entry_to_send", True)]


@contextmanager
def migrating(url, app="mailing"):
    """Run the last migrations of an app."""
    with subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "-v0", app],
        cwd=ROOT,
        env=variables(url, LOG_LEVEL="ERROR"),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
