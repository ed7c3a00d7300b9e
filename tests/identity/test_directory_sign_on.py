"""Staff log in through the City's directory, a real server here: who gets in, and what is refused."""

import logging
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.sessions.models import Session
from django.test import Client

from identity import attempts, directory, directory_sessions, keys
from identity.models import DirectoryIdentity, User
from identity.views import staff_sign_on
from tests.identity.city_directory import DINA, Staff
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db
FAILED = "/en/staff/log-in-failed/"


@pytest.fixture
def dina(city, db):
    for role in ("adviser", "supervisor", "operator"):
        staff(role)  # their groups exist, as after migrating
    return Staff(city)


def words(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "identity.views.staff_sign_on"]


def failed_at(response):
    """Return the page to which an answer leads, and what it is about. Its id is that of the failed request."""
    page = urlsplit(response["Location"])
    query = {name: values[0] for name, values in parse_qs(page.query).items()}
    assert query.pop("id") == response["X-Request-ID"]
    return page.path, query


def user_of(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


# --- Who gets in -----------------------------------------------------------------------------------------


def test_member_of_staff_comes_in_with_the_role_of_their_group(dina, caplog):
    with caplog.at_level(logging.INFO, "identity"):
        response = dina.log_in(next="/en/admin/desk/")

    assert (response.status_code, response["Location"]) == (302, "/en/admin/desk/")
    assert "no-store" in response["Cache-Control"]
    assert user_of(dina).get_full_name() == "Dina Directory"
    assert dina.get("/en/admin/desk/").status_code == 200
    assert words(caplog) == ["Staff sign-on: logged-in"]


def test_directory_is_asked_with_state_nonce_and_pkce(dina, settings, city):
    settings.STAFF_DIRECTORY = city.settings(acr_values=["strong"], prompt="login", max_age=600)
    asked = dina.go()

    assert asked["redirect_uri"] == "http://testserver/staff/callback/"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert (asked["acr_values"], asked["prompt"], asked["max_age"]) == ("strong", "login", "600")
    assert (asked["scope"], asked["ui_locales"], asked["client_id"]) == ("openid profile email", "en", "heka-desk")


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
def test_we_show_the_directory_who_we_are_as_was_agreed(dina, settings, city, how):
    city.token_auth, city.own_sig = how, keys.load().sig[0]
    settings.STAFF_DIRECTORY = city.settings(token_auth=how)

    assert dina.log_in()["Location"] == "/en/admin/"


def test_without_a_second_factor_of_the_directory_ours_is_asked_for(dina, city):
    city.said = {**DINA, "amr": ["pwd"]}

    assert dina.log_in()["Location"] == "/en/admin/"
    first = dina.get("/en/admin/desk/", follow=True).redirect_chain[-1][0]
    assert first.startswith("/en/staff/second-factor/")


def test_second_factor_of_ours_is_made_and_then_asked_for_each_time(dina, city):
    city.said = {**DINA, "amr": ["pwd"]}
    app = "/en/staff/second-factor/app/"
    with time_machine.travel(time.time(), tick=False) as clock:
        dina.log_in()
        form = {"csrfmiddlewaretoken": "not asked of this client"}
        dina.get(app)
        secret = decrypt(dina.session[SECRET_SESSION_KEY])

        def code():
            return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

        dina.post(app, {**form, "code": code()})
        assert dina.get("/en/admin/desk/").status_code == 200

        clock.shift(60)
        dina.log_in()
        asks = dina.get("/en/admin/desk/", follow=True).redirect_chain[-1][0]
        assert asks.startswith("/en/staff/code/")
        dina.post(asks, {**form, "code": code()})
        assert dina.get("/en/admin/desk/").status_code == 200


@pytest.mark.parametrize(
    ("said", "settings_", "has_second"),
    [
        ({"amr": None, "acr": "strong"}, {"acr_second_factor": ["strong"]}, True),
        ({"amr": None, "acr": "weak"}, {"acr_second_factor": ["strong"]}, False),
        ({"amr": None, "acr": None}, {"acr_second_factor": ["strong"]}, False),
        ({"amr": "mfa"}, {}, True),
        ({"amr": ["mfa"]}, {"amr_second_factor": []}, False),
        ({"amr": [["mfa"]]}, {}, False),
        ({"amr": {"mfa": True}}, {}, False),
    ],
)
def test_second_factor_is_what_the_settings_accept(dina, city, settings, said, settings_, has_second):
    city.said = {**DINA, **said}
    settings.STAFF_DIRECTORY = city.settings(**settings_)
    dina.log_in()

    assert (dina.get("/en/admin/desk/").status_code == 200) is has_second


def test_userinfo_tells_groups_and_names_but_never_the_second_factor(dina, city, settings):
    settings.STAFF_DIRECTORY = city.settings(userinfo_endpoint=f"{city.url}/userinfo")
    city.said, city.userinfo = {"sub": "00u1"}, DINA

    dina.log_in()

    assert user_of(dina).get_full_name() == "Dina Directory"
    assert [group.name for group in user_of(dina).groups.all()] == ["adviser"]
    assert dina.get("/en/admin/desk/").status_code == 302  # to our second factor


def test_groups_are_those_of_the_last_log_in(dina, city):
    dina.log_in()
    city.said = {**DINA, "groups": ["g-sup", "something else"]}
    dina.log_in()

    assert [group.name for group in user_of(dina).groups.all()] == ["supervisor"]
    assert User.objects.filter(username="dina").count() == 1


def test_one_group_may_come_as_a_text_and_under_another_claim(dina, city, settings):
    settings.STAFF_DIRECTORY = city.settings(groups_claim="roles")
    city.said = {**DINA, "groups": None, "roles": "g-ops"}
    dina.log_in()
    assert [group.name for group in user_of(dina).groups.all()] == ["operator"]


def test_session_is_wholly_new(dina, city):
    sign_in_staff(dina, staff("operator"))
    before = dina.session.session_key
    dina.log_in()

    assert dina.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert user_of(dina).username == "dina"


# --- What is refused -------------------------------------------------------------------------------------


def is_refused(client, response, *, is_known=False):
    """Tell whether nobody was logged in, and the page says no more than that."""
    page = client.get(response["Location"]).content.decode()
    assert "You could not be logged in with your City account." in page
    assert response["X-Request-ID"] in page
    is_stored = DirectoryIdentity.objects.exists()
    is_there = failed_at(response) == (FAILED, {"next": "/en/admin/"})
    return is_there and user_of(client) is None and is_stored is is_known


WRONG = [
    ("iss", {"iss": "https://other.example"}),
    ("iss", {"iss": None}),
    ("aud", {"aud": "another"}),
    ("aud", {"aud": ["heka-desk", "stranger"]}),
    ("azp", {"azp": "stranger"}),
    ("nonce", {"nonce": "of another attempt"}),
    ("nonce", {"nonce": None}),
    ("exp", {"exp": None}),
    ("iat", {"iat": None}),
    ("sub", {"sub": None}),
    ("sub", {"sub": ""}),
    ("at-hash", {"at_hash": "of another token"}),
    ("groups", {"groups": {"g-adv": True}}),
    ("groups-elsewhere", {"groups": None, "_claim_names": {"groups": "src1"}}),
]


@pytest.mark.parametrize(("word", "changes"), WRONG)
def test_token_that_does_not_hold_is_refused(dina, city, caplog, word, changes):
    city.changes = changes
    assert is_refused(dina, dina.log_in())
    assert words(caplog) == [f"Staff sign-on: {word}"]


def test_token_that_is_over_is_refused(dina, city, caplog):
    city.changes = {"exp": int(time.time()) - 40}
    assert is_refused(dina, dina.log_in())
    assert words(caplog) == ["Staff sign-on: exp"]


def test_token_that_a_stranger_signed_is_refused(dina, city, some_keys, caplog):
    city.signer = some_keys[2]
    assert is_refused(dina, dina.log_in())
    assert words(caplog) == ["Staff sign-on: signature"]


@pytest.mark.parametrize("settings_", [{"prompt": "login"}, {"max_age": 60}])
def test_whoever_is_asked_anew_must_have_been_seen_anew(dina, city, settings, caplog, settings_):
    settings.STAFF_DIRECTORY = city.settings(**settings_)
    for told in (None, int(time.time()) - 3600):
        city.changes = {"auth_time": told}
        assert is_refused(dina, dina.log_in())
    assert words(caplog) == ["Staff sign-on: auth-time"] * 2


def test_userinfo_of_somebody_else_is_refused(dina, city, settings, caplog):
    settings.STAFF_DIRECTORY = city.settings(userinfo_endpoint=f"{city.url}/userinfo")
    for told in ({**DINA, "sub": "00u2"}, {"groups": ["g-sup"]}):
        city.userinfo = told
        assert is_refused(dina, dina.log_in())
    assert words(caplog) == ["Staff sign-on: userinfo-sub"] * 2


@pytest.mark.parametrize("behaviour", ["html", "redirect", "error", "refuse", "hang up", "list", "huge"])
def test_directory_that_answers_nonsense_lets_nobody_in(dina, city, caplog, behaviour):
    city.behaviour = behaviour
    assert is_refused(dina, dina.log_in())
    assert len(words(caplog)) == 1
    assert "010594Y9032" not in caplog.text


def test_directory_that_hangs_takes_no_more_than_its_share(dina, city, settings, caplog):
    share = settings.IDENTITY_CALLS_AT_ONCE // 2
    assert all(staff_sign_on._AT_ONCE.acquire(blocking=False) for _ in range(share))
    try:
        assert is_refused(dina, dina.log_in())
    finally:
        staff_sign_on._AT_ONCE.release(share)
    assert words(caplog) == ["Staff sign-on: busy"]
    assert dina.log_in()["Location"] == "/en/admin/"


def test_superuser_with_the_same_email_and_name_is_not_taken_over(dina, city):
    root = User.objects.create_superuser("dina", "dina@example.test", "a long password of the root")
    dina.log_in()

    assert user_of(dina) != root
    assert (user_of(dina).is_superuser, user_of(dina).username) == (False, "dina-2")


def test_deactivated_member_of_staff_is_refused_and_out_at_once(dina, city, caplog):
    dina.log_in()
    User.objects.filter(username="dina").update(is_active=False)

    assert dina.get("/en/admin/desk/")["Location"].startswith("/en/admin/login/")
    answer = dina.log_in()
    assert failed_at(answer) == (FAILED, {"about": "not-in-use", "next": "/en/admin/"})
    assert "switched off" in dina.get(answer["Location"]).content.decode()
    assert words(caplog)[-1] == "Staff sign-on: not-in-use"


def test_leaver_has_no_role_and_no_session_any_more(dina, city, caplog):
    dina.log_in()
    elsewhere = Staff(city)
    city.said = {**DINA, "groups": []}
    answer = elsewhere.log_in()

    assert failed_at(answer) == (FAILED, {"about": "no-role", "next": "/en/admin/"})
    assert "gives you no role" in elsewhere.get(answer["Location"]).content.decode()
    assert dina.get("/en/admin/desk/")["Location"].startswith("/en/admin/login/")
    assert words(caplog)[-1] == "Staff sign-on: no-role"


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("cancelled", {"error": "access_denied", "code": ""}),
        ("directory-error", {"error": "server_error", "error_description": "010594Y9032"}),
        ("response-iss", {"iss": "https://other.example"}),
        ("response", {"code": "c" * 9000}),
        ("response", {"code": ["a", "b"]}),
        ("no-authorization-code", {"code": ""}),
        ("status-4xx", {"code": "made up"}),
    ],
)
def test_answer_that_does_not_hold_is_refused(dina, city, caplog, word, answer):
    assert is_refused(dina, dina.come_back({**city.authorize_plain(dina.go()), **answer}))
    assert words(caplog) == [f"Staff sign-on: {word}"]
    assert "010594Y9032" not in caplog.text


