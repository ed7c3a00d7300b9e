"""The pages of an invitation, before anybody is identified (R13, J2)."""

import logging
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from applications import changes, document, invitation_links, invitations
from applications.invitation_links import invitation_code, invitation_token
from applications.letter_context import application_letter_context
from applications.models import Applicant, Application, Confirmation, ErrorReport, Invitation, StateChange
from heka_confirm.logs import JsonFormatter
from identity.models import Person, RateCount
from mailing.models import Letter
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, applicant, application, confirm, invitation, person
from tests.applications.test_views import text_of, url
from tests.interleaving import before_lock

pytestmark = pytest.mark.django_db
WRONG_CODES = [f"CDFH-JK{one}{other}" for one in "23456789" for other in "23456789"]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def sent():
    return application(cast.MAIJA, cast.OLLI)


def page(name="invitation"):
    return reverse(f"applications:{name}")


def token(sent, who=cast.OLLI):
    return invitation_token(invitation(sent, who))


def code(sent, who=cast.OLLI):
    return invitation_code(invitation(sent, who))


def forget_deleted_cookies(client):
    """Do as a browser does, and return their names."""
    names = [name for name, cookie in client.cookies.items() if cookie["max-age"] == 0]
    for name in names:
        del client.cookies[name]
    return names


def rows():
    """Everything that pages could change."""
    models = (Application, Applicant, Invitation, Confirmation, ErrorReport, StateChange, Letter, Person)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_link_leads_to_a_page_that_says_who_invites_and_what_to_do(client, sent, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00")
    sent = application(cast.MAIJA, cast.OLLI)

    response = client.get(page(), {"token": token(sent)})

    shown = text_of(response)
    assert response.status_code == 200
    assert "“Maija” has sent a Heka housing application and named you as a co-applicant." in shown
    assert "It is waiting for you to confirm it." in shown
    assert "Every adult applicant must confirm the application by 14 February 2027 at the latest." in shown
    assert re.findall(r"<button[^>]*>([^<]+)<", response.text) == ["Accept cookies", "Do not accept"]
    assert "The invitation is not for me" in shown


def test_invitation_asks_for_the_cookies_itself_and_goes_on_at_once(client, sent):
    """J2.3: whoever comes from the email accepts them where they read what it is about."""
    read = client.get(page(), {"token": token(sent)})
    answer = client.post(page("go_on"), {"token": token(sent), "cookies": "accepted"})
    kept = client.get(answer.url)

    assert dict(read.cookies) == {}
    assert [*answer.cookies] == ["cookies"]
    assert kept.url == url("confirm", sent)
    assert client.get(kept.url).url == f"/en/identify/?next={kept.url}"
    assert Invitation.objects.get(applicant__first_names="Olli").opened_at
    again = client.get(page(), {"token": token(sent)})
    assert re.findall(r"<button[^>]*>([^<]+)<", again.text) == ["Continue"]


def test_invitation_goes_on_without_the_acceptance_to_the_page_that_asks_for_it(client, sent):
    answer = client.post(page("go_on"), {"token": token(sent)})

    assert dict(answer.cookies) == {}
    assert client.get(client.get(answer.url).url).url.startswith("/en/cookies/?next=/en/identify/")


def test_declining_cookies_on_the_invitation_takes_its_secret_nowhere(client, sent):
    shown = client.get(page(), {"token": token(sent)}).text

    form = re.search(r'<form[^>]*action="/en/cookies/decline/".*?</form>', shown, re.DOTALL).group()
    assert "<input" not in form


def test_link_of_a_letter_is_the_address_of_the_page(client, sent, settings):
    letter = Letter.objects.get(message="invitation")
    link = application_letter_context(letter)["link"]

    assert client.get(link.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_link_for_somebody_without_a_code_leads_to_the_counter(client):
    sent = application(
        cast.MAIJA,
        co_applicants=[cast.applicant({"first_names": "Ada", "last_name": "Abroad"}, birth_date="1990-01-01")],
    )

    response = client.get(page(), {"token": invitation_token(Invitation.objects.get(applicant__version=sent.current))})

    assert "You can confirm this application only at the rental apartment search advisory service." in text_of(
        response
    )
    assert "<button" not in response.text


def test_page_shows_no_details_of_the_application_and_of_people_one_first_name(client):
    sent = application(
        cast.MAIJA,
        cast.OLLI,
        cast.VERA,
        main_applicant=cast.applicant(cast.MAIJA, email="maija.secret@example.test", phone="050 1234"),
    )

    for name in ("invitation", "not_me"):
        text = client.get(page(name), {"token": token(sent)}).text
        hidden = ["Liisa", "Meikäläinen", "Olli", "Öhman", "Vera", "Virtanen", "secret", "050 1234", "Esimerkkikatu"]
        hidden += ["2,450", "1,200", "Kallio", cast.MAIJA["hetu"][:6], cast.OLLI["hetu"][:6], sent.number]
        assert [word for word in hidden if word in text] == []


def test_reading_changes_nothing_however_often(client, sent):
    """Mail scanners open links."""
    before, known = rows(), {"token": token(sent)}

    for _ in range(40):
        for name in ("invitation", "not_me"):
            assert client.get(page(name), known).status_code == 200
            assert client.head(page(name), known).status_code == 200
    client.get(page("go_on"), known)
    client.get(page("not_me_done"))

    assert rows() == before
    assert RateCount.objects.count() == 0
    assert client.cookies == {}


@pytest.mark.parametrize("name", ["invitation", "not_me"])
def test_page_is_kept_in_no_cache_and_its_address_goes_nowhere(client, sent, name):
    for known in (token(sent), "0" * 40):
        response = client.get(page(name), {"token": known})

        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer, strict-origin"


def test_token_and_code_are_in_no_log(client, sent, caplog):
    caplog.set_level(logging.DEBUG)
    known, typed = token(sent), code(sent)

    client.get(page(), {"token": known})
    client.post(page(), {"code": typed})
    client.post(page("go_on"), {"token": known})
    client.post(page("not_me"), {"token": known})
    client.get(page(), {"token": known})
    client.get(page(), {"token": known[:-1] + "x"})

    logged = " ".join(JsonFormatter().format(r) for r in caplog.records if r.name != "django.db.backends")
    assert "GET /en/invitation/ 200" in logged
    assert "Gone: /en/invitation/" in logged
    assert [secret for secret in (known, known[:-1], typed, typed.replace("-", "")) if secret in logged] == []


@pytest.mark.parametrize("form", [str, str.lower, lambda typed: f" {typed[:2]} {typed[2:4]} – {typed[5:]}\t"])
def test_typed_code_leads_to_the_page_of_the_link(client, sent, form):
    response = client.post(page(), {"code": form(code(sent))})

    assert response.url == f"{page()}?token={token(sent)}"
    assert client.cookies == {}


def test_front_page_has_a_form_for_the_code(client, sent):
    text = client.get(reverse("front")).text

    form = re.search(rf'<form method="post" action="{page()}" novalidate>(.*?)</form>', text, re.DOTALL).group(1)
    assert re.search(r'<label for="id_code">Code from your email', form)
    assert 'name="code"' in form


def test_page_without_a_link_asks_for_the_code(client):
    assert 'name="code"' in client.get(page()).text


@pytest.mark.parametrize("typed", ["ABCD-1234", "no such code", "x" * 60, "0" * 40])
def test_unknown_code_is_an_error_beside_the_field_and_kept(client, sent, typed):
    response = client.post(page(), {"code": typed})

    assert response.status_code == 404
    assert "The form has the following errors:" in text_of(response)
    assert "We do not know this link or code." in text_of(response)
    assert f'value="{typed}"' in response.text


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 5000])
def test_what_cannot_be_a_code_is_an_error_of_the_form(client, typed):
    assert "The form has the following errors:" in text_of(client.post(page(), {"code": typed}))


