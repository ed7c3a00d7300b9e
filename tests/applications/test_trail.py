import pytest

from applications import changes, document, invitations
from records.models import Entry
from records.names import applicant_subject, application_chain
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, actor, applicant, application, confirm, person

pytestmark = pytest.mark.django_db


def entries(sent):
    """Return what the trail says of an application: event, role, whom it is about."""
    return list(
        Entry.objects.filter(chain__name=application_chain(sent.pk))
        .order_by("number")
        .values_list("event", "role", "subject")
    )


def test_arrival_is_recorded():
    sent = application(cast.MAIJA)

    assert entries(sent) == [("sent", "housing_system", "")]


def test_confirmation_is_recorded_before_what_follows_from_it():
    sent = application(cast.MAIJA, cast.OLLI)
    maija, olli = applicant(sent, cast.MAIJA), applicant(sent, cast.OLLI)

    confirm(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)

    assert entries(sent)[1:] == [
        ("person_confirmed", "applicant", applicant_subject(maija.pk)),
        ("person_confirmed", "applicant", applicant_subject(olli.pk)),
        ("confirmed", "applicant", ""),
    ]
    last = Entry.objects.get(chain__name=application_chain(sent.pk), event="confirmed")
    assert last.user_id == person(cast.OLLI).user_id


def test_replacement_is_recorded_in_its_own_chain():
    older = application(cast.MAIJA)
    newer = application(cast.MAIJA)

    confirm(newer, cast.MAIJA)

    assert entries(older) == [("sent", "housing_system", ""), ("replaced", "applicant", "")]


def test_change_is_recorded():
    sent = application(cast.MAIJA)

    changes.put(sent, document.parse(cast.document(cast.MAIJA, cast.OLLI)), tag=sent.version.digest, by=HOUSING_SYSTEM)

    assert entries(sent)[1:] == [("changed", "housing_system", "")]


def test_what_people_do_is_recorded():
    sent = application(cast.MAIJA, cast.OLLI, cast.VERA)
    olli, subject = applicant(sent, cast.OLLI), applicant_subject(applicant(sent, cast.OLLI).pk)
    maija = actor(cast.MAIJA)

    invitations.correct_address(olli, email="new@example.test", by=maija)
    invitations.report_error(olli, text="Wrong")
    invitations.correct_own_contact_details(olli, email="new@example.test", phone="050 1234567", language="fi")
    invitations.decline(olli)

    assert entries(sent)[1:] == [
        ("address_changed", "applicant", subject),
        ("error_reported", "applicant", subject),
        ("contact_details_changed", "applicant", subject),
        ("person_declined", "applicant", subject),
    ]
    found = Entry.objects.filter(chain__name=application_chain(sent.pk))
    assert found.get(event="address_changed").user_id == maija.user.pk
    assert found.get(event="contact_details_changed").facts == {"phone": True}


def test_trail_says_nothing_of_a_person():
    sent = application(cast.MAIJA, cast.OLLI)
    confirm(sent, cast.MAIJA)
    invitations.decline(applicant(sent, cast.OLLI))

    told = str(list(Entry.objects.values_list("facts", "subject", "name")))

    assert [value for value in (*cast.MAIJA.values(), *cast.OLLI.values(), "example.test") if value in told] == []
