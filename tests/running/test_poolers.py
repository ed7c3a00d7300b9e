"""Behind PgBouncer with deploy/pgbouncer.ini, each transaction on another connection of the server."""

import psycopg
import pytest

from tests.running.databases import address, do_everything, installation, manage, needs_pgbouncer, pooled, pooler
from tests.running.test_tls import check  # noqa: F401  # a fixture

pytestmark = needs_pgbouncer

CONNECTIONS = 4
# What a request would do, given up after half a second.
GIVEN_UP = """
import django
django.setup()
from django.db import OperationalError, connection
from core.postgresql import patience
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
    try:
        with patience.at_most(0.5):
            cursor.execute("SELECT pg_sleep(600)")
    except OperationalError:
        print("given up")
"""
# How many rows there are, how many are read, and how many cursors of the server are open meanwhile.
READ_IN_PIECES = """
import django
django.setup()
from django.contrib.auth.models import Permission
from django.db import connection, transaction
def read():
    with connection.cursor() as other:
        for _ in Permission.objects.iterator(chunk_size=2):
            other.execute("SELECT count(*) FROM pg_cursors")
            yield other.fetchone()[0]
def tell():
    cursors = list(read())
    print(len(cursors) == Permission.objects.count(), max(cursors))
tell()
with transaction.atomic():
    tell()
"""


TIME_ZONES = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for _ in range(8):
        cursor.execute("SHOW TimeZone")
        print(cursor.fetchone()[0])
"""


@pytest.fixture(scope="module")
def url():
    """The URL of a database as the migrations left it, through a pooler with several connections to it."""
    installation().sql("CREATE DATABASE pooled TEMPLATE pristine")
    with pooled(installation(), log_connections="0\nserver_round_robin = 1") as port:
        found = address("heka_service", port, database="pooled")
        open_connections(found)
        yield found


def open_connections(url):
    """Let the pooler open several connections to the server, which it then uses in turn."""
    clients = [psycopg.connect(url) for _ in range(CONNECTIONS)]
    for client in clients:
        client.execute("SELECT 1")  # begins a transaction
    for client in clients:
        client.rollback()
    for client in clients:
        client.close()


def test_pooler_gives_each_statement_another_connection(url):
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as client:
        processes = {client.execute("SELECT pg_backend_pid()").fetchone() for _ in range(CONNECTIONS)}

    assert len(processes) > 1


@pytest.mark.parametrize("serves_requests", ["true", "false"])
def test_service_does_all_that_it_does_through_a_pooler(url, serves_requests):
    installation().sql("DROP DATABASE pooled WITH (FORCE)")
    installation().sql("CREATE DATABASE pooled TEMPLATE pristine")
    open_connections(url)

    done = do_everything(url, DATABASE_POOLED="true", SERVES_REQUESTS=serves_requests)

    assert done == "done: withdrawn"


def test_statement_that_a_request_gives_up_is_ended_through_the_pooler(url):
    done = manage(url, "-c", GIVEN_UP, DATABASE_POOLED="true", SERVES_REQUESTS="true")

    assert done.stdout == "given up\n", done.stderr
    assert (
        installation().sql(
            "SELECT query FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sleep(600%'"
            " AND pid <> pg_backend_pid()"
        )
        == []
    )


def test_statement_of_which_the_pooler_hears_no_more_is_ended(url):
    with psycopg.connect(url, prepare_threshold=None) as client:
        assert client.execute("SHOW client_connection_check_interval").fetchone() == ("5s",)


def test_rows_are_read_in_pieces_only_within_a_transaction(url):
    done = manage(url, "-c", READ_IN_PIECES, DATABASE_POOLED="true")

    assert done.stdout == "True 0\nTrue 1\n", done.stderr


def test_time_zone_is_that_of_django_on_every_connection(url):
    done = manage(url, "-c", TIME_ZONES, DATABASE_POOLED="true")

    assert done.stdout.split() == ["UTC"] * 8, done.stderr


def test_pooler_that_is_told_of_is_sound(check):  # noqa: F811
    assert check(address("heka_service", pooler()), pooled=True) == {}


def test_pooler_that_nobody_told_of_refuses_our_limits(check):  # noqa: F811
    found = check(address("heka_service", pooler()))

    assert list(found) == ["E020"]
    assert "unsupported startup parameter: options" in found["E020"].msg
    assert "DATABASE_POOLED=true" in found["E020"].hint


def test_pooler_that_drops_our_limits_without_a_word_is_an_error(check):  # noqa: F811
    with pooled(installation(), ignore_startup_parameters="options") as port:
        found = check(address("heka_service", port))

    assert list(found) == ["E021", "W016"]


def test_pooler_that_ends_no_statement_is_warned_of(check, monkeypatch):  # noqa: F811
    monkeypatch.setattr(psycopg.Connection, "cancel_safe", lambda connection, **timeout: None)

    assert list(check(address("heka_service", pooler()), pooled=True)) == ["W017"]


def test_pooler_that_is_not_there_is_warned_of(check):  # noqa: F811
    assert list(check(installation().url("heka_service"), pooled=True)) == ["W013"]


def test_pooler_without_tls_is_named_as_the_reason(check):  # noqa: F811
    found = check(address("heka_service", pooler()) + "?sslmode=require", pooled=True)

    assert list(found) == ["E020"]
    assert "server does not support SSL" in found["E020"].msg