def test_answer_works_once_and_in_its_own_browser(dina, city, caplog):
    answer = city.authorize_plain(dina.go())
    again = Staff(city)
    for name, morsel in dina.cookies.items():
        again.cookies[name] = morsel.value

    assert failed_at(Staff(city).come_back(answer)) == ("/fi/staff/log-in-failed/", {})
    dina.come_back(answer)
    assert is_refused(again, again.come_back(answer), is_known=True)
    assert dina.come_back(answer)["Location"] == "/fi/admin/"  # the attempt is gone, and she is in
    assert words(caplog)[-1] == "Staff sign-on: replay"


def test_attempt_of_a_person_is_none_of_staff(dina, city, visitor, broker):
    """The cookies are signed for one use each."""
    visitor.accept_cookies()
    visitor.go_to_broker()
    (theirs,) = [morsel.value for name, morsel in visitor.cookies.items() if name.startswith("attempt-")]
    (name,) = [name for name in visitor.cookies if name.startswith("attempt-")]
    dina.cookies[f"staff-{name}"] = theirs

    request = dina.get("/en/").wsgi_request
    assert attempts._all(request, attempts.OF_STAFF) == []


def test_failed_log_in_ends_no_session(dina, city):
    sign_in_staff(dina, staff("operator"))
    city.changes = {"nonce": "wrong"}
    dina.log_in()
    dina.come_back({"error": "x", "state": "made up"})

    assert user_of(dina) == staff("operator")


