"""Staff: both factors before any page of the admin (C1), and how second factors are kept."""

import base64
import datetime as dt
import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, reverse
from django.utils import translation

from core import crypto
from identity import proof, staff, staff_links
from identity.models import User
from tests.conftest import headings
from tests.identity.accounts import PASSWORD, person, with_password
from tests.identity.conftest import Visitor
from tests.identity.test_logging_in import elsewhere, log_in
from tests.staff import sign_in_staff
from tests.staff import staff as member

pytestmark = pytest.mark.django_db
DESK, FACTORS = "/en/admin/", "/en/staff/second-factor/"
APP, CODES, AGAIN = f"{FACTORS}app/", f"{FACTORS}recovery-codes/", "/en/staff/code/"


@pytest.fixture(autouse=True)
def _stopped_clock():
    """Limits begin anew with the minute: none does during a test."""
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False):
        yield


def code_of(secret, later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def form(client, **fields):
    """Return the fields of a form with the token of the client's session."""
    return {"csrfmiddlewaretoken": client.session.get("_csrftoken", ""), **fields}


@pytest.fixture(autouse=True)
def _no_used_codes():
    """The library remembers used codes in the process too: those of another test are not this one's."""
    cache.clear()


@pytest.fixture
def anna():
    """An adviser who may do anything here and has a password, but no second factor yet."""
    user = member("adviser")
    user.is_superuser = True
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def secret(anna):
    """The secret of Anna's authenticator app."""
    secret = base64.b32encode(b"twenty bytes exactly").decode()
    TOTP.activate(anna, secret)
    return secret


def enrol(visitor):
    """Use an authenticator app for the first time; return its secret and the answer to the first code."""
    page = visitor.get(APP).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    return secret, visitor.post(APP, form(visitor, code=code_of(secret)))


# --- The way in ------------------------------------------------------------------------------------------


def test_address_without_a_language_leads_to_the_readers(client):
    response = client.get("/admin/", headers={"Accept-Language": "sv"})

    assert response["Location"] == "/sv/admin/"


def test_admin_leads_to_logging_in(client):
    first = client.get(DESK)
    second = client.get(first["Location"])
    third = client.get(second["Location"])

    assert first["Location"] == f"{DESK}login/?next={DESK}"
    assert second["Location"] == f"/en/log-in/?next={DESK}"
    assert (headings(third), "Username" in third.text) == (["Log in"], True)
    assert dict(client.cookies) == {}


def test_staff_without_a_second_factor_are_led_to_enrolling_one(visitor, anna):
    response = log_in(visitor, "anna", next=DESK)
    shown = visitor.get(response["Location"], follow=True)

    assert response["Location"] == DESK
    assert shown.redirect_chain[-1][0] == f"{FACTORS}?next={DESK}"
    assert headings(shown)[0] == "Your second factor"


def test_enrolling_an_app_opens_the_admin_and_gives_recovery_codes(visitor, anna):
    log_in(visitor, "anna")
    before = visitor.get(DESK).status_code
    _, response = enrol(visitor)
    codes = visitor.get(CODES)

    assert (before, response["Location"]) == (302, CODES)
    assert len(re.findall(r"<code>(\d{8})</code>", codes.content.decode())) == 10
    assert visitor.get(DESK).status_code == 200


def test_picture_of_the_secret_is_drawn_into_the_page(visitor, anna):
    log_in(visitor, "anna")

    page = visitor.get(APP).content.decode()

    assert "<svg" in page
    assert "data:" not in page
    assert "style=" not in page


def test_wrong_first_code_enrols_nothing(visitor, anna):
    log_in(visitor, "anna")
    visitor.get(APP)

    page = visitor.post(APP, form(visitor, code="000000")).content.decode()

    assert "The code was not accepted." in page
    assert Authenticator.objects.count() == 0
    assert visitor.get(DESK).status_code == 302


def test_code_of_the_app_is_asked_for_after_the_password(visitor, anna, secret):
    first = log_in(visitor, "anna", next=DESK)
    between = visitor.get(DESK).status_code, "_auth_user_id" in visitor.session
    second = visitor.post(first["Location"], form(visitor, code=code_of(secret)))

    assert first["Location"] == "/en/log-in/code/"
    assert between == (302, False)
    assert second["Location"] == DESK
    assert visitor.get(DESK).status_code == 200


def test_new_password_leaves_the_second_factor_to_be_asked_for(visitor, anna, secret):
    link = staff_links.replace_staff_link(anna, email="anna@example.test")
    staff_links.set_staff_password(staff_links.TOKEN.of(link), password="another one, and long")

    answer = log_in(visitor, "anna", "another one, and long", next=DESK)

    assert (answer["Location"], visitor.get(DESK).status_code) == ("/en/log-in/code/", 302)


def test_code_is_good_for_once(visitor, anna, secret):
    code = code_of(secret)
    for client, status in ((visitor, 302), (elsewhere(1), 200)):
        cache.clear()  # another process knows nothing of the library's own list
        log_in(client, "anna")
        assert client.post("/en/log-in/code/", form(client, code=code)).status_code == status


def test_codes_cannot_be_guessed_for_long(anna, secret):
    found = []
    for number in range(11):
        client = elsewhere(number)
        log_in(client, "anna")
        found.append(client.post("/en/log-in/code/", form(client, code=f"{number:06}")).status_code)

    assert found == [200] * 10 + [429]


def test_clocks_may_differ_by_half_a_minute(visitor, anna, secret):
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, 0, 10, tzinfo=dt.UTC), tick=False):
        log_in(visitor, "anna")
        found = [
            visitor.post("/en/log-in/code/", form(visitor, code=code_of(secret, later=later))).status_code
            for later in (2, -2, 1)
        ]

    assert found == [200, 200, 302]


