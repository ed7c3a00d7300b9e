"""Whom the search finds by what people bring besides number, code and name."""

import pytest
from django.db import connection, transaction

from applications import references
from applications.invitation_links import invitation_code
from applications.models import Applicant, Application, Invitation
from counter import search
from counter.search import SearchReason
from records.enums import Event
from records.models import Entry
from records.names import applicant_subject
from tests.applications.factories import applicant, application, invitation
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.counter.checks import check, issue
from tests.counter.desk.arranged import protect
from tests.privacy.test_erasure import ended, erase
from tests.staff import acting

pytestmark = pytest.mark.django_db


def found(text):
    result = search.search(text)
    return result.event, [str(hit.applicant) for hit in result.hits]


def reach(sent, who, **contact):
    """Give somebody these contact details."""
    Applicant.objects.filter(pk=applicant(sent, who).pk).update(**contact)


# --- Date of birth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["2.5.1994", "02051994", "020594", "2.5.94", "1994-05-02", "2 May 1994"])
def test_person_is_found_by_date_of_birth(typed):
    application(MAIJA, OLLI)

    assert found(typed) == (Event.SEARCH_BY_BIRTH_DATE, ["Olli Öhman"])


def test_all_who_were_born_on_a_day_stand_in_the_order_of_names():
    application(MAIJA | {"last_name": "Åberg"})
    application(MAIJA | {"hetu": "010594Y9021", "last_name": "Aalto"})

    hits = search.search("1.5.1994").hits

    assert sorted(hit.applicant.last_name for hit in hits) == ["Aalto", "Åberg"]
    assert hits[0].applicant.last_name == "Aalto"


def test_erased_person_is_not_found_by_date_of_birth():
    sent = ended(MAIJA, OLLI)
    before = found("2.5.1994")[1]

    erase(sent, OLLI)

    assert (before, found("2.5.1994")[1]) == (["Olli Öhman"], [])


# --- Email address ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["olli@example.test", "OLLI@Example.Test", " mailto:olli@example.test, ", "<olli@example.test>"]
)
@pytest.mark.parametrize("stored", ["olli@example.test", "Olli@example.test"])
def test_person_is_found_by_email_address(stored, typed):
    reach(application(MAIJA, OLLI), OLLI, email=stored)

    assert found(typed) == (Event.SEARCH_BY_EMAIL_ADDRESS, ["Olli Öhman"])


def test_holder_of_an_account_is_found_by_its_address():
    sent = application(MAIJA)
    issue(check(sent, MAIJA), email="own@example.test")

    assert found("Own@example.test") == (Event.SEARCH_BY_EMAIL_ADDRESS, ["Maija Liisa Meikäläinen"])


def test_people_who_share_an_address_are_all_found():
    sent = application(VERA, VILLE)
    for who in (VERA, VILLE):
        reach(sent, who, email="family@example.test")

    assert found("family@example.test")[1] == ["Vera Virtanen", "Ville Virtanen"]


@pytest.mark.parametrize("typed", ["li@example.test", "olli@example.tes", "%@example.test", "_lli@example.test"])
def test_part_of_an_address_finds_nobody(typed):
    application(MAIJA, OLLI)

    assert found(typed) == (Event.SEARCH_BY_EMAIL_ADDRESS, [])


# --- Telephone number ------------------------------------------------------------------------------------

SPELLINGS = [
    "050 765 4321",
    "0507654321",
    "050-765 4321",
    "+358 50 765 4321",
    "+358507654321",
    "00358 50 7654321",
    "+358 (0)50 765 4321",
    "(050) 7654321",
    "358507654321",
]


@pytest.mark.parametrize("stored", SPELLINGS)
@pytest.mark.parametrize("typed", [*SPELLINGS, "puh. 050/765 43 21"])
def test_person_is_found_by_telephone_number_however_it_is_written(stored, typed):
    reach(application(MAIJA, OLLI), OLLI, phone=stored)

    assert found(typed) == (Event.SEARCH_BY_PHONE, ["Olli Öhman"])


@pytest.mark.parametrize(
    ("stored", "typed"), [("+46 70 123 45 67", "0046701234567"), ("004670 1234567", "+46 701234567")]
)
def test_person_is_found_by_a_foreign_number(stored, typed):
    reach(application(MAIJA, OLLI), OLLI, phone=stored)

    assert found(typed) == (Event.SEARCH_BY_PHONE, ["Olli Öhman"])


@pytest.mark.parametrize("typed", ["050 765 4322", "050 765 432", "050 765 43211", "+46 50 765 4321", "040 765 4321"])
def test_another_number_finds_nobody(typed):
    reach(application(MAIJA, OLLI), OLLI, phone="050 765 4321")

    assert found(typed) == (Event.SEARCH_BY_PHONE, [])


def test_ten_digits_are_a_telephone_number_if_somebody_has_it_and_else_a_code_without_its_sign():
    sent = application(MAIJA, OLLI)
    with pytest.raises(search.WrongCode):
        search.search("010594 9032")

    reach(sent, OLLI, phone="010 594 9032")

    assert found("010594 9032") == (Event.SEARCH_BY_PHONE, ["Olli Öhman"])