# --- The way there ---------------------------------------------------------------------------------------


def test_another_site_cannot_start_a_log_in(city):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert Client(headers=headers).post("/staff/log-in/").status_code == 403
    silent = Client().post("/staff/log-in/", {"next": "/en/admin/"})
    assert silent["Location"].startswith("/fi/cookies/")


def test_reading_the_address_of_the_button_leads_to_the_log_in(dina):
    assert dina.get("/staff/log-in/")["Location"].endswith("/admin/")


def test_attempt_lies_in_one_signed_cookie_for_the_directorys_answer_only(dina, settings):
    settings.HTTPS = False
    dina.go()
    [(name, morsel)] = [(name, morsel) for name, morsel in dina.cookies.items() if "attempt" in name]
    assert name.startswith("staff-attempt-")
    assert (morsel["path"], morsel["samesite"], morsel["max-age"]) == ("/staff/", "Lax", 900)
    assert morsel["httponly"]
    assert "session" not in dina.cookies


@pytest.mark.parametrize("path", ["/staff/callback/", "/fi/staff/log-in-failed/"])
def test_without_a_directory_there_is_nothing(client, path):
    assert client.get(path).status_code == 404
    assert client.post("/staff/log-in/").status_code == 404
    assert client.post("/staff/logged-out/").status_code == 404
    assert directory.configured() is None


