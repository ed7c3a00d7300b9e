"""What had been typed on a page of the desk when the session ended (ADR 42)."""

import base64
import time

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django import forms
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from applications.models import IdCheck
from counter import account_issue
from counter.desk import urls
from identity import limits, sessions, unsent_forms
from privacy import desk as privacy_desk
from tests.applications.factories import application, person
from tests.cast import MAIJA, OLLI, VERA
from tests.counter.desk.arranged import address, checked, text_of
from tests.identity.accounts import EMAIL, PASSWORD, with_password
from tests.staff import acting, sign_in_staff, staff

pytestmark = pytest.mark.django_db
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"document_type": "1", "document_valid_until": "31.12.30", "note": "Torn & mended", "picture_matches": "on"}
ENDED = "/en/staff/session/ended/"
SAVED, OTHERS = "You were logged out before this was saved.", "This was not saved, because the session had ended."
SECRET = base64.b32encode(b"twenty bytes exactly").decode()


@pytest.fixture(autouse=True)
def _no_used_codes():
    cache.clear()


def end(client):
    """Let the session be idle for more than a quarter of an hour, as the server counts."""
    session = client.session
    session[sessions.SEEN] = int(time.time()) - 16 * 60
    session.save()


def token(client):
    return client.session["_csrftoken"]


def send_late(client, where, typed, *, headers=OWN_PAGE):
    """Open a page, let the session end, and send its form."""
    client.get(where)
    own = token(client)
    end(client)
    return client.post(where, {"csrfmiddlewaretoken": own, **typed}, headers=headers)


def value_for(field):
    """Return something that a person can give in a field, as the browser sends it."""
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, forms.ChoiceField):
        return str(list(field.choices)[-1][0])
    return "31.12.30" if isinstance(field, forms.DateField) else "Typed"


@pytest.fixture
def arranged():
    """The addresses of all pages of the desk, filled in, with something to do on each."""
    person(MAIJA)
    sent = application(MAIJA, OLLI, VERA)
    check, waiting = checked(sent, MAIJA), checked(sent, OLLI, is_doubtful=True)
    checked(sent, VERA)
    account_issue.issue_account(check, email="own@example.test", by=acting("adviser"))
    slots = [f"{sent.reference}/{position}" for position in range(3)]
    found = []
    for route, _, name in [*urls.PAGES, *privacy_desk.PAGES]:
        for slot, pk in [*[(slot, check.pk) for slot in slots], (slots[0], waiting.pk)]:
            filled = route.replace("<reference:reference>/<int:position>", slot).replace("<int:pk>", str(pk))
            filled = filled.replace("<reference:reference>", sent.reference)
            if "<" not in filled:
                found.append((name, f"/en/admin/desk/{filled}"))
    return found


def test_every_form_of_the_desk_is_shown_again_as_it_was_typed(arranged):
    user = staff("supervisor")
    user.is_superuser = True
    user.save()
    client, kept = sign_in_staff(Client(), user), {}
    for name, where in arranged:
        page = client.get(where)
        form = page.context and page.context.get("form")
        if not isinstance(form, forms.BaseForm) or name in kept:
            continue
        typed = {name: value_for(field) for name, field in form.fields.items()}
        send_late(client, where, typed)
        shown = sign_in_staff(client, user).get(where)
        form = shown.context["form"]
        assert not form.is_bound
        kept[name] = {field: form[field].value() == value for field, value in typed.items()}
        assert SAVED in text_of(shown) or name == "desk"

    lost = {name: [field for field, is_kept in fields.items() if not is_kept] for name, fields in kept.items()}
    assert {name: fields for name, fields in lost.items() if fields} == {
        "desk": ["text"],
        "desk_check": ["code"],
        "desk_paper": ["code"],
    }
    assert kept.keys() >= {"desk_account", "desk_account_address", "desk_certify", "desk_contact", "desk_decide"}
    assert kept.keys() >= {"desk_erase", "desk_undo"}


