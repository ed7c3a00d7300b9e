"""Confirmations made before receipts had numbers get one, under the guard that keeps them."""

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from applications import receipts, references
from applications.models import Confirmation
from records import kept
from records.kept import KeepRows
from tests import cast
from tests.applications.factories import application, confirm

BEFORE = ("applications", "0007_drafts")


@pytest.fixture
def migrate():
    """Return a function that migrates to a state, and gives back its models; at the end, to the newest."""

    def migrated(*targets):
        executor = MigrationExecutor(connection)
        return executor.migrate(list(targets) or executor.loader.graph.leaf_nodes()).apps

    yield migrated
    migrated()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_confirmations_of_before_get_a_number_and_stay_kept(migrate):
    sent = application(cast.MAIJA, cast.OLLI)
    made = [confirm(sent, who) for who in (cast.MAIJA, cast.OLLI)]
    former = migrate(BEFORE).get_model("applications", "Confirmation")
    with connection.cursor() as cursor:
        for sql in KeepRows("Confirmation", may_be_set=("undone_at",)).statements(former):
            cursor.execute(sql)
    guards = kept.guards("applications_confirmation").keys()

    migrate()

    numbers = Confirmation.objects.order_by("pk").values_list("number", flat=True)
    assert [references.normalise(number) for number in numbers] == list(numbers)
    assert len(set(numbers)) == 2
    assert [receipts.check(number=n, check_code=c.digest).standing for n, c in zip(numbers, made, strict=True)] == [
        "counts",
        "counts",
    ]
    assert kept.guards("applications_confirmation").keys() == guards
    with pytest.raises(IntegrityError, match="kept as they are"):
        Confirmation.objects.update(number=None)
