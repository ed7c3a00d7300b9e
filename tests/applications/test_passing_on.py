"""What the main applicant passes on to a co-applicant: the code and the way, and nothing of a person (J3)."""

import datetime as dt
import re
from urllib.parse import parse_qs, unquote

import pytest
from django.conf import settings as project
from django.utils import timezone, translation

from applications import progress
from applications.invitation_links import find_invitation
from tests import cast
from tests.applications.factories import application, confirm
from tests.applications.households import PROTECTED, fresh, invitation, sent, slot
from tests.applications.test_slip import UNREACHABLE, WITHOUT_CODE
from tests.applications.test_views import url
from tests.as_read import as_read
from tests.counter.checks import check, decline_here

pytestmark = pytest.mark.django_db

# GSM 03.38, the basic set: a message of other signs is cut into shorter pieces.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿")
GSM |= set("abcdefghijklmnopqrstuvwxyzäöñüà")
TWO_MESSAGES = 2 * 153
LANGUAGES = [code for code, _ in project.LANGUAGES]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def _people(application, *, reader):
    return progress.people(application, progress.helped(application, reader=reader), [])


def notes(application, reader=cast.MAIJA):
    found = _people(fresh(application), reader=slot(application, reader))
    return {who.first_names: state.note for who, state in found if state}


def note(language="fi", other=cast.OLLI, **more):
    [found] = notes(sent(cast.MAIJA, other, language=language, **more)).values()
    return found


@pytest.mark.parametrize("other", [cast.OLLI, UNREACHABLE, WITHOUT_CODE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_message_is_in_the_language_of_who_gets_it_and_fits_into_two_text_messages(settings, language, other):
    settings.PUBLIC_URL = "https://asuntohakemus.vahvistus.hel.fi"

    text = note(language, other).text

    first = {"fi": "Helsingin kaupunki", "sv": "Helsingfors stad", "en": "City of Helsinki"}[language]
    assert text.startswith(first)
    assert f"https://asuntohakemus.vahvistus.hel.fi/{language}/" in text
    assert set(text) - GSM == set()
    assert len(text) <= TWO_MESSAGES


def test_code_in_the_message_is_that_of_the_invitation():
    """R13: the same code as in the email, and no link that opens by itself."""
    of = sent(cast.MAIJA, cast.OLLI, language="en")

    [text] = [each.text for each in notes(of).values()]

    [code] = re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}", text)
    assert find_invitation(code) == invitation(of, cast.OLLI)
    assert of.number in text
    assert "token" not in text


def test_message_says_nothing_of_a_person():
    found = note("en")

    for words in (found.text, found.subject, unquote(found.sms), unquote(found.mailto)):
        assert re.findall(r"Maija|Olli|Öhman|Meikäläinen|example\.test|\+358", words) == []


def test_addresses_open_a_message_without_a_recipient_and_carry_the_whole_text():
    found = note("fi")

    assert found.sms.startswith("sms:?&body=")
    assert found.mailto.startswith("mailto:?subject=")
    assert re.search(r"[^!-~]|\+", found.sms + found.mailto) is None
    assert unquote(found.sms.removeprefix("sms:?&body=")) == found.text
    assert parse_qs(found.mailto.removeprefix("mailto:?")) == {"subject": [found.subject], "body": [found.text]}


def test_who_has_no_code_of_their_own_is_told_of_the_way_that_is_left():
    without_invitation, at_counter = note("en", UNREACHABLE).text, note("en", WITHOUT_CODE).text

    assert "identify yourself with your online banking codes or mobile certificate" in without_invitation
    assert "at customer service, Työpajankatu 8" in at_counter
    assert "/en/counter/" in at_counter


def test_message_is_the_same_for_a_protected_person(monkeypatch):
    """R16: nobody learns of the mark from it."""
    monkeypatch.setattr("applications.progress.invitation_code", lambda _invitation: "ABCD-EFGH")
    texts = {
        re.sub(r"\b[A-Z0-9]{3}(-[A-Z0-9]{3}){2}\b", "NUMBER", each.text)
        for each in (note("fi"), note("fi", **PROTECTED))
    }

    assert len(texts) == 1


def test_nobody_but_the_main_applicant_gets_it_and_for_none_who_is_done():
    household = application(cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE)
    confirm(household, cast.OLLI)
    check(household, cast.VERA)
    decline_here(household, cast.VERA)

    assert notes(household).keys() == {cast.VILLE["first_names"]}
    assert notes(household, reader=cast.VILLE) == {}


def test_page_has_the_text_without_javascript_and_the_button_only_with_it(sign_in):
    household = sent(cast.MAIJA, cast.OLLI, language="sv")
    [found] = notes(household).values()

    page = sign_in(cast.MAIJA).get(url("status", household)).text

    assert f'lang="sv">{found.text}</blockquote>' in as_read(page)
    assert f'href="{found.sms.replace("&", "&amp;")}"' in page
    assert f'href="{found.mailto.replace("&", "&amp;")}"' in page
    assert re.search(r'<button [^>]*\bhidden data-copy="note-1"', page)


def test_message_goes_on_without_the_code_once_its_key_is_gone(settings):
    household = sent(cast.MAIJA, cast.OLLI, language="en")
    settings.FIELD_INDEX_KEYS = ["another-key-of-the-installation"]
    [found] = notes_without_key(household)

    assert "type the code" not in found.text


def notes_without_key(household):
    """People are not found by their codes now, so the reader is taken by position."""
    loaded = fresh(household)
    return [state.note for _who, state in _people(loaded, reader=loaded.applicants[0]) if state]


def test_written_after_the_deadline_there_is_none(time_machine):
    household = application(cast.MAIJA, cast.OLLI)
    time_machine.move_to(timezone.now() + dt.timedelta(days=91))

    assert notes(household) == {}