def test_form_sent_after_the_end_comes_back_after_both_factors():
    user = staff("adviser")
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, SECRET)
    client, where = sign_in_staff(Client(), user), address("desk_check", application(MAIJA).reference, 0)

    led = send_late(client, where, {**TYPED, "code": "9032"})
    log_in = client.get(led["Location"])
    first = client.post(led["Location"], {"login": "anna", "password": PASSWORD, "next": where}, headers=OWN_PAGE)
    client.get(first["Location"])
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    second = client.post(first["Location"], {"csrfmiddlewaretoken": token(client), "code": code})
    shown = client.get(second["Location"])
    form = shown.context["form"]

    assert led["Location"] == f"/en/log-in/?ended=yes&next={where}"
    assert "You were logged out because" in log_in.text
    assert (first["Location"], second["Location"]) == ("/en/log-in/code/", where)
    assert {name: form[name].value() for name in TYPED} == TYPED
    assert form["code"].value() is None
    assert SAVED in text_of(shown)
    assert not IdCheck.objects.exists()
    assert client.session.get_expire_at_browser_close()  # as every session of staff


def test_part_in_which_something_was_typed_is_open_again(adviser):
    where = address("desk_check", application(MAIJA).reference, 0)
    send_late(adviser, where, {"representative_name": "Edna Edunvalvoja"})

    assert sign_in_staff(adviser, staff("adviser")).get(where).text.count("<details open") == 1


def test_what_was_typed_is_shown_once(adviser):
    where = address("desk_check", application(MAIJA).reference, 0)
    send_late(adviser, where, TYPED)
    sign_in_staff(adviser, staff("adviser")).get(where)

    again = adviser.get(where)

    assert again.context["form"]["note"].value() is None
    assert SAVED not in again.text


def test_other_pages_do_not_show_what_was_typed_and_leave_it_there(adviser):
    sent = application(MAIJA, OLLI)
    send_late(adviser, address("desk_check", sent.reference, 0), TYPED)
    sign_in_staff(adviser, staff("adviser"))

    other = adviser.get(address("desk_check", sent.reference, 1))
    own = adviser.get(address("desk_check", sent.reference, 0))

    assert [page.context["form"]["note"].value() for page in (other, own)] == [None, TYPED["note"]]


def test_colleague_who_logs_in_next_finds_nothing_of_what_was_typed(adviser):
    """R16"""
    where = address("desk_check", application(MAIJA).reference, 0)
    send_late(adviser, where, TYPED)

    shown = sign_in_staff(adviser, staff("supervisor")).get(where)

    assert not any(shown.context["form"][name].value() for name in TYPED)
    assert SAVED not in text_of(shown)
    assert OTHERS not in text_of(shown)


@pytest.mark.parametrize("name", ["desk_code", "desk_details"])
def test_check_typed_on_a_page_that_shows_the_code_or_details_comes_back_on_the_persons_page(adviser, name):
    sent = application(MAIJA)
    adviser.get(address("desk_applicant", sent.reference, 0))
    own = token(adviser)
    end(adviser)
    adviser.post(address(name, sent.reference, 0), {"csrfmiddlewaretoken": own, **TYPED}, headers=OWN_PAGE)

    shown = sign_in_staff(adviser, staff("adviser")).get(address(name, sent.reference, 0), follow=True)

    assert shown.request["PATH_INFO"] == address("desk_applicant", sent.reference, 0)
    assert shown.context["form"]["note"].value() == TYPED["note"]


def test_page_of_a_former_session_does_not_end_that_of_whoever_logged_in_since(adviser):
    where = address("desk_check", application(MAIJA).reference, 0)
    adviser.get(where)
    former = token(adviser)
    since = sign_in_staff(adviser, staff("supervisor"))

    led = since.post(f"{ENDED}?next={where}", {"csrfmiddlewaretoken": former, **TYPED}, headers=OWN_PAGE)

    assert led.status_code == 302
    assert since.get(where).status_code == 200
    assert since.get(where).context["form"]["note"].value() is None


def test_only_so_many_forms_an_hour_are_kept_from_one_network(adviser):
    where = address("desk_check", application(MAIJA).reference, 0)
    for _ in range(sessions.MOST_KEPT):
        limits.count("unsent form", "127.0.0.1", most=sessions.MOST_KEPT, seconds=limits.HOUR)

    led = send_late(adviser, where, TYPED)

    assert led["Location"].startswith("/en/log-in/?ended=yes")
    assert sign_in_staff(adviser, staff("adviser")).get(where).context["form"]["note"].value() is None