def test_guessing_codes_is_limited_while_the_real_one_still_works(client, sent):
    answers = [client.post(page(), {"code": wrong}).status_code for wrong in WRONG_CODES[:31]]

    assert answers == [404] * 30 + [429]
    assert client.get(page(), {"token": token(sent)}).status_code == 200
    assert client.post(page(), {"code": code(sent)}, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_full_waiting_room_behind_one_address_gets_in_by_its_codes(client, sent):
    for wrong in WRONG_CODES[:29]:  # slips of those who sat there before
        client.post(page(), {"code": wrong})
        client.post(page(), {"code": f"{wrong}?"})  # guesses nothing

    answers = [client.post(page(), {"code": code(sent)}).status_code for _ in range(60)]

    assert answers == [302] * 60


def test_guessing_codes_from_many_places_is_limited_and_shuts_nobody_else_out(client, sent):
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False):
        for n, wrong in enumerate(WRONG_CODES[:60]):  # of three sites, from a fresh address each
            assert client.post(page(), {"code": wrong}, REMOTE_ADDR=f"192.0.{n % 3}.{n}").status_code == 404

        assert client.post(page(), {"code": code(sent)}, REMOTE_ADDR="192.0.2.99").status_code == 429
        assert client.post(page(), {"code": code(sent)}, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_guessing_links_is_limited_while_the_real_one_still_works(client, sent):
    answers = [client.get(page(), {"token": f"{n:040x}"}).status_code for n in range(31)]

    assert answers == [404] * 30 + [429]
    assert client.get(page(), {"token": token(sent)}).status_code == 200


def test_code_in_the_place_of_a_token_is_unknown(client, sent):
    """Otherwise codes could be guessed past their limit."""
    for typed in (code(sent), code(sent).replace("-", "")):
        assert client.get(page(), {"token": typed}).status_code == 404
        assert client.post(page("go_on"), {"token": typed}).status_code == 404


def used(sent):
    confirm(sent, cast.OLLI)


def declined(sent):
    invitations.decline(applicant(sent, cast.OLLI))


def replaced(sent):
    invitations.correct_address(applicant(sent, cast.OLLI), email="new@example.test")


def changed(sent):
    new = document.parse(cast.changed(cast.MAIJA, cast.OLLI))
    changes.put(sent, new, tag=sent.version.digest, by=HOUSING_SYSTEM)


def removed(sent):
    new = document.parse(cast.document(cast.MAIJA, cast.VERA))
    changes.put(sent, new, tag=sent.version.digest, by=HOUSING_SYSTEM)


def too_late(sent):
    Application.objects.update(valid_until="2020-01-01")


DEAD = [
    (used, "This invitation has already been used."),
    (declined, "This invitation has already been used."),
    (replaced, "This invitation has been replaced by a newer one. Look for a newer email from us."),
    (changed, "This invitation has been replaced by a newer one. Look for a newer email from us."),
    (removed, "This invitation is no longer valid. The application was changed, and you are no longer in it."),
    (too_late, "The link has expired, because the application is no longer open."),
]


@pytest.mark.parametrize(("end", "why"), DEAD)
def test_dead_link_and_code_say_which_they_are_and_nothing_about_people(client, sent, end, why):
    known, typed = token(sent), code(sent)
    end(sent)
    before = rows()

    answers = [
        client.get(page(), {"token": known}),
        client.get(page("not_me"), {"token": known}),
        client.post(page("go_on"), {"token": known}),
        client.post(page(), {"code": typed}),
    ]

    for answer in answers:
        shown = text_of(answer)
        assert answer.status_code == 410
        assert why in shown
        assert [name for name in ("Maija", "Olli", "Vera", sent.number) if name in answer.text] == []
        assert "customer service" in shown
        assert ("Ask the main applicant to send the invitation again." in shown) == ("replaced" in why)
    assert rows() == before


def test_unknown_link_says_so_and_how_to_get_a_new_one(client):
    response = client.get(page(), {"token": "0" * 40})

    assert response.status_code == 404
    assert "We do not know this link or code." in text_of(response)
    assert "Ask the main applicant to send the invitation again." in text_of(response)


@pytest.mark.parametrize("strange", ["", " ", "\x00", "é" * 40, "../..", "0" * 4000, "F" * 40])
def test_strange_link_is_unknown(client, strange):
    assert client.get(page(), {"token": strange}).status_code == 404
    assert client.post(page("go_on"), {"token": strange}).status_code == 404
    assert client.post(page("not_me"), {"token": strange}).status_code == 404


def test_go_on_remembers_it_and_leads_to_that_application_by_way_of_identification(client, sent):
    response = client.post(page("go_on"), {"token": token(sent)})

    assert response.url == url("confirm", sent)
    assert client.get(response.url).url == reverse("identity:identify") + "?next=" + url("confirm", sent)
    assert invitation(sent, cast.OLLI).opened_at is not None
    assert client.cookies == {}


def test_go_on_again_keeps_the_first_time(client, sent, time_machine):
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    sent = application(cast.MAIJA, cast.OLLI)
    client.post(page("go_on"), {"token": token(sent)})
    first = timezone.now()
    time_machine.move_to("2026-11-17T12:00:00+02:00", tick=False)

    client.post(page("go_on"), {"token": token(sent)})

    assert invitation(sent, cast.OLLI).opened_at == first


def test_go_on_of_the_invited_person_who_is_identified_leads_straight_to_confirming(sign_in, sent):
    response = sign_in(cast.OLLI).post(page("go_on"), {"token": token(sent)}, follow=True)

    assert response.redirect_chain == [(url("confirm", sent), 302)]
    assert response.status_code == 200


def test_wrong_person_who_goes_on_learns_nothing(client, sign_in, sent):
    onward = client.post(page("go_on"), {"token": token(sent)}).url

    response = sign_in(cast.OTSO).get(onward)

    assert response.status_code == 404
    assert "You do not need to confirm this application" in text_of(response)
    assert [name for name in ("Maija", "Olli") if name in response.text] == []


def test_go_on_ends_the_session_of_anybody_else(sign_in, sent):
    """R15, R21: a household shares one computer and one letter box."""
    client = sign_in(cast.MAIJA)

    response = client.post(page("go_on"), {"token": token(sent)})

    assert response.url == url("confirm", sent)
    assert forget_deleted_cookies(client) == ["session"]
    assert client.get(response.url).url.startswith(reverse("identity:identify"))


def test_not_me_asks_once_and_then_declines(client, sent):
    asked = client.get(page("not_me"), {"token": token(sent)})
    assert "Is the invitation not for you?" in text_of(asked)
    assert applicant(sent, cast.OLLI).declined_at is None

    response = client.post(page("not_me"), {"token": token(sent)}, follow=True)

    assert response.redirect_chain == [(page("not_me_done"), 302)]
    assert "You have told us that the invitation is not for you" in text_of(response)
    assert applicant(sent, cast.OLLI).declined_at is not None
    assert [letter.to for letter in Letter.objects.filter(message="declined")] == ["maija@example.test"]
    assert client.cookies == {}


def test_not_me_twice_says_the_same_and_changes_nothing(client, sent):
    known = {"token": token(sent)}
    client.post(page("not_me"), known)
    before = rows()

    assert client.post(page("not_me"), known).url == page("not_me_done")
    assert rows() == before


def test_not_me_of_somebody_who_has_confirmed_is_refused(client, sent):
    known = {"token": token(sent)}
    confirm(sent, cast.OLLI)

    response = client.post(page("not_me"), known)

    assert response.status_code == 410
    assert "You have confirmed the application, so you can no longer decline it." in text_of(response)
    assert applicant(sent, cast.OLLI).declined_at is None


@pytest.mark.parametrize(("end", "why"), DEAD[2:])
def test_former_link_declines_nothing_so_the_right_person_can_still_confirm(client, sent, end, why):
    """R13: the link went to a wrong address, whose owner has the page open."""
    known = token(sent)
    end(sent)
    before = rows()

    answer = client.post(page("not_me"), {"token": known})

    assert answer.status_code == 410
    assert why in text_of(answer)
    assert rows() == before


def test_pass_of_a_former_invitation_declines_nothing(client, sent):
    """R13: our own pages name the invitation by a pass where the key of its token is gone."""
    known = invitation_links._invitation_signer().sign(str(invitation(sent, cast.OLLI).pk))
    replaced(sent)
    before = rows()

    assert client.post(page("not_me"), {"token": known}).status_code == 410
    assert rows() == before


def test_link_that_is_replaced_while_its_decline_waits_declines_nothing(client, sent):
    known = token(sent)

    with before_lock(lambda: replaced(sent)):
        answer = client.post(page("not_me"), {"token": known})

    assert "This invitation has been replaced by a newer one." in text_of(answer)
    assert applicant(sent, cast.OLLI).declined_at is None


@pytest.mark.parametrize("name", ["go_on", "not_me"])
def test_address_of_a_button_leads_back_when_it_is_read(client, name):
    assert client.get(page(name)).url == page()


@pytest.mark.parametrize("name", ["invitation", "go_on", "not_me"])
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_form_of_another_site_is_refused(client, sent, name, headers):
    before = rows()

    response = client.post(page(name), {"token": token(sent), "code": code(sent)}, headers=headers)

    assert response.status_code == 403
    assert rows() == before


def test_couple_with_one_address_confirms_from_one_computer_one_after_the_other(client, sign_in):
    """R15"""
    shared = {"email": "together@example.test"}
    sent = application(
        cast.MAIJA,
        co_applicants=[cast.applicant(cast.OLLI, **shared), cast.applicant(cast.VERA, **shared)],
    )
    queued = Letter.objects.filter(message="invitation", to=shared["email"])
    assert sorted(letter.parameters["recipient"] for letter in queued) == ["Olli Öhman", "Vera Virtanen"]
    links = {who["first_names"]: token(sent, who) for who in (cast.OLLI, cast.VERA)}
    person(cast.OLLI), person(cast.VERA)

    sessions = []
    for who in (cast.OLLI, cast.VERA):
        onward = client.post(page("go_on"), {"token": links[who["first_names"]]}).url
        forget_deleted_cookies(client)
        assert client.get(onward).url.startswith(reverse("identity:identify"))
        sign_in(who)
        sessions.append(client.cookies["session"].value)
        shown = text_of(client.get(onward))
        assert "Check the details" in shown
        client.post(onward, {"version": sent.version.digest})

    assert client.session["_auth_user_id"] == str(person(cast.VERA).user_id)
    assert sessions[0] != sessions[1]
    assert not client.session.exists(sessions[0])
    confirmed = Confirmation.objects.order_by("pk").values_list("person", flat=True)
    assert list(confirmed) == [person(cast.OLLI).pk, person(cast.VERA).pk]


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_a_constant_number_of_queries(client, number, django_assert_num_queries):
    sent = application(cast.MAIJA, *[cast.OLLI, cast.VERA, cast.VILLE][:number])
    known = {"token": token(sent)}
    client.get(page(), known)

    with django_assert_num_queries(5):  # invitation, confirmation, non-disclosure, inviter, and the counter
        client.get(page(), known)
    with django_assert_num_queries(4):
        client.get(page("not_me"), known)