def test_recovery_code_logs_in_once(anna):
    visitor, codes = Visitor(), None
    log_in(visitor, "anna")
    enrol(visitor)
    codes = re.findall(r"<code>(\d{8})</code>", visitor.get(CODES).content.decode())

    for client, status in ((elsewhere(1), 302), (elsewhere(2), 200)):
        log_in(client, "anna")
        assert client.post("/en/log-in/code/", form(client, code=codes[0])).status_code == status


def test_session_is_wholly_new_after_both_factors(visitor, broker, anna, secret):
    visitor.identify(broker)
    session = visitor.session
    session["left"] = "something of Maija's"
    session.save()

    log_in(visitor, "anna")
    between = visitor.session.session_key
    visitor.post("/en/log-in/code/", form(visitor, code=code_of(secret)))

    assert visitor.session.get("left") is None
    assert proof.of_session(visitor.session) is None
    assert {row.pk for row in Session.objects.all()} == {visitor.session.session_key}
    assert visitor.session.session_key != between
    assert visitor.get("/en/").wsgi_request.user == anna


def test_logging_out_of_the_admin_needs_a_post(anna, client):
    sign_in_staff(client, anna)

    by_link = client.get(f"{DESK}logout/").url
    still_in = client.get(DESK).status_code
    answer = client.post(f"{DESK}logout/")

    assert (by_link, still_in) == (DESK, 200)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(DESK).status_code == 302


def test_staff_session_ends_after_15_idle_minutes(anna, client):
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False) as clock:
        sign_in_staff(client, anna)
        client.get(DESK)
        clock.shift(15 * 60)
        lasts = client.get(DESK).status_code
        clock.shift(15 * 60 + 31)

        assert (lasts, client.get(DESK).status_code) == (200, 302)


# --- Nobody else comes in --------------------------------------------------------------------------------


def addresses():
    """Return every address of the admin, with 1 in the place of each argument."""
    with translation.override("en"):
        return sorted({address for address in _addresses(admin.site.urls[0]) if address})


def _addresses(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns)
        elif pattern.name:
            yield _filled(pattern)


def _filled(pattern):
    for arguments in ({}, dict.fromkeys(pattern.pattern.converters, "1")):
        try:
            return reverse(f"admin:{pattern.name}", kwargs=arguments)
        except NoReverseMatch:
            continue
    return DESK + re.sub(r"<[^>]+>", "1", str(pattern.pattern))


def nobody():
    return Client()


def staff_with_the_password_only():
    return sign_in_staff(Client(), member("operator"), methods=("password",))


def staff_whose_code_was_anothers():
    client = sign_in_staff(Client(), member("operator"))
    session = client.session
    session["account_authentication_methods_user"] = str(member("adviser").pk)
    session.save()
    return client


def person_of_a_bank():
    client = Client()
    client.force_login(person().user, backend="identity.backend.BrokerBackend")
    return client


def person_of_an_account():
    client = Visitor()
    with_password()
    log_in(client)
    return client


def somebody_with_a_code_who_is_no_staff():
    user = person().user
    return sign_in_staff(Client(), user)


def staff_who_left():
    client = sign_in_staff(Client(), member("operator"))
    User.objects.update(is_active=False)
    return client


OUTSIDERS = [
    nobody,
    staff_with_the_password_only,
    staff_whose_code_was_anothers,
    person_of_a_bank,
    person_of_an_account,
    somebody_with_a_code_who_is_no_staff,
    staff_who_left,
]


def test_addresses_of_the_admin_are_found():
    found = addresses()

    assert DESK in found
    assert "/en/admin/identity/user/1/change/" in found
    assert [address for address in found if "<" in address] == []


def leads_to_log_in(response):
    return response["Location"].startswith((f"{DESK}login/?", "/en/log-in/?ended=yes&next="))


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_no_address_of_the_admin_opens_without_both_factors(outsider, anna):
    User.objects.filter(username="olavi").update(is_superuser=True)
    client = outsider()

    opened = [
        (method, address)
        for address in addresses()
        for method in ("get", "post")
        if (response := getattr(client, method)(address)).status_code == 200
        or (response.status_code == 302 and not leads_to_log_in(response) and address != f"{DESK}login/")
    ]

    leading_on = {f"{DESK}jsi18n/", f"{DESK}logout/"}
    assert [one for one in opened if one[1] not in leading_on] == []