def test_form_that_staff_could_not_send_is_kept_through_the_directory(dina, city):
    session = sign_in_staff(dina, staff("adviser")).session
    session["unsent_form"] = "kept"
    session.save()
    dina.log_in()
    assert dina.session["unsent_form"] == "kept"
    assert dina.session[directory_sessions.MARK]


# --- The page of the log-in ------------------------------------------------------------------------------


def log_in_page(client, query="?next=/en/admin/"):
    return client.get(f"/en/log-in/{query}").content.decode()


def test_log_in_of_staff_has_the_directory_first(dina):
    page = log_in_page(dina)
    assert page.index("Log in with City account") < page.index('name="password"')
    assert page.count("autofocus") == 1


def test_passwords_switched_off_leave_the_way_of_the_emergency_account(dina, settings):
    settings.STAFF_PASSWORDS = False
    assert 'name="password"' not in log_in_page(dina)
    assert "emergency account" not in log_in_page(dina)

    settings.BREAK_GLASS_USERNAME = "glass"
    assert "/en/log-in/?password=yes&amp;next=/en/admin/" in log_in_page(dina)
    page = log_in_page(dina, "?password=yes&next=/en/admin/")
    assert 'name="password"' in page
    assert page.count("autofocus") == 1


def test_people_with_an_account_see_no_directory(visitor, city, settings):
    settings.STAFF_PASSWORDS = False
    visitor.accept_cookies("en")
    page = log_in_page(visitor, "")
    assert 'name="password"' in page
    assert "City account" not in page


def test_cookie_of_the_attempt_is_in_the_list(dina):
    assert "staff-attempt-" in dina.get("/en/cookies/").content.decode()


# --- Logging out here ------------------------------------------------------------------------------------


def test_logging_out_here_ends_the_directorys_session_too(dina, city, settings):
    settings.STAFF_DIRECTORY = city.settings(end_session_endpoint=f"{city.url}/end")
    dina.log_in()
    page = dina.post("/en/admin/logout/").content.decode()

    assert f"{city.url}/end?client_id=heka-desk&amp;post_logout_redirect_uri=http%3A%2F%2Ftestserver" in page
    assert "id_token_hint=" in page
    assert user_of(dina) is None
    state = page.partition("state=")[2].partition("&amp;")[0]
    assert dina.get(f"/staff/left/?state={state}")["Location"] == "/en/log-in/?left=yes&next=/en/admin/"
    assert "You have logged out" in log_in_page(dina, "?left=yes&next=/en/admin/")


def test_token_with_a_personal_identity_code_goes_into_no_address(dina, city, settings):
    settings.STAFF_DIRECTORY = city.settings(end_session_endpoint=f"{city.url}/end")
    city.said = {**DINA, "nickname": "010594-9032"}
    dina.log_in()
    page = dina.post("/en/admin/logout/").content.decode()
    assert "id_token_hint" not in page
    assert f"{city.url}/end?" in page


def test_whoever_came_with_a_password_stays_here(dina, city, settings):
    settings.STAFF_DIRECTORY = city.settings(end_session_endpoint=f"{city.url}/end")
    sign_in_staff(dina, staff("operator"))
    assert city.url not in dina.post("/en/admin/logout/").content.decode()
