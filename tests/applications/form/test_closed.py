"""A form that was closed: what was typed is not lost, and others who use the computer see nothing of it (R21)."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from applications import drafts
from applications.form.steps import PERSON_ID
from applications.models import Application, Draft
from identity import cookies
from mailing import letters
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import MAIN, Somebody, address, inputs
from tests.applications.form.test_drafts import identified, token
from tests.applications.test_views import url

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
IDLE = 20 * 60 + 31  # seconds
FOREIGN = {"sec-fetch-site": "cross-site"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def somebody(clock):
    """Somebody who has given their details in the first step."""
    somebody = Somebody(Client(enforce_csrf_checks=True), "en")
    somebody.begin()
    save(somebody, "people", "p1", MAIN)
    return somebody


def page_of(somebody, step, prefix, answers):
    """Return what a browser sends of a step with its token, once some answers are typed."""
    page = somebody.go(step)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    return inputs(page) | somebody.typed(prefix, answers) | {"csrfmiddlewaretoken": token}


def save(somebody, step, prefix, answers):
    return somebody.client.post(somebody.at(f"form_{step}"), page_of(somebody, step, prefix, answers))


def close_browser(somebody):
    """Lose what a browser forgets when it is closed: the cookie of the session."""
    somebody.client.cookies.pop("session")


# --- Within 20 idle minutes ------------------------------------------------------------------------------


def test_closed_browser_comes_back_to_the_draft(somebody, clock):
    save(somebody, "home", "home", {"dwelling": "flat", "reasons": ["work"]})
    close_browser(somebody)
    clock.shift(19 * 60)

    page = somebody.go("people")

    assert inputs(page)["p1-last_name"] == ["Meikäläinen"]
    assert "Continue filling in" in somebody.client.get(somebody.at("fill_in")).text


def test_page_that_a_restarted_browser_sends_is_shown_again_and_can_be_saved(somebody):
    sent = page_of(somebody, "home", "home", {"dwelling": "flat", "reasons": ["work"]})
    close_browser(somebody)

    page = somebody.client.post(somebody.at("form_home"), sent, follow=True)
    again = inputs(page) | {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[1]}
    saved = somebody.client.post(somebody.at("form_home"), again)

    assert "What you have typed is not saved yet." in page.text
    assert inputs(page)["home-reasons"] == ["work"]
    assert saved.url in {somebody.at("form_home"), somebody.at("form_money")}
    assert somebody.data["home"]["reasons"] == ["work"]


# --- After 20 idle minutes -------------------------------------------------------------------------------


def test_what_was_still_typed_is_saved_and_shown_and_nothing_else(somebody, clock):
    """R21: the next person at a library computer finds the last page at most, which its screen showed anyway."""
    typed = {"dwelling": "homeless", "reasons": ["work"], "homeless_since": "10/2026"}
    sent = page_of(somebody, "home", "home", typed)
    clock.shift(IDLE)

    page = somebody.client.post(somebody.at("form_home"), sent, follow=True)
    others = [somebody.client.get(somebody.at(f"form_{name}"), follow=True) for name in ("people", "home", "summary")]

    assert "What you typed last has been saved:" in page.text
    assert "10/2026" in page.text
    assert drafts.form_data_of(Draft.objects.get())["home"]["reasons"] == ["work"]
    assert [other.request["PATH_INFO"] for other in others] == [somebody.at("form_closed")] * 3
    assert [w for w in ("Meikäläinen", "010594", "maija@") for o in (page, *others) if w in o.text] == []


def test_whoever_gave_no_way_back_is_not_told_that_their_answers_are_kept(clock):
    somebody = Somebody(Client(enforce_csrf_checks=True), "en")
    somebody.begin()
    save(somebody, "people", "p1", {"first_names": "Maija"})
    still_open = somebody.go("people").text
    save(somebody, "people", "p1", {"email": MAIN["email"]})
    with_address = somebody.go("people").text
    save(somebody, "people", "p1", {"email": ""})
    clock.shift(IDLE)

    text = somebody.client.get("/en/application/people/", follow=True).content.decode()

    assert "This application can no longer be opened" in text
    assert "Your answers are kept" not in text
    promises = ("What is saved is kept until", "You can open it again only if")
    assert [words in still_open for words in promises] == [False, True]
    assert [words in with_address for words in promises] == [True, False]


def test_session_that_ended_says_that_the_form_was_closed_and_not_that_somebody_was_logged_out(somebody, clock):
    clock.shift(IDLE)

    page = somebody.client.get(somebody.at("form_home"), follow=True)

    assert "The form was closed" in page.text
    assert "logged out" not in page.text
    assert "We will send the link to m••••@example.test." in page.text
    assert "Continue to identification" in page.text


def test_sending_that_came_too_late_says_first_that_nothing_was_sent(somebody, clock):
    clock.shift(IDLE)

    page = somebody.client.post(somebody.at("form_send"), {"saved": "1.0.0.0", "assurance": "on"}, follow=True)

    assert "The application was not sent." in page.text
    assert not Application.objects.exists()


def test_first_page_that_took_long_is_shown_again_and_can_be_saved(clock):
    somebody = Somebody(Client(enforce_csrf_checks=True), "en")
    somebody.begin()
    sent = page_of(somebody, "people", "p1", MAIN)
    clock.shift(3 * IDLE)

    page = somebody.client.post(somebody.at("form_people"), sent, follow=True)
    again = inputs(page) | {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[1]}

    assert inputs(page)["p1-last_name"] == ["Meikäläinen"]
    assert somebody.client.post(somebody.at("form_people"), again).url == somebody.at("form_home")


def test_page_of_a_draft_that_nobody_knows_begins_another_with_what_was_typed(somebody, clock):
    sent = page_of(somebody, "people", "p1", {"phone": "050 765 4321"})
    clock.shift(IDLE)
    stranger = Somebody(Client(enforce_csrf_checks=True), "en")

    page = stranger.client.post(stranger.at("form_people"), sent, follow=True)
    begun = stranger.client.post(stranger.at("form_closed"), inputs(page))

    assert "What you have typed is not saved yet." in page.text
    assert begun.url == stranger.at("form_people")
    assert stranger.data["people"][0]["details"]["phone"] == "050 765 4321"
    assert stranger.data["people"][0]["details"]["hetu"] == ""  # a masked code is none
    assert stranger.draft.pk != Draft.objects.order_by("pk").first().pk


def test_next_person_does_not_find_what_another_draft_was_begun_with(somebody, clock):
    """R21: it was typed, though no page of the new draft was saved yet."""
    sent = page_of(somebody, "people", "p1", {"phone": "050 765 4321"})
    clock.shift(IDLE)
    stranger = Somebody(Client(enforce_csrf_checks=True), "en")
    page = stranger.client.post(stranger.at("form_people"), sent, follow=True)
    stranger.client.post(stranger.at("form_closed"), inputs(page))
    stranger.go("people")
    clock.shift(IDLE)

    found = stranger.client.get(stranger.at("form_people"), follow=True)

    assert found.request["PATH_INFO"] == stranger.at("form_closed")
    assert "050 765 4321" not in found.text


@pytest.mark.parametrize("step", ["people", "home"])
def test_page_sent_by_another_site_is_neither_saved_nor_shown(somebody, clock, step):
    sent = page_of(somebody, step, "p1" if step == "people" else "home", {"reasons": ["work"]})
    clock.shift(IDLE)

    led = somebody.client.post(somebody.at(f"form_{step}"), sent, headers=FOREIGN)
    page = somebody.client.post(led.url, sent, headers=FOREIGN)

    assert page.status_code == 403
    assert drafts.form_data_of(Draft.objects.get())["home"] is None


def test_script_that_closes_the_form_saves_and_shows_nothing(somebody):
    sent = page_of(somebody, "home", "home", {"reasons": ["work"]})

    page = somebody.client.post(somebody.at("form_closed"), sent | {"close": "1"}, follow=True)

    assert drafts.form_data_of(Draft.objects.get())["home"]["reasons"] == ["work"]
    assert "The form was closed" in page.text
    assert "What you typed last" not in page.text
    assert somebody.go("people").url.startswith(somebody.at("form_closed"))


def test_change_whose_session_ended_keeps_what_was_typed(sign_in, clock):
    sent = application(cast.MAIJA)
    somebody = Somebody(sign_in(cast.MAIJA), "en")
    somebody.client.post(url("change", sent))
    typed = inputs(somebody.go("wishes")) | {"wishes-highest_rent": "1250"}
    clock.shift(IDLE)

    page = somebody.client.post(somebody.at("form_wishes"), typed, follow=True)

    assert drafts.form_data_of(Draft.objects.get())["wishes"]["highest_rent"] == "1250"
    assert "It opens when you identify yourself." in page.text
    assert "with a link" not in page.text.lower()


@pytest.mark.parametrize("more", [{}, {"close": "1"}])
def test_next_person_at_the_computer_cannot_have_the_link_sent_to_themselves(somebody, clock, more):
    Draft.objects.update(email="")
    clock.shift(IDLE)
    Letter.objects.all().delete()
    typed = {"step": "people", "saved": "1", "p1-email": "thief@example.test", "p1-phone": "050 765 4321"}

    somebody.client.post(somebody.at("form_closed"), typed | more)
    somebody.client.post(somebody.at("draft_mail_again"))

    assert [letter.to for letter in Letter.objects.all()] == ["maija@example.test"]
    assert drafts.form_data_of(Draft.objects.get())["people"][0]["details"]["phone"] == "050 765 4321"


def test_next_person_at_the_computer_does_not_become_the_main_applicant(somebody, clock):
    clock.shift(IDLE)

    typed = {"step": "people", "saved": "1", "p1-hetu": cast.OLLI["hetu"]}
    page = somebody.client.post(somebody.at("form_closed"), typed)
    identified(somebody.client, cast.OLLI)

    assert "We did not change the email address and personal identity code" in page.text
    assert somebody.client.get(somebody.at("draft_open")).status_code == 404


@pytest.mark.parametrize("typed", [{"p1-phone": MAIN["phone"]}, {"p1-hetu": MAIN["hetu"]}])
def test_whoever_guesses_what_was_typed_is_not_told_that_they_are_right(somebody, clock, typed):
    clock.shift(IDLE)

    page = somebody.client.post(somebody.at("form_closed"), {"step": "people", "saved": "0"} | typed)

    assert "What you typed last was not saved" in page.text


def test_address_that_somebody_corrects_in_a_draft_of_their_own_is_not_lost(sign_in, clock):
    somebody = Somebody(sign_in(cast.MAIJA), "en").begin()
    typed = inputs(somebody.go("people")) | {"p1-email": "new@example.test"}
    clock.shift(IDLE)

    page = somebody.client.post(somebody.at("form_people"), typed, follow=True)

    assert drafts.form_data_of(Draft.objects.get())["people"][0]["details"]["email"] == "new@example.test"
    assert "stay as they were" not in page.text


# --- Opening it again ------------------------------------------------------------------------------------


def test_link_is_mailed_again_to_the_address_that_is_known_and_opens_the_draft(somebody, clock):
    clock.shift(IDLE)
    Letter.objects.all().delete()

    told = somebody.client.post(somebody.at("draft_mail_again"), {"email": "thief@example.test"}, follow=True)
    letter = Letter.objects.get()
    somebody.client.post(somebody.at("draft_continue"), {"token": token(letter)})

    assert letter.to == "maija@example.test"
    assert "We are sending the link. Open it to continue." in told.text
    assert inputs(somebody.go("people"))["p1-last_name"] == ["Meikäläinen"]


@pytest.mark.parametrize(("who", "opens"), [(cast.MAIJA, True), (cast.OLLI, False)])
def test_identification_opens_it_for_the_main_applicant_alone(somebody, clock, who, opens):
    clock.shift(IDLE)
    somebody.go("people")
    identified(somebody.client, who)
    somebody.client.handler.enforce_csrf_checks = False

    page = somebody.client.get(somebody.at("draft_open"))
    somebody.client.post(somebody.at("draft_open"))

    assert page.status_code == (200 if opens else 404)
    assert (Draft.objects.get().person is not None) is opens
    assert (somebody.go("people").status_code == 200) is opens


@pytest.mark.parametrize("way_out", ["/en/leave/", "/en/cookies/decline/"])
def test_leaving_forgets_the_draft_at_once(somebody, way_out):
    kept = {name: morsel.value for name, morsel in somebody.client.cookies.items()}

    somebody.client.post(way_out)
    for name in ("draft", "session"):
        assert somebody.client.cookies.pop(name).value == ""
    thief = Somebody(Client(), "en")
    for name, value in kept.items():
        thief.client.cookies[name] = value

    assert somebody.client.get(somebody.at("form_people")).url == somebody.at("fill_in")
    assert thief.go("people").status_code == 302  # nor does it open for whoever kept the cookies


def test_logging_out_forgets_the_draft(sign_in):
    somebody = Somebody(sign_in(cast.MAIJA), "en").begin()
    somebody.go("people")

    somebody.client.post("/en/sign-out/")

    assert somebody.client.cookies["draft"].value == ""


@pytest.mark.parametrize("value", ["", "1", "1.x:y", "\x00", "9" * 40 + ".a:b", "1.a:b:c", "²."])
def test_cookie_of_somebodys_own_making_opens_nothing(somebody, value):
    # Some Pythons make no cookie with control characters; a browser may send one.
    stranger = Somebody(Client(HTTP_COOKIE=f"{cookies.draft_name()}={value}"), "en")

    assert stranger.go("people").url == stranger.at("fill_in")


def test_cookie_tells_nothing_of_what_is_typed(somebody):
    morsel = somebody.client.cookies["draft"]

    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert morsel["max-age"] == 30 * 86400
    assert morsel.value.partition(".")[0] == str(Draft.objects.get().pk)
    assert not [typed for typed in MAIN.values() if len(typed) > 2 and typed in morsel.value]


def test_cookie_that_outlives_the_browser_does_not_sign_the_next_person_in(sign_in):
    """R21: the cookie of the session goes with the browser, and this one stays on the disk for 30 days."""
    somebody = Somebody(sign_in(cast.MAIJA), "en").begin()
    somebody.go("people")
    session, kept = (somebody.client.cookies[name].value for name in ("session", "draft"))

    found = [part for part in re.split(r"[^0-9a-z]", kept) if len(part) == len(session)]
    for key in found:
        thief = Client()
        thief.cookies["session"] = key
        assert "Maija" not in thief.get("/en/applications/", follow=True).text
    assert session not in kept


def test_cookie_goes_when_the_application_is_sent(client):
    somebody = Somebody(client, "en").begin().fill_everything()
    somebody.client.get(somebody.send().url)

    assert somebody.client.cookies["draft"].value == ""


# --- The link --------------------------------------------------------------------------------------------


def test_link_is_mailed_with_the_first_address_and_once(somebody):
    save(somebody, "people", "p1", {"phone": "050 765 4321"})

    assert [(letter.message, letter.to) for letter in Letter.objects.all()] == [("draft_link", "maija@example.test")]
    page = somebody.go("home").text
    assert "We have sent a link to maija@example.test." in page
    assert page.count("maija@example.test") == 1


def test_link_that_went_to_a_mistyped_address_ends_when_it_is_corrected(client):
    somebody = Somebody(client, "en").begin()
    somebody.fill("people", "p1", {**MAIN, "email": "maija@exmaple.test"})
    waiting, former = Letter.objects.get(), token(Letter.objects.get())

    somebody.fill("people", "p1", {"email": "maija@example.test"})
    stranger = Somebody(Client(), "en")

    assert stranger.client.post(stranger.at("draft_continue"), {"token": former}).status_code == 404
    with pytest.raises(NoLongerDue):
        letters.write_letter(waiting)
    assert Letter.objects.latest("pk").to == "maija@example.test"
    assert somebody.go("home").status_code == 200


def test_address_that_was_chosen_for_the_link_is_left_alone(client):
    somebody = Somebody(client, "en").begin()
    somebody.client.post(somebody.at("draft_mail_link"), {"email": "library@example.test"})

    somebody.fill("people", "p1", MAIN)

    assert [letter.to for letter in Letter.objects.all()] == ["library@example.test"]


def test_application_goes_on_when_no_more_links_may_be_sent(client, monkeypatch):
    monkeypatch.setattr("applications.views.drafts.MOST_LETTERS", 0)
    somebody = Somebody(client, "en").begin()

    assert somebody.fill("people", "p1", MAIN).url == somebody.at("form_home")
    assert "We could not email you a link now." in somebody.go("home").text


def test_page_for_later_offers_the_address_just_typed(client):
    somebody = Somebody(client, "en").begin()
    somebody.fill("people", "p1", {"email": "maija@example.test"}, to="draft_later")

    assert 'value="maija@example.test"' in somebody.client.get(somebody.at("draft_later")).text


# --- Limits ----------------------------------------------------------------------------------------------


def test_beginning_again_and_again_makes_one_draft(client):
    somebody = Somebody(client, "en")
    for _ in range(30):
        somebody.begin()

    assert Draft.objects.count() == 1


def test_twenty_five_people_behind_one_address_begin(db):
    assert {Somebody(Client()).begin().page.url for _ in range(25)} == {address("form_people")}


def test_pressing_send_without_the_tick_uses_up_nobodys_limit(client, monkeypatch):
    monkeypatch.setattr("applications.views.form.MOST_SENT", 1)
    hasty = Somebody(Client(), "en").begin().fill_everything()
    for _ in range(20):
        hasty.client.post(hasty.at("form_send"), inputs(hasty.go("summary")))
    nobody = Somebody(Client(), "en").begin()
    nobody.client.post(nobody.at("form_send"), {"saved": "0.0.0.0", "assurance": "on"})

    next_one = Somebody(client, "en").begin().fill_everything()

    assert next_one.send().url == next_one.at("form_sent")


def test_page_of_a_limit_and_its_header_say_the_same_time(client, monkeypatch, clock):
    monkeypatch.setattr("applications.draft_access.MOST_BEGUN", 0)

    page = Somebody(client, "en").begin().page

    assert (page.status_code, page["Retry-After"]) == (429, "3600")
    assert "Wait 60 minutes and try again." in page.text


def test_people_of_a_page_are_named_by_ids_of_ours():
    ids = ("p1", "p12", "home", "p1 main", "q1", "p")
    assert [text for text in ids if PERSON_ID.fullmatch(text)] == ["p1", "p12"]


def test_whoever_never_logged_in_is_not_told_that_they_were_logged_out(somebody):
    pages = [somebody.client.get("/en/leave/"), somebody.client.post("/en/leave/", follow=True)]

    assert [
        text for page in pages for text in ("You are logged out", "You have been logged out") if text in page.text
    ] == []
