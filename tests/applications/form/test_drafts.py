"""Saving a draft and continuing it later, and what becomes of one that nobody continues."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client

from applications import draft_access, draft_links, drafts
from applications.form import steps
from applications.models import Application, Draft
from core.actors import UNIDENTIFIED
from identity import cookies
from identity import proof as identity_proof
from mailing import letters
from mailing.letters import NoLongerDue
from mailing.models import Letter
from tests import cast
from tests.applications.factories import person, proof
from tests.applications.form.forms import MAIN, Somebody, address, inputs
from tests.applications.test_concurrency import at_once
from tests.mailing.letters import assert_accessible_and_plain

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
EMAIL = {"email": "maija@example.test"}
DAY = 24 * 3600


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def somebody(client):
    return Somebody(client).begin()


def letter(number=0):
    return Letter.objects.order_by("pk")[number]


def token(found=None):
    return re.search(r"token=(\w+)", letters.write_letter(found or letter()).body)[1]


def elsewhere():
    """Return another browser that has accepted the cookies."""
    return Somebody(Client())


def without_session_cookie(somebody):
    """Forget the cookie that an answer took back, as browsers do and the client does not."""
    assert somebody.client.cookies.pop("session").value == ""
    return somebody


# --- Saving ----------------------------------------------------------------------------------------------


def test_whatever_is_typed_is_saved_for_later(somebody):
    page = somebody.fill("people", "p1", {"first_names": "Maija", "hetu": "0105"}, to="draft_later")

    assert page.url == address("draft_later")
    assert somebody.client.get(page.url).status_code == 200
    assert inputs(somebody.go("people"))["p1-hetu"] == ["0105"]


def test_link_is_mailed_and_continues_in_another_browser(somebody):
    somebody.fill("people", "p1", MAIN)
    somebody.client.post(address("draft_mail_link"), EMAIL)
    other = elsewhere()

    page = other.client.get(address("draft_continue"), {"token": token()})
    before = other.client.session.get("draft")
    onward = other.client.post(page.wsgi_request.get_full_path())
    again = elsewhere().client.post(address("draft_continue"), {"token": token()})

    assert (page.status_code, before) == (200, None)
    assert onward.url == again.url == address("form_people")
    assert inputs(other.go("people"))["p1-last_name"] == ["Meikäläinen"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_letters_repeat_nothing_that_was_typed(client, language, clock):
    somebody = Somebody(client, language).begin()
    somebody.fill("people", "p1", MAIN)
    client.post(address("draft_mail_link", language), EMAIL)
    clock.shift(23 * DAY)
    drafts.end_quiet_drafts()

    for number, message in enumerate(["draft_link", "draft_ending"]):
        written = letters.write_letter(letter(number))
        assert_accessible_and_plain(written)
        text = written.subject + written.body + written.alternatives[0][0]
        assert (letter(number).message, letter(number).language) == (message, language)
        assert f"/{language}/application/continue/?token=" in text
        assert [word for word in ("Maija", "Meikäläinen", "010594") if word in text] == []


def test_token_is_not_stored(somebody):
    somebody.client.post(address("draft_mail_link"), EMAIL)

    assert token() not in str(Draft.objects.values()) + str(Letter.objects.values())


def test_address_that_is_none_is_told_and_kept(somebody):
    page = somebody.client.post(address("draft_mail_link"), {"email": "maija@"})

    assert page.status_code == 200
    assert 'href="#id_email"' in page.text
    assert 'value="maija@"' in page.text
    assert not Letter.objects.exists()


def test_letters_to_an_address_are_limited_and_the_page_says_what_else_can_be_done(somebody, monkeypatch):
    monkeypatch.setattr("applications.stranger_letters.MOST_A_DAY", 5)
    answers = [somebody.client.post(address("draft_mail_link"), EMAIL) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [200]
    assert "Tähän osoitteeseen on lähetetty tänään monta viestiä" in answers[-1].text
    assert 'href="#id_email"' in answers[-1].text


def test_letters_of_one_place_are_limited(somebody, monkeypatch):
    monkeypatch.setattr("applications.views.drafts.MOST_LETTERS", 5)
    answers = [somebody.client.post(address("draft_mail_link"), EMAIL).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


def test_unknown_link_says_so_and_is_limited(client):
    answers = [client.get(address("draft_continue"), {"token": "0" * 40}).status_code for _ in range(31)]

    assert answers == [404] * 30 + [429]


def test_link_of_a_sent_application_says_so(somebody):
    somebody.client.post(address("draft_mail_link"), EMAIL)
    dead = token()
    somebody.fill_everything().send()

    assert elsewhere().client.get(address("draft_continue"), {"token": dead}).status_code == 410
    with pytest.raises(NoLongerDue):
        letters.write_letter(letter())


def test_link_of_a_deleted_draft_is_unknown(somebody):
    somebody.client.post(address("draft_mail_link"), EMAIL)
    dead = token()
    Draft.objects.all().delete()

    assert elsewhere().client.get(address("draft_continue"), {"token": dead}).status_code == 404


def test_link_asks_for_the_cookies_first(somebody):
    somebody.client.post(address("draft_mail_link"), EMAIL)

    page = Client().post(address("draft_continue"), {"token": token()})

    assert page.url.startswith("/fi/cookies/?next=/fi/application/continue/%3Ftoken%3D")
    assert dict(page.cookies) == {}


def test_link_followed_from_another_site_puts_nothing_into_a_session(somebody):
    somebody.client.post(address("draft_mail_link"), EMAIL)

    page = elsewhere().client.post(
        address("draft_continue"), {"token": token()}, headers={"sec-fetch-site": "cross-site"}
    )

    assert page.status_code == 403


def test_link_ends_the_session_of_another_person(somebody, sign_in):
    somebody.client.post(address("draft_mail_link"), EMAIL)
    found = token()
    other = Somebody(sign_in(cast.OTSO))

    page = other.client.post(address("draft_continue"), {"token": found})

    assert page.url == address("form_people")
    assert "_auth_user_id" not in other.client.session


def test_link_outlives_its_index_key_once_reencrypted(somebody, settings):
    somebody.client.post(address("draft_mail_link"), EMAIL)
    old = token()
    settings.FIELD_INDEX_KEYS = ["a new index key of many characters", *settings.FIELD_INDEX_KEYS]
    settings.FIELD_ENCRYPTION_KEYS = ["a new encryption key of many characters", *settings.FIELD_ENCRYPTION_KEYS]

    call_command("reencrypt")
    settings.FIELD_INDEX_KEYS = settings.FIELD_INDEX_KEYS[:1]
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]

    assert drafts.form_data_of(draft_links.find_draft(old))["people"][0]["kind"] == "main"


# --- Being identified ------------------------------------------------------------------------------------


def identified(client, who):
    """Sign somebody in as a broker's answer does: in a session that is wholly new."""
    client.session.flush()
    client.force_login(person(who).user, backend="identity.backend.BrokerBackend")
    session = client.session
    session.pop("draft", None)
    identity_proof.remember(session, proof())
    session.save()
    client.cookies[cookies.acceptance_name()] = cookies.VERSION


