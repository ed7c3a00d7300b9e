"""The pages on which an application is renewed, withdrawn, and somebody removed from it (J6)."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import translation

from applications import changes, invitations, references
from applications.invitation_links import invitation_token
from applications.models import Application
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, invitation, state
from tests.applications.test_changes import changed, two_valid_of_tea
from tests.applications.test_views import text_of, url

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 16, 10, tzinfo=dt.UTC)
PAGES = ["renew", "withdraw", "remove"]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def valid(time_machine):
    """An application of Maija, Olli and Tea that has been valid for ten days."""
    time_machine.move_to(START)
    sent = application(cast.MAIJA, cast.OLLI, cast.TEA)
    confirm(sent, cast.MAIJA)
    confirm(sent, cast.OLLI)
    time_machine.shift(dt.timedelta(days=10))
    return sent


@pytest.fixture
def waiting():
    return application(cast.MAIJA, cast.OLLI, cast.VERA)


def at(name, sent, position=1):
    return reverse(f"applications:{name}", args=[sent.reference, *([position] if name == "remove" else [])])


QUESTIONS = {
    "withdraw": {
        "fi": ("Kyllä, peru hakemus", "Ei, palaa hakemukseen"),
        "sv": ("Ja, återkalla ansökan", "Nej, gå tillbaka till ansökan"),
        "en": ("Yes, withdraw the application", "No, go back to the application"),
    },
    "decline": {
        "fi": ("Kyllä, kieltäydyn hakemuksesta", "Takaisin hakemukseen"),
        "sv": ("Jag tackar nej till ansökan", "Tillbaka till ansökan"),
        "en": ("Yes, I decline the application", "Back to the application"),
    },
    "remove": {
        "fi": ("Kyllä, poista kanssahakija", "Ei, palaa hakemukseen"),
        "sv": ("Ja, ta bort medsökanden", "Nej, gå tillbaka till ansökan"),
        "en": ("Yes, remove the co-applicant", "No, go back to the application"),
    },
    "not_me": {
        "fi": ("Kutsu ei ole minulle", "Takaisin kutsuun"),
        "sv": ("Inbjudan är inte till mig", "Tillbaka till inbjudan"),
        "en": ("The invitation is not for me", "Back to the invitation"),
    },
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_button_of_what_cannot_be_taken_back_says_what_it_does_and_the_other_where_it_leads(
    sign_in, waiting, name, language
):
    client = sign_in(cast.OLLI if name == "decline" else cast.MAIJA)
    with translation.override(language):
        address = reverse("applications:not_me") if name == "not_me" else at(name, waiting)
        token = invitation_token(invitation(waiting, cast.OLLI))
        page = client.get(address, {"token": token} if name == "not_me" else {})

    main = re.search(r"<main.*</main>", page.text, re.DOTALL).group()
    pressed = re.findall(r'<(?:button|a) class="(button[^"]*)"[^>]*>([^<]*)<', main)
    assert pressed == [
        ("button danger", QUESTIONS[name][language][0]),
        ("button secondary", QUESTIONS[name][language][1]),
    ]


def test_renewing_says_what_it_does_and_then_does_it(sign_in, valid):
    """R7"""
    client = sign_in(cast.OLLI)

    before = text_of(client.get(at("renew", valid)))
    after = text_of(client.post(at("renew", valid), follow=True))

    assert "is valid until 14 February 2027. If you renew it now, it will be valid until 24 February 2027." in before
    assert "You have renewed the application. It is valid until 24 February 2027." in after
    assert state(valid) == "valid"


def test_renewing_names_the_valid_applications_that_it_replaces(sign_in, time_machine):
    """R9: before it is done"""
    with_maija, with_olli = two_valid_of_tea(time_machine)

    shown = text_of(sign_in(cast.TEA).get(url("renew", with_maija)))
    maijas = text_of(sign_in(cast.MAIJA).get(url("renew", with_maija)))

    assert "it will replace these valid applications of yours" in shown
    assert with_olli.number in shown
    assert with_olli.number not in maijas


def test_renewing_twice_says_the_same(sign_in, valid):
    """R12"""
    client = sign_in(cast.OLLI)

    answers = [text_of(client.post(at("renew", valid), follow=True)) for _click in range(2)]

    assert answers[0] == answers[1]
    assert valid.changes.filter(transition="renewed").count() == 1


def test_renewing_changes_nothing_when_it_is_read(sign_in, valid):
    sign_in(cast.OLLI).get(at("renew", valid))

    assert Application.objects.get(pk=valid.pk).valid_until == valid.valid_until


def test_renewing_before_it_is_valid_says_why_not(sign_in, waiting):
    confirm(waiting, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    shown = client.get(at("renew", waiting))
    told = text_of(client.post(at("renew", waiting), follow=True))

    assert shown.url == url("status", waiting)
    assert "Only an applicant who has confirmed the application can renew it, and only while it is valid." in told


def test_renewing_what_was_withdrawn_meanwhile_says_what_happened(sign_in, valid):
    client = sign_in(cast.OLLI)
    client.get(at("renew", valid))
    changes.withdraw(valid, by=HOUSING_SYSTEM)

    told = text_of(client.post(at("renew", valid), follow=True))

    assert "This application has ended" in told
    assert "Withdrawn" in told
    assert state(valid) == "withdrawn"


@pytest.mark.parametrize("who", [cast.MAIJA, cast.OLLI])
def test_withdrawing_says_what_it_does_and_then_does_it(sign_in, waiting, who):
    """R11"""
    client = sign_in(who)

    before = text_of(client.get(at("withdraw", waiting)))
    after = text_of(client.post(at("withdraw", waiting), follow=True))

    assert "it will end for all applicants" in before
    assert "You have withdrawn the application. We will tell the other applicants." in after
    assert state(waiting) == "withdrawn"


@pytest.mark.parametrize("name", ["withdraw", "renew"])
def test_whoever_applies_alone_is_spoken_to_of_nobody_else(sign_in, time_machine, name):
    time_machine.move_to(START)
    alone = application(cast.MAIJA)
    confirm(alone, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=10))

    shown = text_of(sign_in(cast.MAIJA).get(at(name, alone)))

    assert {"withdraw": "it will end.", "renew": "You will not have to confirm it again."}[name] in shown
    assert not re.search("all applicants|Nobody", shown)


def test_withdrawing_again_says_that_it_has_ended(sign_in, waiting):
    changes.withdraw(waiting, by=HOUSING_SYSTEM)

    told = text_of(sign_in(cast.MAIJA).post(at("withdraw", waiting), follow=True))

    assert "This application has already ended. Nothing was changed." in told


def test_receipt_of_what_has_ended_says_once_that_it_has(sign_in, valid):
    changes.withdraw(valid, by=HOUSING_SYSTEM)

    shown = text_of(sign_in(cast.MAIJA).get(url("receipt", valid)))

    assert shown.count("This application has ended") == 1
    assert "This application cannot be confirmed, edited or renewed. If you still need a home" in shown


@pytest.mark.parametrize(("others", "is_told"), [([], False), ([cast.OLLI], True)])
def test_replaced_application_asks_for_no_new_one_of_whoever_has_it(sign_in, others, is_told):
    """R9"""
    former = application(cast.MAIJA, *others)
    confirm(application(cast.MAIJA), cast.MAIJA)

    shown = text_of(sign_in(cast.MAIJA).get(url("status", former)))

    assert "Another application became valid and replaced this one." in shown
    assert ("If you are not an applicant in the new application" in shown) is is_told
    assert "If you still need a home" not in shown


def test_withdrawing_changes_nothing_when_it_is_read(sign_in, waiting):
    sign_in(cast.OLLI).get(at("withdraw", waiting))

    assert state(waiting) == "awaiting"


def test_withdrawing_by_somebody_under_18_is_refused_and_said_why(sign_in, valid):
    client = sign_in(cast.TEA)

    shown = client.get(at("withdraw", valid))
    told = text_of(client.post(at("withdraw", valid), follow=True))

    assert shown.url == url("status", valid)
    assert "Only an adult applicant can edit or withdraw the application." in told
    assert state(valid) == "valid"


def test_removing_says_what_it_does_and_then_does_it(sign_in, waiting):
    invitations.decline(applicant(waiting, cast.OLLI))
    client = sign_in(cast.MAIJA)

    before = client.get(at("remove", waiting))
    read = re.search(r'name="version" value="(\w{64})"', before.text)[1]
    after = text_of(client.post(at("remove", waiting), {"version": read}, follow=True))

    assert "If you remove Olli Öhman, they will no longer be" in text_of(before)
    assert "Olli Öhman is no longer in the application. Everyone must confirm the application again." in after
    assert [str(a) for a in Application.objects.get(pk=waiting.pk).applicants[1:]] == ["Vera Virtanen"]


def test_removing_from_what_was_changed_meanwhile_says_so(sign_in, waiting):
    client = sign_in(cast.MAIJA)
    changes.put(waiting, changed(cast.MAIJA, cast.VERA, cast.OLLI), tag=waiting.version.digest, by=HOUSING_SYSTEM)

    told = text_of(client.post(at("remove", waiting), {"version": waiting.version.digest}, follow=True))

    assert "Somebody else has edited the application in the meantime." in told
    assert waiting.versions.count() == 2


@pytest.mark.parametrize("who", [cast.OLLI, cast.VERA])
@pytest.mark.parametrize("position", [0, 1, 2, 3, 10**30])
def test_co_applicants_remove_nobody(sign_in, waiting, who, position):
    client = sign_in(who)

    answers = [
        getattr(client, method)(at("remove", waiting, position), {"version": waiting.version.digest})
        for method in ("get", "post")
    ]

    assert [answer.url for answer in answers] == [url("status", waiting)] * 2
    assert waiting.versions.count() == 1


def test_pages_are_linked_where_they_are_of_use(sign_in, valid, waiting):
    links = {}
    for sent, people in ((valid, (cast.MAIJA, cast.OLLI, cast.TEA)), (waiting, (cast.MAIJA, cast.OLLI))):
        for who in people:
            answer = sign_in(who).get(url("status", sent))
            found = [name for name in PAGES if f'href="{at(name, sent)}"' in answer.text]
            links[state(sent), who["last_name"]] = found

    assert links == {
        ("awaiting", "Meikäläinen"): ["withdraw", "remove"],
        ("awaiting", "Öhman"): ["withdraw"],
        ("valid", "Meikäläinen"): ["renew", "withdraw"],
        ("valid", "Öhman"): ["renew", "withdraw"],
        ("valid", "Teini"): [],
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_application_of_others_answers_as_one_that_does_not_exist(sign_in, waiting, name, method):
    """R4"""
    client, bodies = sign_in(cast.OTSO), []
    for number in (waiting.reference, references.new()):
        address = at(name, waiting).replace(waiting.reference, number)
        address = address.replace(references.display(waiting.reference), references.display(number))
        response = getattr(client, method)(address)
        assert response.status_code == 404
        body = re.sub(r'value="\w{64}"|data-seconds="\d+"', "", response.text)
        bodies.append(body.replace(references.display(number), "NUMBER"))

    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("name", PAGES)
def test_page_needs_identification(client, waiting, name):
    assert client.get(at(name, waiting)).url.startswith(reverse("identity:identify"))
    assert client.post(at(name, waiting)).url.startswith(reverse("identity:session_ended"))


def test_confirm_page_shows_what_changed_since_one_confirmed(sign_in, waiting):
    """R6, J6.2: also after two changes, of which the second took back a part of the first"""
    confirm(waiting, cast.OLLI)
    for rent, rooms in (("1250", 3), ("1300", 1)):
        new = changed(cast.MAIJA, cast.OLLI, cast.VERA).model_dump()
        new["content"]["wishes"]["highest_rent"], new["content"]["home"]["rooms"] = rent, rooms
        read = Application.objects.get(pk=waiting.pk)
        changes.put(read, changes.Document.model_validate(new), tag=read.version.digest, by=HOUSING_SYSTEM)

    shown = sign_in(cast.OLLI).get(url("confirm", waiting))

    assert "What has changed since you confirmed the application" in text_of(shown)
    assert shown.text.count('class="changed"') == 1
    assert "1,300.00 € Before: 1,100.00 €" in text_of(shown)


def test_confirm_page_says_nothing_of_changes_to_somebody_who_did_not_confirm_before(sign_in, waiting):
    new = changed(cast.MAIJA, cast.VERA)
    changes.put(waiting, new, tag=waiting.version.digest, by=HOUSING_SYSTEM)

    shown = sign_in(cast.VERA).get(url("confirm", waiting))

    assert "What has changed" not in text_of(shown)
    assert 'class="changed"' not in shown.text


@pytest.mark.parametrize(("days", "is_offered"), [(0, False), (1, True)])
def test_renewing_is_offered_from_the_first_day_on_which_it_gains_time(sign_in, time_machine, days, is_offered):
    """R7"""
    time_machine.move_to(START)
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    time_machine.shift(dt.timedelta(days=days))
    client = sign_in(cast.MAIJA)

    status, answer = client.get(url("status", sent)).text, client.get(at("renew", sent))

    assert (f'href="{at("renew", sent)}"' in status) is is_offered
    assert answer.status_code == (200 if is_offered else 302)


def test_whoever_opens_or_sends_the_page_of_a_renewal_that_gains_nothing_is_told_so(sign_in, time_machine):
    time_machine.move_to(START)
    sent = application(cast.MAIJA)
    confirm(sent, cast.MAIJA)
    client = sign_in(cast.MAIJA)

    for answer in (client.get(at("renew", sent), follow=True), client.post(at("renew", sent), follow=True)):
        assert "The application is already valid for as long as it can be. Renew it later." in text_of(answer)
        assert "You have renewed the application." not in text_of(answer)
