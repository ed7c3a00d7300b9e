"""Who acted for somebody else: at the counter only, and named wherever the confirmation is shown (C6)."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from applications import receipt_pdf
from applications.models import Confirmation
from counter import id_checks
from identity.models import Account
from mailing.models import Letter
from records.models import Entry
from tests import cast
from tests.applications.conftest import sign_in  # noqa: F401  # a fixture
from tests.applications.factories import application, confirm, person
from tests.applications.households import sent as household
from tests.applications.households import written
from tests.counter.checks import GUN, check, confirm_here, fresh, issue, slot, undo
from tests.counter.desk.arranged import address, text_of
from tests.staff import sign_in_staff, staff
from tests.upstream.conftest import caller, sent  # noqa: F401  # a fixture
from upstream import events

pytestmark = pytest.mark.django_db

NAMED = "Gun Gran (guardian)"
FOR_GOOD = {**GUN, "basis_valid_until": None, "basis_has_no_end": True}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def supervisor(db):
    return sign_in_staff(Client(), staff("supervisor"))


@pytest.fixture
def represented():
    """An application of Maija and Olli, which Gun Gran confirmed for Maija."""
    joint = household(cast.MAIJA, cast.OLLI, language="en")
    check(joint, cast.MAIJA, **GUN)
    confirm_here(joint, cast.MAIJA)
    return joint


def confirmed():
    return Confirmation.objects.get()


# --- The right to act --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [{"basis_valid_until": None}, {"basis_has_no_end": True}])
def test_right_without_an_end_needs_a_document_that_says_so(end):
    with pytest.raises(id_checks.BasisWithoutEnd):
        check(application(cast.MAIJA), cast.MAIJA, **{**GUN, **end})


def test_right_that_the_document_shows_to_have_no_end_is_recorded_so():
    made = fresh(check(application(cast.MAIJA), cast.MAIJA, **FOR_GOOD))

    assert (made.basis_valid_until, made.basis_has_no_end) == (None, True)


def raw(**different):
    """Return the fields of a check as only somebody who writes rows by hand could store it."""
    made = check(application(cast.MAIJA), cast.MAIJA, **GUN)
    made.pk, made.id = None, None
    for name, value in different.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    "different",
    [
        {"basis_valid_until": None},
        {"basis_has_no_end": True},
        {"basis_document": ""},
        {"representative": ""},
        {"account_key": uuid.uuid4()},
    ],
)
def test_half_a_right_to_act_or_one_that_bears_an_account_is_refused_by_the_database(different):
    made = raw(**different)

    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_account_cannot_be_put_on_the_check_of_a_guardian_even_in_the_database():
    """They would confirm online for good."""
    joint = application(cast.MAIJA)
    account = issue(check(joint, cast.MAIJA))
    by_guardian = check(application(cast.MAIJA), cast.MAIJA, **GUN)

    assert by_guardian.account_key is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(id_check=by_guardian)


@pytest.mark.parametrize("method", ["bank", "account"])
def test_representative_who_confirms_online_is_refused_by_the_database(method):
    made = check(application(cast.MAIJA), cast.MAIJA)
    confirm_here(made.applicant.version.application, cast.MAIJA)
    done = confirmed()
    evidence = {} if method == "bank" else {"id_check": made}

    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(
            applicant=slot(application(cast.MAIJA), cast.MAIJA),
            person=person(cast.MAIJA),
            terms=done.terms,
            digest=done.digest,
            method=method,
            confirmed_at=done.confirmed_at,
            representative="guardian",
            representative_name="Gun Gran",
            **evidence,
        )


# --- Named wherever the confirmation is shown --------------------------------------------------------------


def test_confirmation_says_who_acted(represented):
    assert (confirmed().representative, confirmed().representative_name) == ("guardian", "Gun Gran")


def test_page_of_confirming_and_what_the_guardian_reads_name_them(supervisor):
    joint = household(cast.MAIJA, language="fi")
    check(joint, cast.MAIJA, **GUN)

    shown = text_of(supervisor.get(address("desk_confirm", joint.reference, 0)))

    assert f"{NAMED} is here instead" in shown
    assert "Gun Gran (edunvalvoja) vahvistaa" in shown


def test_receipt_at_the_desk_and_the_pages_of_the_desk_name_them(supervisor, represented):
    names = [("desk_confirm", 0), ("desk_applicant", 0), ("desk_application",)]

    pages = [text_of(supervisor.get(address(name, represented.reference, *at))) for name, *at in names]

    assert [NAMED in page for page in pages] == [True, True, True]


def test_receipt_online_and_the_status_that_the_others_see_name_them(sign_in, represented):  # noqa: F811
    receipt = sign_in(cast.MAIJA).get(reverse("applications:receipt", args=[represented.reference]))
    status = sign_in(cast.OLLI).get(reverse("applications:status", args=[represented.reference]))

    assert [NAMED in text_of(page) for page in (receipt, status)] == [True, True]


def test_pdf_names_them(represented):
    assert NAMED in receipt_pdf.receipt_html(confirmed(), language="en")


def test_page_where_a_receipt_is_checked_names_them(client, represented):
    typed = {"number": confirmed().receipt_number, "check_code": confirmed().check_code}

    response = client.post(reverse("applications:verify"), typed)

    assert f"{NAMED} represented the applicant." in text_of(response)
    assert "Maija" not in text_of(response)


@pytest.mark.parametrize(("language", "said"), [("fi", "edunvalvoja"), ("sv", "intressebevakare"), ("en", "guardian")])
def test_letters_name_them(language, said):
    joint = household(cast.MAIJA, cast.OLLI, language=language)
    confirm(joint, cast.OLLI)
    check(joint, cast.MAIJA, **GUN)
    confirm_here(joint, cast.MAIJA)

    found = Letter.objects.filter(parameters__representative="guardian")
    letters = {letter.message: written(letter) for letter in found}

    assert set(letters) == {"receipt", "valid"}
    assert all(f"Gun Gran ({said})" in part for _, *parts in letters.values() for part in parts)


def test_letters_of_whoever_came_themselves_name_nobody_else(represented):
    confirm(represented, cast.OLLI)

    letters = Letter.objects.exclude(parameters__has_key="representative").filter(message__in=["receipt", "valid"])

    assert {letter.message for letter in letters} == {"receipt", "valid"}
    assert all("represented" not in written(letter)[1].lower() for letter in letters)


def test_trail_says_that_a_guardian_acted(represented, supervisor):
    entry = Entry.objects.get(event="person_confirmed")

    assert entry.facts["representative"] == "guardian"
    shown = text_of(supervisor.get(address("desk_trail", represented.reference)))
    assert "representative: guardian" in shown


def test_housing_system_hears_for_whom_a_guardian_acted(caller):  # noqa: F811
    joint = sent(caller, cast.MAIJA, cast.OLLI)
    made = check(joint, cast.OLLI, **GUN)
    confirm_here(joint, cast.OLLI)
    confirm(joint, cast.MAIJA)

    status = caller.get(joint.reference).json()
    undo(made)
    events.collect()

    assert [one["representative"] for one in status["applicants"]] == [None, "guardian"]
    told = [event["data"]["represented"] for event in caller.poll().json()["events"]]
    assert told == [[], *[[{"position": 1, "representative": "guardian"}]] * 2, []]


def test_own_data_say_who_acted(sign_in, represented):  # noqa: F811
    shown = sign_in(cast.MAIJA).get(reverse("privacy:own_data")).content.decode()

    assert shown.count(NAMED) == 2  # at the check and at the confirmation


def test_right_of_whoever_acted_is_checked_on_the_day(time_machine):
    time_machine.move_to("2026-11-20T12:00:00+02:00")
    joint = application(cast.MAIJA)

    with pytest.raises(id_checks.BasisExpired):
        check(joint, cast.MAIJA, **{**GUN, "basis_valid_until": dt.date(2026, 11, 19)})