def test_draft_becomes_ones_own_by_identification(somebody):
    somebody.fill("people", "p1", MAIN)
    away = somebody.client.post(address("draft_bind")).url
    back = QueryDict(urlsplit(away).query)["next"]
    identified(somebody.client, cast.MAIJA)

    page = somebody.client.get(back)
    before = Draft.objects.get().person
    onward = somebody.client.post(page.wsgi_request.get_full_path())
    again = somebody.client.post(page.wsgi_request.get_full_path())

    assert away.startswith("/fi/identify/?next=/fi/application/bound/")
    assert before is None
    assert Draft.objects.get().person == person(cast.MAIJA)
    assert [onward.url, again.url] == [address("form_people")] * 2  # R12


def test_pass_lasts_half_an_hour(somebody, clock):
    text = draft_links.make_draft_pass(somebody.draft)
    identified(somebody.client, cast.MAIJA)

    clock.shift(29 * 60)
    assert draft_links.take_draft_pass(text, person=person(cast.MAIJA))
    clock.shift(2 * 60)
    with pytest.raises(draft_links.UnknownDraft):
        draft_links.take_draft_pass(text, person=person(cast.MAIJA))


def test_own_drafts_are_among_ones_applications_and_those_of_others_are_not_there(sign_in):
    mine = Somebody(sign_in(cast.MAIJA)).begin().draft
    address_of = f"/fi/application/drafts/{mine.pk}/continue/"
    other = sign_in(cast.OTSO)
    not_there = other.post(address_of).status_code, address_of in other.get("/fi/applications/").text
    client = sign_in(cast.MAIJA)

    shown = address_of in client.get("/fi/applications/").text
    page = client.post(address_of)

    assert not_there == (404, False)
    assert shown
    assert page.url == address("form_people")
    assert client.session["draft"] == mine.pk


