"""Is this email from us? A page that says yes or no, which kind and which day, and nothing of anybody (ADR 37)."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from applications.letter_names import NAMES
from heka_confirm import email_check
from mailing.letter_codes import display_letter_code
from mailing.models import Letter
from tests import cast
from tests.applications.households import letter, sent
from tests.counter.desk.arranged import text_of

pytestmark = pytest.mark.django_db

NO = "No, we have not sent an email with this code"
YES = "Yes, we have sent an email with this code"


def left(message="arrived", who=cast.MAIJA, **different):
    """Let a letter of a household leave, and return it."""
    sent(cast.MAIJA, cast.OLLI)
    found = letter(message, who)
    found.sent_at = dt.datetime(2026, 11, 28, 22, 30, tzinfo=dt.UTC)  # in Helsinki the 29th
    found.save()
    return found


def ask(code, *, language="en", client=None):
    return (client or Client()).post(f"/{language}/email/", {"code": code})


@pytest.mark.parametrize(
    ("language", "kind", "day"),
    [
        ("fi", "Hakemus on vastaanotettu", "29.11.2026"),
        ("sv", "Ansökan har mottagits", "29.11.2026"),
        ("en", "The application has arrived", "29 November 2026"),
    ],
)
def test_answer_names_the_kind_and_the_day_in_the_readers_language(language, kind, day):
    page = text_of(ask(display_letter_code(left()), language=language))

    assert kind in page
    assert day in page


def test_answer_tells_nothing_of_any_person():
    found = left("invitation", cast.OLLI)

    page = ask(display_letter_code(found))

    said = page.content.decode()
    assert YES in said
    names = ["Maija", "Meikäläinen", "Olli", "Öhman", found.to, found.about, found.parameters["number"]]
    assert [value for value in names if value in said] == []


@pytest.mark.parametrize("code", ["K7M4P-3XQ4T", "k7m4p3xq4t"])
def test_unknown_code_is_no(code):
    left()

    assert NO in text_of(ask(code))


def test_email_that_has_not_left_is_no():
    sent(cast.MAIJA)

    assert NO in text_of(ask(display_letter_code(letter("arrived", cast.MAIJA))))


@pytest.mark.parametrize("typed", ["", "K7M-P3X-Q4T", "Maija", "x" * 61, "\0", "\u202e"])
def test_what_is_no_code_gets_words_and_no_answer(typed):
    page = text_of(ask(typed))

    assert "The form has the following errors:" in page
    assert NO not in page


def test_other_code_typed_here_is_told_apart():
    """The invitation holds two codes, and its number."""
    assert "Application numbers and invitation codes are shorter." in text_of(ask("K7M4-P3XQ"))


def test_code_stands_in_no_address_and_in_no_log(caplog):
    code = display_letter_code(left())

    page = ask(code)

    assert page.status_code == 200  # no redirect
    assert code not in caplog.text
    assert code.replace("-", "") not in caplog.text
    assert 'method="post"' in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"


def test_code_in_an_address_is_not_looked_up():
    assert YES not in text_of(Client().get("/en/email/", {"code": display_letter_code(left())}))


def test_question_is_taken_from_our_own_page_only():
    answer = Client().post("/en/email/", {"code": "K7M4P-3XQ4T"}, HTTP_SEC_FETCH_SITE="cross-site")

    assert answer.status_code == 403


def test_asking_needs_and_sets_no_cookie():
    client = Client(enforce_csrf_checks=True)

    assert ask(display_letter_code(left()), client=client).status_code == 200
    assert client.cookies == {}


def test_guessing_is_limited_and_an_office_is_not(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC), tick=False)
    code = display_letter_code(left())
    for _ in range(email_check.MOST_EMAIL_CODES):
        assert YES in text_of(ask(code))

    assert ask("K7M4P-3XQ4T").status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.9").post("/en/email/", {"code": code}).status_code == 200
    time_machine.shift(dt.timedelta(seconds=61))
    assert YES in text_of(ask(code))


def test_page_says_what_we_never_ask_and_where_our_emails_come_from(settings):
    settings.DEFAULT_FROM_EMAIL = "Heka Confirm <no-reply@confirm.example.fi>"

    page = text_of(Client().get("/en/email/"))

    assert "They come from the address no-reply@confirm.example.fi." in page
    assert "They never ask for your online banking codes" in page


def test_page_is_linked_from_every_page_and_from_the_front():
    front = Client().get("/en/").content.decode()

    assert len(re.findall(r'href="/en/email/"', front)) == 2


def test_every_kind_of_email_has_a_name_for_its_reader():
    found = left()
    folders = {path.name for path in Path(settings.BASE_DIR, "templates", "mailing").iterdir() if path.is_dir()}

    for message in folders:
        Letter.objects.filter(pk=found.pk).update(message=message)
        with translation.override("en"):
            assert str(NAMES[message]) in text_of(ask(display_letter_code(found)))


def test_answer_takes_constant_queries(django_assert_num_queries):
    code = display_letter_code(left())
    Client().get("/en/email/")

    with django_assert_num_queries(3):
        ask(code)