@pytest.mark.parametrize("outsider", [nobody, person_of_a_bank, person_of_an_account])
@pytest.mark.parametrize(
    "path", ["", "app/", "app/remove/", "keys/", "keys/add/", "recovery-codes/", "keys/1/remove/"]
)
def test_pages_of_second_factors_are_for_staff(outsider, path):
    response = outsider().get(f"{FACTORS}{path}")

    assert response["Location"].startswith("/en/log-in/?next=")


def test_password_alone_changes_no_second_factor_that_is_there(anna, secret):
    client = sign_in_staff(Client(), anna, methods=("password",))

    for path in ("", "app/", "app/remove/", "recovery-codes/", "keys/add/"):
        for response in (client.get(f"{FACTORS}{path}"), client.post(f"{FACTORS}{path}")):
            assert response["Location"].startswith(f"{AGAIN}?next=")
    assert Authenticator.objects.count() == 1


def test_code_alone_makes_a_session_of_the_password_whole(anna, secret):
    client = sign_in_staff(Client(), anna, methods=("password",))

    shown = client.get(DESK, follow=True)
    response = client.post(f"{AGAIN}?next={DESK}", {"code": code_of(secret), "next": DESK})

    assert shown.redirect_chain[-1][0] == f"{AGAIN}?next={DESK}"
    assert response["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_changing_a_second_factor_asks_for_the_password_after_a_while(anna, secret):
    with time_machine.travel(dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC), tick=False) as clock:
        client = sign_in_staff(Client(), anna)
        at_once = client.get(f"{FACTORS}app/remove/").status_code
        clock.shift(6 * 60)
        later = client.get(f"{FACTORS}app/remove/")
        client.post(later["Location"], {"password": PASSWORD, "next": f"{FACTORS}app/remove/"})
        again = client.get(f"{FACTORS}app/remove/").status_code

    assert (at_once, later.status_code, again) == (200, 302, 200)
    assert later["Location"].startswith("/en/staff/password/?next=")


# --- How second factors are kept -------------------------------------------------------------------------


def test_secrets_are_encrypted_in_every_table(visitor, anna):
    log_in(visitor, "anna")
    page = visitor.get(APP).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    waiting = [str(row.get_decoded()) for row in Session.objects.all()]
    visitor.post(APP, form(visitor, code=code_of(secret)))
    kept = [str(one.data) for one in Authenticator.objects.all()]

    assert len(kept) == 2
    assert [text for text in [*waiting, *kept] if secret in text] == []


def test_reencrypt_leaves_nothing_under_the_old_key(visitor, anna, secret, settings):
    with_key = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = ["a new key of at least thirty-two characters", *with_key]
    log_in(visitor, "anna")
    visitor.post("/en/log-in/code/", form(visitor, code=code_of(secret)))
    visitor.post(f"{CODES}new/", form(visitor))

    rows = staff.reencrypt_factors()
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]

    assert rows == 2
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, later=1))
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 10
    settings.FIELD_ENCRYPTION_KEYS = with_key
    with pytest.raises(crypto.CannotDecrypt):
        Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, later=1))


def test_app_can_be_removed_and_then_another_is_needed(anna, secret, client):
    sign_in_staff(client, anna)

    client.post(f"{FACTORS}app/remove/")

    assert Authenticator.objects.count() == 0
    visitor = Visitor()
    assert log_in(visitor, "anna", next=DESK)["Location"] == DESK
    assert visitor.get(DESK, follow=True).redirect_chain[-1][0].startswith(FACTORS)


def test_tables_of_the_library_are_in_no_admin():
    assert [model for model in admin.site._registry if model.__module__.startswith("allauth")] == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_admin_leads_to_itself_in_the_other_languages(anna, client, language):
    sign_in_staff(client, anna)

    page = client.get(f"/{language}/admin/auth/group/?q=x").content.decode()

    assert f'<html lang="{language}"' in page
    for other in ("fi", "sv", "en"):
        assert f'href="/{other}/admin/auth/group/?q=x" lang="{other}"' in page


def test_who_removes_a_factor_stays_in_and_ends_their_other_sessions(anna, secret, client):
    """The phone that is lost may have one open."""
    sign_in_staff(client, anna)
    lost = sign_in_staff(Client(), anna)
    assert lost.get(DESK).status_code == 200

    client.post(f"{FACTORS}app/remove/")

    assert not Authenticator.objects.filter(user=anna, type=Authenticator.Type.TOTP).exists()
    assert lost.get(DESK).status_code == 302
    assert client.get(FACTORS).status_code == 200