def test_draft_that_somebody_takes_over_is_read_no_more_where_it_was_begun_nor_by_its_link(clock):
    """J6: the link went to an address that somebody else reads too."""
    began = Somebody(Client()).begin()
    began.client.post(address("draft_mail_link"), EMAIL)
    former, linked = token(), elsewhere()
    linked.client.post(address("draft_continue"), {"token": former})
    assert linked.go("people").status_code == 200
    owner = elsewhere().client
    text = draft_links.make_draft_pass(began.draft)
    identified(owner, cast.MAIJA)

    clicks = [owner.post(address("draft_bound"), {"pass": text}).url for _ in range(2)]

    assert clicks == [address("form_people")] * 2
    assert Somebody(owner).go("people").status_code == 200
    assert [each.go("people").url for each in (began, linked)] == [address("fill_in")] * 2
    assert elsewhere().client.post(address("draft_continue"), {"token": former}).status_code == 404


def test_letter_that_waits_while_its_draft_is_taken_over_does_not_bring_the_new_link(clock):
    began = Somebody(Client()).begin()
    began.client.post(address("draft_mail_link"), EMAIL)

    drafts.adopt(began.draft, person=person(cast.MAIJA))

    with pytest.raises(NoLongerDue):
        letters.write_letter(letter())
    assert ticked(clock, 23 * DAY) == (["draft_link"], 1)  # and nobody at that address is warned


# --- The end of a session, and of a draft ----------------------------------------------------------------


def test_session_ends_after_20_idle_minutes_also_of_somebody_who_is_not_signed_in(somebody, clock):
    somebody = Somebody(Client()).begin()
    sent = inputs(somebody.go("people"))
    clock.shift(20 * 60)
    alive = somebody.go("people").status_code
    clock.shift(20 * 60 + 31)

    page = somebody.client.post(address("form_people"), sent)

    assert alive == 200
    assert page.url == "/fi/application/closed/?act=form_people&next=/fi/application/people/"
    assert "draft" not in somebody.client.session


def test_session_is_kept_by_the_script_of_the_warning(clock):
    somebody = Somebody(Client()).begin()
    for _ in range(3):
        clock.shift(19 * 60)
        answer = somebody.client.post(address("form_stay"), headers={"accept": "*/*"})

    assert answer.status_code == 204
    assert somebody.go("people").status_code == 200


def test_leaving_a_shared_computer_lets_go_of_the_draft(somebody):
    somebody.client.post("/fi/leave/")
    somebody.client.cookies[cookies.acceptance_name()] = cookies.VERSION

    assert without_session_cookie(somebody).go("people").url == address("fill_in")


def ticked(clock, seconds):
    """Let time pass, and tick twice: what is done is done once. Return the letters and drafts that there are."""
    clock.shift(seconds)
    drafts.end_quiet_drafts()
    drafts.end_quiet_drafts()
    return [letter.message for letter in Letter.objects.order_by("pk")], Draft.objects.count()


def test_draft_is_deleted_after_30_quiet_days_and_its_address_warned_a_week_before(clock):
    somebody = Somebody(Client()).begin()
    somebody.client.post(address("draft_mail_link"), EMAIL)

    assert ticked(clock, 23 * DAY - 1) == (["draft_link"], 1)
    assert ticked(clock, 1) == (["draft_link", "draft_ending"], 1)
    assert ticked(clock, 7 * DAY - 1) == (["draft_link", "draft_ending"], 1)
    assert ticked(clock, 1) == (["draft_link", "draft_ending"], 0)


def test_draft_without_an_address_is_deleted_without_a_letter(clock):
    Somebody(Client()).begin()

    assert ticked(clock, 30 * DAY - 1) == ([], 1)
    assert ticked(clock, 1) == ([], 0)


def test_draft_that_is_continued_is_kept_and_its_warning_not_sent(clock):
    somebody = Somebody(Client()).begin()
    somebody.client.post(address("draft_mail_link"), EMAIL)
    ticked(clock, 23 * DAY)
    other = elsewhere()
    other.client.post(address("draft_continue"), {"token": token()})
    other.fill("people", "p1", MAIN)

    with pytest.raises(NoLongerDue):
        letters.write_letter(letter(1))
    assert ticked(clock, 22 * DAY) == (["draft_link", "draft_ending"], 1)
    assert ticked(clock, 1 * DAY) == (["draft_link", "draft_ending", "draft_ending"], 1)


