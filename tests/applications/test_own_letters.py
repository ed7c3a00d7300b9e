"""Whoever has no email address learns by a page what others learn by email, whatever kind of email it is."""

import datetime as dt
import html
import re

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from applications import changes, document, letter_names
from mailing import letters as mailing_letters
from mailing import outbox
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, confirm
from tests.applications.form.forms import Somebody
from tests.applications.households import letter, sent
from tests.applications.test_leaflets import read
from tests.applications.test_letters import FOLDERS, ONE_ON_BOTH, bounced, household, pass_days  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

LOST_AT = dt.datetime(2026, 11, 29, 14, 46, tzinfo=dt.UTC)
LANGUAGES = [code for code, _ in settings.LANGUAGES]
CAST = (cast.MAIJA, cast.OLLI, cast.TEA)
# Of these the same is said by another page, or everybody who is owed one has an address.
OTHERWISE = {
    "reminder": "the page of the application says that it waits",
    "slip": "the slip is a page, and can be printed",
    "draft_link": "the page on which answers are saved says how to find them again",
    "draft_ending": "the same page says until when they are kept",
    "feedback_received": "it goes to those who gave an address; the page after sending says the same",
    "feedback_given": "it goes to the operator",
    "staff_break_glass": "it goes to staff",
    "staff_link": "it goes to a member of staff",
    **dict.fromkeys(
        ["account_link", "account_moved", "account_closed", "account_password_set"],
        "an account has an address of its own (R15)",
    ),
}
KINDS = [name for name in FOLDERS if name not in OTHERWISE]


def live_through(message, days, language):
    """Have a household without any address live through what that letter tells of."""
    if message != "undeliverable":
        return household(message, days, language=language, email=None)
    application = sent({**cast.MAIJA, "email": None}, cast.OLLI, language=language)
    bounced(letter("invitation", cast.OLLI))
    days(1)
    return application


def lines_of(found, language):
    """Return the lines of the text that the email would have."""
    found.language = language
    context = mailing_letters.letter_context(found)
    with translation.override(language):
        body = render_to_string(f"mailing/{found.message}/body.txt", context).split("-----")[0]
    return [line for line in map(plain, html.unescape(body).splitlines()) if line]


def plain(text):
    """Return a text as it is compared: the HTML part has links and lists where the text has addresses and colons."""
    return " ".join(re.sub(r"http\S+|:", " ", text).split())


@pytest.mark.parametrize("language", ONE_ON_BOTH)
@pytest.mark.parametrize("message", KINDS)
def test_person_without_an_address_reads_on_a_page_what_the_email_would_say(message, language, pass_days, sign_in):  # noqa: F811
    application = live_through(message, pass_days, language)
    owed = [each for each in Letter.objects.filter(message=message) if not each.to]

    assert owed != []
    for each in owed:
        who = next(one for one in CAST if one["first_names"] in each.parameters["recipient"])
        client = sign_in(who)
        is_removed = message == "removed"
        shown = client.get(f"/{language}/applications/" + ("" if is_removed else f"{application.number}/"))
        page = client.get(f"/{language}/letters/{each.pk}/")
        with translation.override(language):
            name = letter_names.name_of(each)
        assert f'href="/{language}/letters/{each.pk}/">{name}<' in html.unescape(shown.text)
        text = plain(html.unescape(read(page)))
        assert [line for line in lines_of(each, language) if line not in text] == []
        assert f'<html lang="{language}">' in page.text


def test_every_kind_of_letter_has_a_place_for_whoever_has_no_address():
    assert sorted([*KINDS, *OTHERWISE]) == FOLDERS
    assert sorted(letter_names.NAMES) == FOLDERS


def test_reminder_is_the_page_of_the_application_itself(pass_days, sign_in):  # noqa: F811
    application = household("reminder", pass_days, language="en", email=None)

    assert "Your application is not valid yet. Confirm it." in read(
        sign_in(cast.OLLI).get(f"/en/applications/{application.number}/")
    )


