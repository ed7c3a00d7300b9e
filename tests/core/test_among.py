"""Many values in one parameter find what as many parameters find, and many rows go by one statement."""

import pytest
from django.db import IntegrityError, connection, transaction

from applications.models import Applicant, Application, Confirmation, NamePart
from core.among import Among
from core.deletion import delete_rows
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application, confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    return [application(cast.MAIJA, cast.OLLI), application(cast.VERA)]


def test_among_finds_what_in_finds(two):
    keys = {each.pk for each in two}

    for name in ("pk", "version", "version__application"):
        found = Applicant.objects.filter(Among(name, keys)).order_by("pk")
        assert list(found) == list(Applicant.objects.filter(**{f"{name}__in": keys}).order_by("pk"))
    assert Applicant.objects.filter(Among("version__application", keys)).count() == 3
    assert Letter.objects.filter(Among("about", [two[1].reference])).count() == 1
    assert not Application.objects.filter(Among("pk", []))


def test_among_stands_in_a_subquery(two):
    applications = Application.objects.filter(Among("pk", [two[0].pk]))

    assert Applicant.objects.filter(version__application__in=applications, position=1).count() == 1


def test_deletion_takes_along_what_goes_with_the_rows(two):
    slots = Applicant.objects.filter(version__application=two[1])
    others = NamePart.objects.exclude(applicant__in=slots).count()
    assert NamePart.objects.filter(applicant__in=slots).exists()

    delete_rows(slots)
    connection.check_constraints()

    assert NamePart.objects.count() == others
    assert Applicant.objects.count() == 2


def test_database_refuses_to_delete_what_others_refer_to(two):
    confirm(two[1], cast.VERA)
    slots = Applicant.objects.filter(version__application=two[1])

    with transaction.atomic():
        delete_rows(slots)
        with pytest.raises(IntegrityError):
            connection.check_constraints()
        transaction.set_rollback(True)

    assert Confirmation.objects.count() == 1
    assert slots.count() == 1
