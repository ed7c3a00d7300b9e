"""Emails name nobody where somebody under non-disclosure applies (R16), whatever they tell and whomever they go to."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from applications import clock, protection, unnamed
from applications.models import Applicant
from mailing.letters import NoLongerDue, letter_context, write_letter
from mailing.models import Letter
from tests import cast
from tests.applications.households import letter, sent, slot, written
from tests.applications.test_letters import MESSAGES, START, household
from tests.counter.checks import GUN, check, confirm_here
from tests.staff import acting

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en"}
LANGUAGES = [code for code, _ in settings.LANGUAGES]
NAMES = re.compile(r"\b(Maija|Liisa|Meikäläinen|Olli|Öhman|Tea|Teini)\b")
UNNAMED = {
    "fi": "Tämä viesti on tarkoitettu henkilölle, joka on hakemuksessa ”Kanssahakija 1”.",
    "sv": "Det här meddelandet är till den som i ansökan är ”Medsökande 1”.",
    "en": "This email is for the person who is “Co-applicant 1” in the application.",
}


@pytest.fixture
def pass_days(time_machine):
    time_machine.move_to(START, tick=False)

    def days(count):
        time_machine.shift(count * 86_400)
        clock.tick()

    return days


def protect(application, who):
    mine = Applicant.objects.filter(version__application=application, first_names=who["first_names"]).last()
    protection.set_mark(mine, protected=True, by=acting("supervisor"))


def parts_of(message):
    """Return all that leaves, but for the address that it goes to."""
    headers = [f"{name}: {value}" for name, value in message.message().items() if name != "To"]
    return [message.subject, message.body, *(part for part, _ in message.alternatives), *headers]


@pytest.mark.parametrize(
    "who",
    [pytest.param(cast.MAIJA, marks=pytest.mark.same_on_both), cast.OLLI],
    ids=["main applicant", "co-applicant"],
)
@pytest.mark.parametrize("message", MESSAGES)
def test_email_about_an_application_names_nobody(message, who, pass_days):
    """Also where the mark was set after what the email tells of, and before it leaves."""
    application = household(message, pass_days)
    protect(application, who)
    read = set()

    for each in Letter.objects.filter(about=application.reference):
        for each.language in LANGUAGES:
            try:
                parts = parts_of(write_letter(each))
            except NoLongerDue:
                continue
            assert [part for part in parts if NAMES.search(part)] == []
            read.add(each.message)

    assert message in read


def test_people_are_called_by_their_place(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA, language="en")
    protect(application, cast.VERA)

    main, co = (written(letter("arrived", cast.MAIJA)), written(letter("invitation", cast.OLLI)))

    for part in (main[1], re.sub(r"<[^>]+>", "", main[2])):
        assert "We are waiting for “Co-applicant 1” and “Co-applicant 2” to confirm the application." in part
        assert "This email is for the person who is “Main applicant” in the application." in part
    assert "The main applicant has sent a Heka housing application and named you as a co-applicant." in co[1]
    for language, told in UNNAMED.items():
        invited = letter("invitation", cast.OLLI)
        invited.language = language
        assert told in written(invited)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_the_application_tells_which_place_is_whose(language, sign_in):
    """Whoever reads of “Co-applicant 2” in an email finds there who that is."""
    application = sent(cast.MAIJA, cast.OLLI, cast.VERA)
    protect(application, cast.VERA)
    with translation.override(language):
        places = unnamed.places_in(application.reference)

        page = sign_in(cast.MAIJA).get(reverse("applications:status", args=[application.reference]))

    found = re.findall(r'<h3>([^<]+)</h3>\s*<p class="hint">([^<(]+)', page.text)
    assert {name: place.strip() for name, place in found} == places
    assert len(set(places.values())) == len(places) == 3


def test_what_somebody_wrote_is_read_in_the_service(pass_days):
    application = household("error_reported", pass_days, language="en")
    reported = letter("error_reported", cast.MAIJA)
    assert "The number of rooms is wrong." in written(reported)[1]

    protect(application, cast.OLLI)

    for part in written(reported):
        assert "The number of rooms" not in part
    assert (
        "“Co-applicant 1” has written to you about the application. You can read the message in the service."
        in (written(reported)[1])
    )


def test_who_acted_for_somebody_is_told_without_a_name(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    check(application, cast.OLLI, **GUN)
    confirm_here(application, cast.OLLI)
    told, receipt = letter("confirmed", cast.MAIJA), letter("receipt", cast.OLLI)
    assert "Gun Gran" in written(told)[1]

    protect(application, cast.OLLI)

    assert "“Co-applicant 1” was represented at customer service by a guardian." in written(told)[1]
    assert "Represented by: a guardian" in written(receipt)[1]


def test_mark_that_is_removed_lets_names_stand_again(pass_days):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    protect(application, cast.OLLI)
    protection.set_mark(slot(application, cast.OLLI), protected=False, by=acting("supervisor"))

    assert "We are waiting for “Olli Öhman”" in written(letter("arrived", cast.MAIJA))[1]


def test_application_of_others_names_them(pass_days):
    protect(sent(cast.OLLI, language="en"), cast.OLLI)
    sent(cast.MAIJA, cast.VERA, language="en")

    assert "We are waiting for “Vera Virtanen”" in written(letter("arrived", cast.MAIJA))[1]


def test_page_that_stands_for_an_email_names_people_to_whoever_has_proved_who_they_are(pass_days):
    """Nor does the page tell of the mark."""
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    protect(application, cast.OLLI)

    with translation.override("en"):
        assert letter_context(letter("arrived", cast.MAIJA))["missing_names"] == "“Olli Öhman”"


def test_page_of_an_invitation_calls_the_main_applicant_as_the_email_does(client):
    """Whoever has the email opens it, and has not proved who they are."""
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    address = re.search(r"https?://\S+token=\S+", written(letter("invitation", cast.OLLI))[1])[0]
    assert "“Maija” has sent a Heka housing application" in client.get(address, headers=ENGLISH).text
    protect(application, cast.OLLI)

    page = client.get(address, headers=ENGLISH).text

    assert "“Main applicant” has sent a Heka housing application" in page
    assert not NAMES.search(page)


def test_page_that_checks_a_receipt_tells_who_acted_for_somebody_without_a_name(client):
    application = sent(cast.MAIJA, cast.OLLI, language="en")
    check(application, cast.OLLI, **GUN)
    confirm_here(application, cast.OLLI)
    receipt = letter("receipt", cast.OLLI).parameters
    typed = {"number": receipt["receipt_number"], "check_code": "".join(receipt["check_code"])}

    def page():
        return client.post(reverse("applications:verify"), typed).text

    assert "Hakijaa edusti Gun Gran (edunvalvoja)." in page()
    protect(application, cast.OLLI)

    assert "Hakijaa edusti edunvalvoja." in page()
    assert "Gran" not in page()
