import pytest

from applications import changes, document, protection
from core.actors import CLOCK
from records.models import Entry
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application

pytestmark = pytest.mark.django_db


def test_mark_holds_in_every_application_of_the_person():
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.OLLI)

    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    assert applicant(other, cast.OLLI).protected
    assert not applicant(sent, cast.MAIJA).protected


def test_mark_holds_in_later_applications_and_versions():
    sent = application(cast.MAIJA, cast.OLLI)
    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    later = application(cast.OLLI)
    read = type(sent).objects.get(pk=sent.pk)
    same = document.parse(cast.document(cast.MAIJA, cast.OLLI))
    changes.change(read, same, digest=sent.version.digest, by=HOUSING_SYSTEM)

    assert applicant(later, cast.OLLI).protected
    assert applicant(read, cast.OLLI).protected
    assert not applicant(read, cast.MAIJA).protected


def test_mark_of_somebody_without_a_code_holds_in_later_versions():
    ethan = {"first_names": "Ethan", "last_name": "Evans", "hetu": None, "birth_date": "1990-03-14"}
    sent = application(cast.MAIJA, ethan)
    slot = sent.version.applicants.get(position=1)
    protection.set_mark(slot, protected=True, by=CLOCK)

    read = type(sent).objects.get(pk=sent.pk)
    same = document.parse(cast.document(cast.MAIJA, ethan))
    version = changes.change(read, same, digest=sent.version.digest, by=HOUSING_SYSTEM)

    assert [a.protected for a in version.applicants.order_by("position")] == [False, True]


def test_mark_of_somebody_without_a_code_is_set_and_removed_in_former_versions_too():
    ethan = {"first_names": "Ethan", "last_name": "Evans", "hetu": None, "birth_date": "1990-03-14"}
    sent = application(cast.MAIJA, ethan)
    first = sent.version
    again = document.parse(cast.document(cast.MAIJA, ethan))
    second = changes.change(sent, again, digest=first.digest, by=HOUSING_SYSTEM)
    marked = []

    for protected in (True, False):
        protection.set_mark(second.applicants.get(position=1), protected=protected, by=CLOCK)
        marked.append([version.applicants.get(position=1).protected for version in (first, second)])

    assert marked == [[True, True], [False, False]]
    assert not first.applicants.get(position=0).protected


def test_mark_is_removed_everywhere():
    sent, other = application(cast.MAIJA, cast.OLLI), application(cast.OLLI)
    protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    protection.set_mark(applicant(other, cast.OLLI), protected=False, by=CLOCK)

    assert not applicant(sent, cast.OLLI).protected
    assert not applicant(application(cast.OLLI), cast.OLLI).protected


def test_mark_is_recorded_once_for_each_application():
    sent = application(cast.MAIJA, cast.OLLI)

    for _ in range(2):
        protection.set_mark(applicant(sent, cast.OLLI), protected=True, by=CLOCK)

    assert Entry.objects.filter(event="protection_set").count() == 1