def test_form_of_a_session_that_another_tab_ended_keeps_no_ticks(adviser):
    """Nothing tells any more who has made them."""
    where = address("desk_check", application(MAIJA).reference, 0)
    adviser.get(where)
    end(adviser)
    adviser.get(where)  # the other tab

    led = adviser.post(where, TYPED, headers=OWN_PAGE)
    shown = sign_in_staff(adviser, staff("adviser")).get(where)

    assert led.status_code == 302
    assert [shown.context["form"][name].value() for name in ("note", "picture_matches")] == [TYPED["note"], None]


def test_form_of_before_a_new_log_in_is_shown_again():
    """Its token ended with the former session."""
    client = sign_in_staff(Client(enforce_csrf_checks=True), staff("adviser"))
    where = address("desk_check", application(MAIJA).reference, 0)
    client.get(where)
    former = token(client)
    client.logout()
    sign_in_staff(client, staff("adviser"))

    led = client.post(where, {**TYPED, "csrfmiddlewaretoken": former}, headers=OWN_PAGE)
    shown = client.get(led["Location"])

    assert led["Location"] == where
    assert [shown.context["form"][name].value() for name in ("note", "picture_matches")] == [TYPED["note"], None]
    assert not IdCheck.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({}, 302),  # an old browser, which says nothing: led to the log-in with nothing
    ],
)
def test_form_of_another_site_is_not_kept(headers, status):
    client = sign_in_staff(Client(enforce_csrf_checks=True), staff("adviser"))
    where = address("desk_check", application(MAIJA).reference, 0)

    answer = send_late(client, where, TYPED, headers=headers)
    shown = sign_in_staff(client, staff("adviser")).get(where)

    assert answer.status_code == status
    assert shown.context["form"]["note"].value() is None


def test_what_is_typed_waits_no_longer_than_a_quarter_of_an_hour(adviser):
    where = address("desk_check", application(MAIJA).reference, 0)
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False) as clock:
        adviser = sign_in_staff(adviser, staff("adviser"))
        send_late(adviser, where, TYPED)
        clock.shift(unsent_forms.KEPT_SECONDS + 1)

        shown = sign_in_staff(adviser, staff("adviser")).get(where)

    assert shown.context["form"]["note"].value() is None
    assert unsent_forms.KEY not in adviser.session


@pytest.mark.parametrize(
    "typed",
    [
        {"note": "Her code is 010594Y9032"},
        {"note": "x" * 20_000},
        {"new_password1": "a long word of mine"},
        {"code": "9032"},
        {"text": "010594"},
    ],
)
def test_codes_passwords_and_texts_without_end_are_not_kept(adviser, typed):
    where = address("desk_check", application(MAIJA).reference, 0)

    send_late(adviser, where, typed)
    shown = sign_in_staff(adviser, staff("adviser")).get(where)

    assert [shown.context["form"][name].value() for name in ("note", "code")] == [None, None]


def test_what_is_typed_is_stored_encrypted(adviser):
    send_late(adviser, address("desk_check", application(MAIJA).reference, 0), TYPED)

    (row,) = Session.objects.all()

    assert row.get_decoded().keys() == {unsent_forms.KEY, "_session_expiry"}
    assert TYPED["note"] not in base64.b64decode(row.get_decoded()[unsent_forms.KEY]).decode(errors="replace")


def test_button_that_was_pressed_after_the_end_is_told_of_and_not_done(adviser):
    sent = application(MAIJA, OLLI)
    adviser.get(address("desk_applicant", sent.reference, 1))
    end(adviser)

    led = adviser.post(address("desk_invitation", sent.reference, 1), headers=OWN_PAGE)
    back = sign_in_staff(adviser, staff("adviser")).get(address("desk_invitation", sent.reference, 1), follow=True)

    assert led["Location"].startswith("/en/log-in/?ended=yes&next=")
    assert back.redirect_chain == [(address("desk_applicant", sent.reference, 1), 302)]
    assert "The last thing you chose was not done." in text_of(back)


def test_nobody_but_staff_is_handed_what_was_typed(adviser):
    """A person who logs in at the same computer begins a session without it (R21)."""
    where = address("desk_check", application(MAIJA).reference, 0)
    send_late(adviser, where, TYPED)
    with_password()
    adviser.post("/en/cookies/accept/")

    adviser.post("/en/log-in/", {"login": EMAIL, "password": PASSWORD})

    assert unsent_forms.KEY not in adviser.session
