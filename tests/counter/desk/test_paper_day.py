"""Entering a paper form at the desk, and a supervisor's decision about it (ADR 44)."""

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from applications.enums import PaperWish
from applications.models import Applicant, Confirmation, IdCheck, Terms
from counter.desk.paper_entry_form import PaperForm
from tests.applications.factories import application, confirm, state
from tests.as_read import as_read
from tests.cast import MAIJA, TEA
from tests.counter.checks import ETHAN, end_of_code, slot
from tests.counter.desk.arranged import address, checked, controls, text_of

pytestmark = pytest.mark.django_db

YESTERDAY = dt.timedelta(days=1)


@pytest.fixture
def sent():
    return application(MAIJA, ETHAN, sent_at=timezone.now() - 3 * YESTERDAY)


def here(sent, position=0, **more):
    return address("desk_paper", sent.reference, position, **more)


def filled_in(sent, who=MAIJA, **different):
    """Return the form as somebody fills it in who has the paper of yesterday, a quarter past nine, before them."""
    mine = slot(sent, who)
    day = timezone.localdate() - YESTERDAY
    return {
        "version": mine.version.digest,
        "made_on": f"{day.day}.{day.month}.{day.year}",
        "made_at": "9.15",
        "wish": "confirmed",
        "is_signed": "on",
        "document_type": str(PaperForm.base_fields["document_type"].queryset.get(code="passport").pk),
        "country": "FI",
        "document_valid_until": "31.12.2030",
        "code": end_of_code(mine),
        "picture_matches": "on",
        "name_matches": "on",
        "note": "The network was down",
        **different,
    }


def moment(at):
    return as_read(date_format(timezone.localtime(at), "DATETIME_FORMAT"))


def errors(response):
    return response.context["form"].errors


def test_person_page_leads_to_the_form_until_the_person_is_here(adviser, sent):
    page = address("desk_applicant", sent.reference, 0)
    before = controls(adviser.get(page))
    checked(sent, MAIJA)

    assert "Enter a paper form" in before
    assert "Enter a paper form" not in controls(adviser.get(page))


@pytest.mark.parametrize("who", [MAIJA, TEA])
def test_no_form_is_entered_for_an_ended_application_or_a_child(adviser, who):
    made = application(MAIJA, TEA, sent_at=timezone.now() - 3 * YESTERDAY)
    if who is MAIJA:
        type(made).objects.filter(pk=made.pk).update(state="lapsed")

    page = adviser.get(address("desk_applicant", made.reference, 0 if who is MAIJA else 1))

    assert "Enter a paper form" not in controls(page)


def test_entered_form_waits_for_a_supervisor_and_confirms_then(adviser, supervisor, sent):
    answer = adviser.post(here(sent), filled_in(sent), follow=True)
    made = IdCheck.objects.get()
    own = text_of(adviser.get(address("desk_check_made", made.pk)))
    asked = text_of(supervisor.get(address("desk_decide", made.pk)))
    decided = supervisor.post(
        address("desk_decide", made.pk), {"accepted": "yes", "reason": "Compared with the paper"}, follow=True
    )

    assert "The form has been entered." in text_of(answer)
    assert timezone.localtime(made.checked_at).time() == dt.time(9, 15)
    assert timezone.localdate(made.checked_at) == timezone.localdate() - YESTERDAY
    assert made.paper_wish == PaperWish.CONFIRMED
    assert "Signed on paper Confirms the application" in own
    assert "Compare each detail with the paper" in asked
    assert "Signed on paper Confirms the application Recorded." in text_of(decided)
    assert Confirmation.objects.get().id_check == made


@pytest.mark.parametrize("wish", ["confirmed", "withdrawn"])
def test_history_names_the_time_of_the_signature_beside_that_of_the_decision(adviser, supervisor, wish):
    sent = application(MAIJA, sent_at=timezone.now() - 3 * YESTERDAY)
    adviser.post(here(sent), filled_in(sent, wish=wish))
    made = IdCheck.objects.get()
    before = text_of(adviser.get(address("desk_application", sent.reference)))
    supervisor.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Compared"})

    shown = as_read(adviser.get(address("desk_application", sent.reference)).text)

    assert "Signed on paper on" not in before
    assert shown.count(f"Signed on paper on {moment(made.checked_at)}.") == 1


@pytest.mark.parametrize("part", ["", "?show=customer"])
def test_receipt_names_the_time_of_the_signature_beside_that_of_the_confirmation(adviser, supervisor, sent, part):
    adviser.post(here(sent), filled_in(sent))
    made = IdCheck.objects.get()
    supervisor.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Compared"})
    Applicant.objects.update(language="en")
    given = Confirmation.objects.get()

    shown = as_read(text_of(adviser.get(address("desk_confirm", sent.reference, 0) + part)))

    assert f"Date and time {moment(given.confirmed_at)}" in shown
    assert f"Signed on paper {moment(made.checked_at)}" in shown
    assert given.digest == made.applicant.version.digest


def test_page_says_why_what_was_signed_cannot_be_recorded_any_more(adviser, supervisor, sent):
    adviser.post(here(sent), filled_in(sent))
    made = IdCheck.objects.get()
    confirm(sent, MAIJA)

    asked = text_of(supervisor.get(address("desk_decide", made.pk)))
    decided = supervisor.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Compared"}, follow=True)

    why = "The application is not waiting for this person’s confirmation."
    assert f"What the customer signed can no longer be recorded: {why}" in asked
    assert f"Not recorded. {why}" in text_of(decided)


def test_adviser_is_told_that_a_supervisor_decides(adviser, supervisor, sent):
    supervisor.post(here(sent), filled_in(sent))
    made = IdCheck.objects.get()

    answer = adviser.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Fine"}, follow=True)

    assert "Only a supervisor can decide on this check." in text_of(answer)
    assert not hasattr(IdCheck.objects.get(), "second_look")