# --- Code of an invitation -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["{}", " {}\t", "{lower}", "{plain}"])
def test_invited_person_is_found_by_the_code_of_the_invitation(shape):
    sent = application(MAIJA, OLLI)
    code = invitation_code(invitation(sent, OLLI))

    typed = shape.format(code, lower=code.lower(), plain=code.replace("-", ""))

    assert found(typed) == (Event.SEARCH_BY_INVITATION, ["Olli Öhman"])
    assert search.search(typed).person.application == sent


def test_code_of_a_replaced_invitation_still_tells_who_is_here():
    sent = application(MAIJA, OLLI)
    code = invitation_code(invitation(sent, OLLI))
    Invitation.objects.update(replaced_at=sent.sent_at)
    Application.objects.update(state="withdrawn")

    assert found(code) == (Event.SEARCH_BY_INVITATION, ["Olli Öhman"])


def test_code_of_an_invitation_to_somebody_who_left_says_so():
    sent = application(MAIJA, OLLI)
    code = invitation_code(invitation(sent, OLLI))
    version = sent.version
    version.pk, version.number = None, 9
    version.save(force_insert=True)
    Application.objects.update(current=version)

    with pytest.raises(search.InvitationToNobody):
        search.search(code)


def test_unknown_code_of_an_invitation_is_refused_unless_it_may_be_a_name():
    with pytest.raises(search.UnknownCode):
        search.search("Q6VW-WCN7")

    assert found("Kwrtcknp") == (Event.SEARCH_BY_NAME, [])


# --- Names that look like numbers ------------------------------------------------------------------------


def test_name_of_nine_consonants_is_found_as_a_name():
    application(MAIJA | {"last_name": "Grzybczyk"})

    assert found("Grzybczyk") == (Event.SEARCH_BY_NAME, ["Maija Liisa Grzybczyk"])


def test_name_with_the_check_character_of_a_number_is_found_as_a_name():
    name = "TJCYXXMYV"
    application(MAIJA | {"last_name": name.title()})

    assert references.normalise_reference(name) == name
    assert found(name) == (Event.SEARCH_BY_NAME, ["Maija Liisa Tjcyxxmyv"])
    assert found("CCKFJTQFH") == (Event.SEARCH_BY_NUMBER, [])


# --- Who is meant ----------------------------------------------------------------------------------------


def test_child_alone_with_an_adult_is_not_meant_by_the_number():
    sent = application(MAIJA, TEA)

    assert str(search.search(sent.number).person.applicant) == "Maija Liisa Meikäläinen"
    assert search.search(application(MAIJA, OLLI).number).person is None


def test_nobody_is_meant_where_several_are_found():
    sent = application(VERA, VILLE)

    assert search.search("virtanen").person is None
    assert search.search("vera").person.application == sent
    assert search.search("nobody").person is None


def test_person_in_two_open_applications_is_not_meant_alone():
    application(OLLI)
    application(MAIJA, OLLI)

    assert search.search("öhman").person is None


# --- The trail -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("2.5.1994", "search_by_birth_date"),
        ("olli@example.test", "search_by_email_address"),
        ("050 765 4321", "search_by_phone"),
        ("{code}", "search_by_invitation"),
    ],
)
def test_search_is_recorded_without_what_was_typed(typed, event, caplog):
    sent = application(MAIJA, OLLI)
    reach(sent, OLLI, phone="0507654321")
    code = invitation_code(invitation(sent, OLLI))

    search.find_people(typed.format(code=code), reason=SearchReason.CONTACT, by=acting("adviser"))

    entry = Entry.objects.get(chain__name__startswith="staff")
    assert (entry.event, entry.facts) == (event, {"found": 1})
    assert entry.subject == applicant_subject(applicant(sent, OLLI).pk)
    stored = repr(list(Entry.objects.filter(event=event).values("event", "subject", "facts"))) + caplog.text
    secrets = ("1994", "olli@", "765", code, code.replace("-", ""))
    assert [secret for secret in secrets if secret in stored] == []


# --- Protection, versions, indexes -----------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["olli@example.test", "050 765 4321", "2.5.1994"])
def test_protected_person_is_found_like_anybody_else(typed):
    """R16: whom contact details do not find while the name does, has something to hide (ADR 41)."""
    sent = application(MAIJA, OLLI)
    reach(sent, OLLI, phone="0507654321")
    before = found(typed)

    protect(applicant(sent, OLLI))

    assert found(typed) == before
    assert before[1] == ["Olli Öhman"]


@pytest.mark.parametrize("typed", ["olli@example.test", "050 765 4321", "2.5.1994"])
def test_whoever_no_longer_applies_is_not_found(typed):
    sent = application(MAIJA, OLLI)
    reach(sent, OLLI, phone="0507654321")
    version = sent.version
    version.pk, version.number = None, 9
    version.save(force_insert=True)
    Application.objects.update(current=version)

    assert found(typed)[1] == []


@pytest.mark.parametrize(
    ("slots", "index"),
    [
        (lambda: Applicant.objects.with_email("Olli@example.test", or_codes=["x:1"]), "applicant_by_email"),
        (lambda: Applicant.objects.with_phone("+358 50 765 4321"), "applicant_by_phone"),
        (lambda: Applicant.objects.filter(birth_date__in=["1994-05-02"]), "applicant_by_birth_date"),
    ],
)
def test_search_reads_no_table_from_end_to_end(slots, index):
    application(MAIJA, OLLI)

    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")  # which is the fastest way through few rows
        plan = slots().explain()

    assert index in plan
    assert connection.vendor == "postgresql" or "SCAN" not in plan
