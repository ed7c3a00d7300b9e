"""R21: a session ends after 20 idle minutes, and leaves nothing behind."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session

from identity.models import User
from identity.session_store import KEY, SessionStore
from tests.cast import MAIJA
from tests.staff import sign_in_staff

pytestmark = pytest.mark.django_db
PAGE = "/fi/session/extend/"  # for identified people; its GET leads on to their own page
OWN_PAGE = "/fi/applications/waiting/"
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def maija(visitor, broker, clock):
    visitor.identify(broker, MAIJA)
    return visitor


def csrf(visitor):
    visitor.get("/fi/identify/")
    return {"csrfmiddlewaretoken": visitor.session["_csrftoken"]}


def lets_in(visitor):
    return visitor.get(PAGE)["Location"] == OWN_PAGE


def is_signed_in(visitor):
    return "_auth_user_id" in visitor.session


@pytest.mark.parametrize("visits", [[], [10], [29], [59], [15, 29]])
def test_nobody_is_logged_out_before_20_idle_minutes(maija, clock, visits):
    for seconds in visits:
        clock.shift(seconds)
        maija.get(PAGE)
    clock.shift(20 * 60)
    assert lets_in(maija)


def test_a_session_ends_after_20_idle_minutes(maija, clock):
    clock.shift(20 * 60 + 31)
    response = maija.get(PAGE + "?a=b")

    assert response["Location"] == "/fi/session/ended/?next=/fi/session/extend/%3Fa%3Db"
    assert not is_signed_in(maija)
    assert Session.objects.count() == 0


def test_using_the_service_puts_the_end_off(maija, clock):
    for _ in range(10):
        clock.shift(15 * 60)
        assert lets_in(maija)


def test_a_session_ends_after_12_hours_however_it_is_used(maija, clock):
    for _ in range(48):
        clock.shift(15 * 60)
        assert lets_in(maija)
    told = maija.get("/fi/").wsgi_request.session_ends_at
    clock.shift(1)

    assert told == NOW + dt.timedelta(hours=12)
    assert not lets_in(maija)
    assert not is_signed_in(maija)


def test_a_session_id_cannot_be_guessed():
    keys = {SessionStore()._get_new_session_key() for _ in range(100)}

    assert len(keys) == 100
    assert [key for key in keys if not KEY.fullmatch(key)] == []
    assert len(set("".join(keys))) ** min(map(len, keys)) > 2**128


def test_a_page_tells_when_the_session_ends(maija, clock):
    clock.shift(60)
    assert maija.get("/fi/").wsgi_request.session_ends_at == NOW + dt.timedelta(minutes=21)


def test_a_visit_within_half_a_minute_writes_nothing(maija, clock, django_assert_num_queries):
    maija.get("/fi/session/ended/")
    clock.shift(29)
    with django_assert_num_queries(1):
        maija.get("/fi/session/ended/")
    clock.shift(31)
    maija.get("/fi/session/ended/")
    assert maija.session["seen"] == int(NOW.timestamp()) + 60


def test_a_form_sent_after_the_end_leads_back_to_its_page(maija, clock):
    form = csrf(maija)
    clock.shift(21 * 60)
    response = maija.post("/fi/session/extend/?x=1", form)
    assert response["Location"] == "/fi/session/ended/?next=/fi/session/extend/%3Fx%3D1"


def test_a_form_sent_from_a_session_that_is_gone_is_told_so(maija, visitor):
    enforcing = type(visitor)(enforce_csrf_checks=True)
    assert enforcing.post("/fi/sign-out/")["Location"] == "/fi/session/ended/?next=/fi/sign-out/"
    enforcing.cookies["session"] = "gone"
    assert enforcing.get(PAGE)["Location"] == "/fi/session/ended/?next=/fi/session/extend/"


def test_the_page_of_the_end_leads_back_by_identification(visitor):
    page = visitor.get("/fi/session/ended/?next=/fi/how-to/").content.decode()
    assert 'href="/fi/identify/?next=/fi/how-to/"' in page
    page = visitor.get("/fi/session/ended/?next=//evil.example/").content.decode()
    assert 'href="/fi/identify/"' in page


def test_a_public_page_after_the_end_is_just_shown(maija, clock):
    clock.shift(21 * 60)
    assert maija.get("/fi/how-to/").status_code == 200
    assert not is_signed_in(maija)


def test_a_public_page_reads_no_session_and_sets_no_cookie(visitor, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = visitor.get("/fi/session/ended/")
    assert response.cookies == {}
    assert response.wsgi_request.session_ends_at is None


def test_the_script_of_the_warning_extends_the_session(maija, clock):
    form = csrf(maija)
    clock.shift(19 * 60)
    response = maija.post("/fi/session/extend/", form, headers={"Accept": "*/*"})
    assert (response.status_code, response.content) == (204, b"")
    clock.shift(19 * 60)
    assert lets_in(maija)


def test_the_button_extends_the_session_and_goes_back_to_the_page(maija):
    form = {**csrf(maija), "next": "/fi/how-to/"}
    headers = {"Accept": "text/html,*/*;q=0.8"}
    assert maija.post("/fi/session/extend/", form, headers=headers)["Location"] == "/fi/how-to/"
    form["next"] = "https://evil.example/"
    assert maija.post("/fi/session/extend/", form, headers=headers)["Location"] == OWN_PAGE


def test_logging_out_leaves_nothing_behind(maija):
    key = maija.session.session_key
    response = maija.post("/fi/sign-out/", csrf(maija))

    assert response["Location"] == "/fi/signed-out/"
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies["session"]["max-age"] == 0
    assert not Session.objects.filter(pk=key).exists()
    assert maija.get(response["Location"]).status_code == 200


def test_a_session_id_is_dead_after_logging_out(maija, visitor):
    thief = type(visitor)()
    thief.cookies["session"] = maija.session.session_key
    assert lets_in(thief)
    maija.post("/fi/sign-out/", csrf(maija))
    assert not lets_in(thief)


def test_logging_out_can_lead_to_another_identification(maija):
    form = {**csrf(maija), "next": "/fi/identify/?next=/fi/how-to/"}
    assert maija.post("/fi/sign-out/", form)["Location"] == "/fi/identify/?next=/fi/how-to/"


def test_nobody_is_logged_out_by_a_link(maija):
    assert maija.get("/fi/sign-out/")["Location"] == OWN_PAGE
    assert is_signed_in(maija)


def test_logging_out_and_extending_need_a_token(maija, visitor):
    enforcing = type(visitor)(enforce_csrf_checks=True)
    enforcing.cookies["session"] = maija.session.session_key
    for path in ("/fi/sign-out/", "/fi/session/extend/"):
        assert enforcing.post(path).status_code == 403
    assert is_signed_in(maija)


def test_a_page_for_identified_people_leads_others_to_identification(visitor):
    assert visitor.get(PAGE)["Location"] == "/fi/identify/?next=/fi/session/extend/"


def test_a_page_for_identified_people_is_kept_out_of_caches(maija, visitor):
    assert maija.get(PAGE)["Cache-Control"] == "no-store, private"
    assert type(visitor)().get(PAGE)["Cache-Control"] == "no-store, private"


def test_staff_are_not_identified_people(client):
    sign_in_staff(client, User.objects.create_user("adviser", is_staff=True))
    assert client.get(PAGE)["Location"] == "/fi/identify/?next=/fi/session/extend/"


def test_a_staff_session_ends_after_15_idle_minutes(client, clock):
    sign_in_staff(client, User.objects.create_superuser("adviser", password="a long password"))
    client.get("/fi/admin/password_change/")
    clock.shift(15 * 60)
    assert client.get("/fi/admin/password_change/").status_code == 200
    assert client.get("/fi/").wsgi_request.session_ends_at is None
    clock.shift(15 * 60 + 31)
    assert client.get("/fi/admin/password_change/").status_code == 302


def test_the_identification_page_says_who_is_logged_in(maija):
    page = maija.get("/fi/identify/?next=/fi/how-to/").content.decode()
    assert "Maija Liisa Meikäläinen" in page
    assert 'href="/fi/how-to/"' in page
    assert "/identification/start/" not in page
