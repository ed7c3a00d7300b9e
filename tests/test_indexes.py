"""What no query asks for has no index, and what each page asks for is found by one."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.test.utils import CaptureQueriesContext

from applications import reading, rivals
from mailing.models import Letter
from tests import cast
from tests.applications import factories

OURS = ("applications", "counter", "identity", "mailing", "records", "upstream")
FEW_ROWS = ("identity_user_", "counter_weeklyhours_", "counter_exceptionalhours_")
pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another():
    """Those that have a condition, or that keep a constraint, are something else."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT one.indexrelid::regclass::text, other.indexrelid::regclass::text
            FROM pg_index one JOIN pg_index other
            ON one.indrelid = other.indrelid AND one.indexrelid <> other.indexrelid
            JOIN pg_class ours ON ours.oid = one.indrelid AND ours.relname ~ %s
            WHERE NOT one.indisunique AND one.indpred IS NULL AND other.indpred IS NULL
            AND one.indexprs IS NULL AND other.indexprs IS NULL
            AND other.indkey::text || ' ' LIKE one.indkey::text || ' %%'
            """,
            [f"^({'|'.join(OURS)})_"],
        )
        found = [one for one, _other in cursor.fetchall()]
    assert [name for name in found if not name.startswith(FEW_ROWS)] == []


# Parents that are never removed: nobody looks for the rows that name them.
WITHOUT = ["applications_application.origin_id", "applications_confirmation.terms_id"]


@pytest.mark.django_db
def test_every_reference_has_an_index_by_which_its_rows_are_found():
    """Whoever removes a parent looks for the rows that name it, and so does the database, to be sure."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT child.relname || '.' || field.attname
            FROM pg_constraint c JOIN pg_class child ON child.oid = c.conrelid AND child.relname ~ %s
            JOIN pg_attribute field ON field.attrelid = c.conrelid AND field.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND NOT EXISTS (
                SELECT 1 FROM pg_index i
                WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL
            )
            ORDER BY 1
            """,
            [f"^({'|'.join(OURS)})_"],
        )
        assert [name for (name,) in cursor.fetchall()] == WITHOUT


def indexes_for_like():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%_pattern_ops%'"
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_no_text_has_a_second_index_for_like():
    assert indexes_for_like() == []


@pytest.mark.django_db(transaction=True)
def test_those_that_django_made_are_taken_away():
    made = DatabaseSchemaEditor(connection)._create_like_index_sql(Letter, Letter._meta.get_field("message_id"))
    with connection.cursor() as cursor:
        cursor.execute(str(made))
    before = indexes_for_like()

    with connection.schema_editor(atomic=False) as editor:
        import_module("mailing.migrations.0016_no_indexes_for_like").drop(apps, editor)

    assert (len(before), indexes_for_like()) == (1, [])


def statement_of(ask):
    with CaptureQueriesContext(connection) as asked:
        ask()
    [statement] = [each["sql"] for each in asked if each["sql"].startswith("SELECT")]
    return statement


# A list that the database makes before all else, and by which it then goes to an index, however large the tables are.
@pytest.mark.django_db
@pytest.mark.parametrize("what", ["all", "one", "by key", "rivals", "own rivals"])
def test_the_people_of_an_application_are_looked_for_first(what):
    """Beyond eight joined tables the database keeps to the order in which they are written (ADR 65)."""
    sent = factories.application(cast.VERA, cast.VILLE)
    application, vera = reading.application(sent.pk), factories.person(cast.VERA)
    asks = {
        "all": lambda: reading.own(vera),
        "one": lambda: reading.own(vera, sent.reference),
        "by key": lambda: reading.application(sent.pk),
        "rivals": lambda: rivals._OPEN.rows(pk=sent.pk, **rivals._sought(application)),
        "own rivals": lambda: rivals.own_rivals(application, vera),
    }
    assert '"applications_applicant"."version_id" = ANY(ARRAY(SELECT' in statement_of(asks[what])


@pytest.mark.django_db
def test_whether_somebody_has_accepted_the_terms_is_found_by_their_keys():
    sent, vera = factories.application(cast.VERA), factories.person(cast.VERA)
    statement = statement_of(lambda: reading.own(vera, sent.reference))
    assert statement.count('"person_id" = ANY(ARRAY(SELECT') == 2