def test_slip_is_a_page(sign_in):
    application = sent(cast.MAIJA, {**cast.OLLI, "email": None}, language="en")

    page = sign_in(cast.OLLI).get(f"/en/applications/{application.number}/people/1/slip/")

    assert application.number in read(page)
    assert "data-print" in page.text


def test_whoever_gives_no_address_for_a_draft_reads_until_when_it_is_kept(client):
    somebody = Somebody(client, "en").begin()

    page = client.post("/en/application/later/", {}, follow=True)

    assert somebody.draft
    assert re.search(r"We will keep them until \d+ \w+ \d{4}\.", read(page))


def test_letter_without_an_address_is_never_sent():
    sent(cast.MAIJA, {**cast.OLLI, "email": None})

    assert [each.to for each in Letter.objects.due()] == ["maija@example.test"]
    assert [each.status for each in Letter.objects.filter(to="")] == ["unaddressed"]
    assert not outbox.is_unreachable("")


def test_event_owes_somebody_without_an_address_one_letter_too(pass_days):  # noqa: F811
    application = household("lapsed", pass_days, email=None)

    assert Letter.objects.filter(message="lapsed", about=application.reference).count() == 3


def test_nobody_reads_the_letters_of_another(sign_in):
    sent(cast.MAIJA, {**cast.OLLI, "email": None}, language="en")
    (of_olli,) = Letter.objects.filter(to="")

    keys = (of_olli.pk, 999_999)
    answers = [sign_in(who).get(f"/en/letters/{pk}/") for who in (cast.MAIJA, cast.OTSO) for pk in keys]

    assert [each.status_code for each in answers] == [404] * 4


def test_letter_that_would_say_what_is_no_longer_true_leads_to_the_application(sign_in):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    confirm(application, cast.OLLI)
    found = letter("invitation", cast.OLLI)

    assert sign_in(cast.OLLI).get(f"/en/letters/{found.pk}/").url == f"/en/applications/{application.number}/"


def test_letters_of_former_versions_stay_in_the_list(sign_in):
    application = sent(cast.MAIJA, language="en")
    again = document.parse(cast.changed(cast.MAIJA, language="en"))
    changes.put(application, again, tag=application.version.digest, by=HOUSING_SYSTEM)

    shown = read(sign_in(cast.MAIJA).get(f"/en/applications/{application.number}/"))

    assert shown.count("The application has arrived") == 1
    assert shown.count("The application was changed") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "Palautui 29.11.2026 klo 16.46. Postilaatikko on täynnä."),
        ("sv", "Kom i retur 29.11.2026 kl. 16.46. Inkorgen är full."),
        ("en", "Came back on 29 November 2026 at 16:46. The mailbox is full."),
    ],
)
def test_person_reads_what_became_of_each_of_their_emails(language, words, sign_in):
    application = sent(cast.MAIJA, cast.OLLI, language=language)
    lost = Letter.objects.filter(message="arrived")
    lost.update(sent_at=LOST_AT, bounced_at=LOST_AT, failure="full")

    page = read(sign_in(cast.MAIJA).get(f"/{language}/applications/{application.number}/"))

    with translation.override(language):
        assert f"{letter_names.name_of(lost.get())}. {words}" in page


def test_status_page_takes_as_many_queries_for_many_letters(sign_in):
    application = sent(cast.MAIJA, cast.OLLI)
    client, page = sign_in(cast.MAIJA), f"/en/applications/{application.number}/"
    client.get(page)
    with CaptureQueriesContext(connection) as before:
        client.get(page)
    (one,) = Letter.objects.filter(message="arrived")
    for number in range(5):
        Letter.objects.create(
            key=f"{number}", message="arrived", to=one.to, recipient=one.recipient, about=one.about,
            parameters=one.parameters, sent_at=LOST_AT, bounced_at=LOST_AT, failure="full",
        )  # fmt: skip

    with CaptureQueriesContext(connection) as after:
        client.get(page)

    assert len(after) == len(before)