def test_address_is_warned_a_week_before_also_where_the_worker_was_away(clock):
    somebody = Somebody(Client()).begin()
    somebody.client.post(address("draft_mail_link"), EMAIL)

    assert ticked(clock, 60 * DAY) == (["draft_link", "draft_ending"], 1)
    assert ticked(clock, 7 * DAY) == (["draft_link", "draft_ending"], 0)


def test_what_is_left_of_a_sent_draft_goes_and_the_application_stays(clock):
    somebody = Somebody(Client()).begin().fill_everything()
    somebody.send()

    assert ticked(clock, 30 * DAY)[1] == 0
    assert Application.objects.count() == 1


def test_tick_says_beforehand_what_it_would_do(clock, capsys):
    draft = Somebody(Client()).begin().draft
    clock.shift(30 * DAY)

    call_command("tick", "--dry-run")

    assert f"draft {draft.pk}: deleted" in capsys.readouterr().out
    assert Draft.objects.count() == 1


def held(somebody):
    """Return the draft as the session of a browser holds it."""
    return draft_access._HELD.first(pk=somebody.draft.pk, link=somebody.draft.nonce)


def test_of_two_who_have_read_the_same_state_neither_loses_what_the_other_stores(somebody):
    """A draft is stored without a lock as long as it is as it was read; whoever comes second edits what is there."""
    first, second = (held(somebody) for _ in range(2))
    seen = []

    drafts.edit_draft(first, lambda data: data.update(home={"rent": "1"}))
    drafts.edit_draft(second, lambda data: (seen.append(data["home"]), data.update(wishes={"more": "2"})))

    data = drafts.form_data_of(Draft.objects.get())
    assert (data["home"], data["wishes"]) == ({"rent": "1"}, {"more": "2"})
    assert seen == [None, {"rent": "1"}]


def test_draft_that_was_sent_or_deleted_since_it_was_read_is_not_written(somebody):
    somebody.fill_everything()
    read = held(somebody)
    somebody.send()

    with pytest.raises(drafts.CannotWriteSent):
        drafts.edit_draft(read, lambda data: data.update(home=None))
    Draft.objects.all().delete()
    with pytest.raises(drafts.Gone):
        drafts.edit_draft(read, lambda data: data.update(home=None))


def revision(draft):
    return steps.revision(drafts.form_data_of(draft))


def test_draft_that_another_tab_saves_while_it_is_sent_is_not_sent(somebody):
    read = held(somebody.fill_everything())
    before = revision(read)
    somebody.fill("wishes", "wishes", {"more": "Saved by another tab."})

    with pytest.raises(steps.StaleTab):
        drafts.send_draft(read, revision=before, assurance=True, by=UNIDENTIFIED)

    assert (Application.objects.count(), Letter.objects.filter(message="arrived").count()) == (0, 0)
    assert somebody.data["wishes"]["more"] == "Saved by another tab."


def test_draft_that_two_have_read_and_send_is_one_application(somebody):
    first, second = held(somebody.fill_everything()), held(somebody)
    counted = []

    sent = [
        drafts.send_draft(
            one, revision=revision(one), assurance=True, by=UNIDENTIFIED, count=lambda: counted.append("sent")
        )
        for one in (first, second)
    ]

    assert sent == [Application.objects.get()] * 2
    assert (Letter.objects.filter(message="arrived").count(), counted) == (1, ["sent"])


@pytest.mark.django_db(transaction=True)
def test_draft_that_is_sent_twice_at_once_is_one_application(client):
    for number in range(1, 6):
        somebody = Somebody(Client()).begin().fill_everything()
        read = [held(somebody) for _ in range(2)]

        sent = at_once(
            *[
                lambda one=one: drafts.send_draft(one, revision=revision(one), assurance=True, by=UNIDENTIFIED)
                for one in read
            ]
        )

        assert sent == [Application.objects.latest("pk")] * 2
        assert Application.objects.count() == Letter.objects.filter(message="arrived").count() == number


def test_nothing_is_sent_past_the_limit(somebody, monkeypatch):
    monkeypatch.setattr("applications.views.form.MOST_SENT", 1)
    another = elsewhere().begin().fill_everything()

    answers = [one.send().status_code for one in (somebody.fill_everything(), another)]

    assert answers == [302, 429]
    assert Application.objects.count() == Letter.objects.filter(message="arrived").count() == 1
    assert another.draft.data