def test_second_click_enters_nothing_more(adviser, sent):
    given = filled_in(sent)
    adviser.post(here(sent), given)

    again = adviser.post(here(sent), given, follow=True)

    assert "A paper form of this person has already been entered, and waits for a supervisor." in text_of(again)
    assert IdCheck.objects.count() == 1


def test_form_that_was_accepted_meanwhile_is_not_entered_once_more(adviser, supervisor, sent):
    given = filled_in(sent, wish="account")
    adviser.post(here(sent), given)
    made = IdCheck.objects.get()
    supervisor.post(address("desk_decide", made.pk), {"accepted": "yes", "reason": "Compared"})

    again = adviser.post(here(sent), given, follow=True)

    assert "This form has already been entered." in text_of(again)
    assert IdCheck.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_colleague_who_has_the_same_paper_is_led_to_the_form_that_waits(adviser, supervisor, sent, method):
    adviser.post(here(sent), filled_in(sent))
    made = IdCheck.objects.get()
    again = filled_in(sent, made_at="9.25", wish="account") if method == "post" else {}

    answer = getattr(supervisor, method)(here(sent), again)
    shown = text_of(supervisor.get(answer.url))

    assert answer.url == address("desk_check_made", made.pk)
    assert "Another one can be entered once it has been decided on." in shown
    assert "Entered from a paper form" in shown
    assert IdCheck.objects.count() == 1


def test_form_that_waits_is_not_offered_again_until_it_is_rejected(adviser, supervisor, sent):
    page = address("desk_applicant", sent.reference, 0)
    adviser.post(here(sent), filled_in(sent))
    made = IdCheck.objects.get()
    while_it_waits = controls(adviser.get(page))
    supervisor.post(address("desk_decide", made.pk), {"accepted": "no", "reason": "Another signature"})
    afterwards = controls(adviser.get(page))
    adviser.post(here(sent), filled_in(sent))

    assert "Enter a paper form" not in while_it_waits
    assert "Enter a paper form" in afterwards
    assert IdCheck.objects.count() == 2


def test_person_without_a_code_has_no_field_for_one(adviser, sent):
    page = adviser.get(here(sent, 1)).content.decode()
    adviser.post(here(sent, 1), filled_in(sent, ETHAN))

    assert 'name="code' not in page
    assert IdCheck.objects.get().applicant == slot(sent, ETHAN)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("9.15", (9, 15)), ("9:15", (9, 15)), ("0915", (9, 15)), ("915", (9, 15)), ("9", (9, 0)), ("16 05", (16, 5))],
)
def test_time_is_read_as_people_write_it(typed, read):
    assert PaperForm.base_fields["made_at"].clean(typed) == dt.time(*read)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *[("made_at", text) for text in ("", "25.00", "9.75", "9.5", "morning", "12345")],
        ("made_on", ""),
        ("made_on", "31.2.2026"),
        ("wish", ""),
        ("is_signed", ""),
        ("note", ""),
        ("document_type", ""),
        ("picture_matches", ""),
        ("code", ""),
        ("document_valid_until", "1.1.2020"),
    ],
)
def test_field_is_told_what_to_write(adviser, sent, field, typed):
    answer = adviser.post(here(sent), filled_in(sent, **{field: typed}))

    assert field in errors(answer)
    assert IdCheck.objects.count() == 0


@pytest.mark.parametrize("days", [-1, 15])
def test_time_to_come_or_long_past_is_refused(adviser, sent, days):
    day = timezone.localdate() - days * YESTERDAY

    answer = adviser.post(here(sent), filled_in(sent, made_on=f"{day.day}.{day.month}.{day.year}"))

    assert list(errors(answer)) == ["made_on"]


@pytest.mark.parametrize("spelled", ["%d%m%y", "%d.%m.%y", "%d%m%Y"])
def test_date_is_read_as_people_write_it(adviser, sent, spelled):
    day = timezone.localdate() - YESTERDAY

    adviser.post(here(sent), filled_in(sent, made_on=day.strftime(spelled)))

    assert timezone.localdate(IdCheck.objects.get().checked_at) == day


def test_unsigned_form_is_good_for_an_account_only(adviser, sent):
    adviser.post(here(sent), filled_in(sent, wish="account", is_signed=""))

    assert IdCheck.objects.get().paper_wish == ""


def test_document_that_was_valid_then_is_taken(adviser, sent):
    day = timezone.localdate() - YESTERDAY

    adviser.post(here(sent), filled_in(sent, document_valid_until=f"{day.day}.{day.month}.{day.year}"))

    assert IdCheck.objects.get().document_valid_until == day


def test_refusal_keeps_what_was_typed(adviser, sent):
    Terms.objects.create(published_at=timezone.now(), text_fi="-", text_sv="-", text_en="-")

    answer = adviser.post(here(sent), filled_in(sent))

    assert answer.status_code == 409
    assert "There are new terms of use since the form was signed." in text_of(answer)
    assert "The network was down" in answer.content.decode()
    assert state(sent) == "awaiting"


def test_wrong_code_is_told_and_repeated_nowhere(adviser, sent):
    """R17"""
    answer = adviser.post(here(sent), filled_in(sent, code="999X"))

    assert "code" in errors(answer)
    assert "999X" not in answer.content.decode()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_pages_speak_the_language(adviser, sent, language):
    page = adviser.get(here(sent, language=language)).content.decode()

    assert ("Tallenna paperilomake" in page) == (language == "fi")
    assert ("Registrera en pappersblankett" in page) == (language == "sv")
