"""Somebody with all rights on the database, who changes the trail past the service."""

from contextlib import contextmanager

from django.db import connection, transaction

from core.actors import Actor, Role, Source
from records import append_only, trail
from records.enums import Event
from records.models import Chain, Entry

ADVISER = Actor(Role.ADVISER, Source.COUNTER, name="Aino")


def by_hand(sql, *values):
    """Run a statement as somebody does who takes the guards away first."""
    with connection.cursor() as cursor:
        for table in (Entry._meta.db_table, Chain._meta.db_table):
            for name in append_only.guards(table):
                _drop(cursor, name, table)
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def _drop(cursor, name, table):
    if connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER {name}")
    else:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while foreign keys wait
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def tell(chain="application 1", length=5):
    """Write a chain of so many events and return its entries."""
    with transaction.atomic():
        for number in range(length):
            trail.append_event(Event.APPLICANT_OPENED, chain=chain, by=ADVISER, subject="applicant 55", times=number)
    return list(Entry.objects.filter(chain__name=chain).order_by("number"))


@contextmanager
def another_life():
    """Undo what happens within the context, as a database does that is put back into an earlier state."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
