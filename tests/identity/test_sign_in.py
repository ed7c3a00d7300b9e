"""From "Continue to identification" to a signed-in person, through the pages and a broker that listens."""

import logging
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from joserfc import jwt

from applications import terms
from core import crypto
from identity import attempts, backend, client, keys, proof
from identity.enums import Method
from identity.models import Person, RateCount, User
from identity.views import identification
from tests.applications.factories import actor, application
from tests.cast import MAIJA, OLLI
from tests.identity.conftest import Visitor, place_of

pytestmark = pytest.mark.django_db
START, CALLBACK = "/identification/start/", "/identification/callback/"


def words(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "identity.views.identification"]


def signed_in(visitor):
    user = User.objects.filter(pk=visitor.session.get("_auth_user_id")).first()
    return user and user.person.hetu


def test_identification_signs_the_person_in(visitor, broker):
    response = visitor.identify(broker)

    assert (response.status_code, response["Location"]) == (302, "/fi/applications/waiting/")
    person = Person.objects.get()
    assert (person.hetu, str(person), person.language) == (MAIJA["hetu"], "Maija Liisa Meikäläinen", "fi")
    assert person.hetu_index == crypto.indexes(MAIJA["hetu"])[0]
    assert visitor.session["_auth_user_id"] == str(person.user_id)
    stored = proof.of_session(visitor.session)
    assert (stored.method, stored.provider) == (Method.BANK, "test")
    assert stored.level == "http://ftn.ficora.fi/2017/loatest2"


@pytest.mark.parametrize("waiting", [0, 1, 2])
@pytest.mark.parametrize("wanted", ["", "/sv/applications/waiting/"])
def test_person_comes_to_where_the_page_for_everybody_would_lead_them(visitor, broker, waiting, wanted):
    """J1.5, a request less; whoever has to accept the terms first is led by that page."""
    terms.accept(terms.current(), by=actor(MAIJA))
    for _ in range(waiting):
        application(MAIJA)

    response = visitor.identify(broker, next=wanted)

    led = visitor.get("/fi/applications/waiting/")["Location"]
    assert (response["Location"], "/confirm/" in led) == (led, waiting == 1)


def test_person_is_signed_in_where_it_cannot_be_read_what_waits_for_them(visitor, broker):
    def away(execute, sql, *others):
        if "applications_" in sql:
            raise OperationalError("away")
        return execute(sql, *others)

    visitor.accept_cookies()
    answer = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    with connection.execute_wrapper(away):
        response = visitor.come_back(answer)

    assert response["Location"] == "/fi/applications/waiting/"
    assert signed_in(visitor) == MAIJA["hetu"]


def test_person_is_signed_in_where_a_row_of_theirs_is_spoiled(visitor, broker):
    application(MAIJA)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_applicant SET hetu = %s", [b"spoiled"])

    response = visitor.identify(broker)

    assert response["Location"] == "/fi/applications/waiting/"
    assert signed_in(visitor) == MAIJA["hetu"]


def test_signing_in_takes_one_statement_for_each_thing_that_it_notes(visitor, broker):
    visitor.identify(broker)
    answer = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    browser = visitor.cookies.pop(settings.SESSION_COOKIE_NAME)

    with CaptureQueriesContext(connection) as queries:
        visitor.come_back(answer)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert [sql.split()[0] for sql in statements if "application" not in sql] == [
        "INSERT",  # the attempt was used
        *["SELECT", "UPDATE"],  # the person
        "UPDATE",  # when their user has logged in
        "SELECT",  # no outage of the broker is known
        "INSERT",  # the session
    ]
    assert visitor.cookies[settings.SESSION_COOKIE_NAME].value != browser.value
    assert User.objects.get().last_login >= Person.objects.get().identified_at


def test_answer_of_a_broker_may_take_six_kilobytes(visitor, broker):
    """The web server lets it pass: tests/heka_confirm/test_gunicorn.py."""
    visitor.accept_cookies()
    answer = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    code = "c" * 6000
    broker.codes[code] = broker.codes.pop(answer["code"])

    visitor.come_back({**answer, "code": code})

    assert signed_in(visitor) == MAIJA["hetu"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_person_comes_back_in_their_language(visitor, broker, language):
    assert visitor.identify(broker, language=language)["Location"] == f"/{language}/applications/waiting/"
    assert Person.objects.get().language == language


def test_the_person_comes_back_to_the_page_that_they_wanted(visitor, broker):
    assert visitor.identify(broker, next="/sv/how-to/?a=1&b=ä")["Location"] == "/fi/how-to/?a=1&b=%C3%A4"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\\\\evil.example",
        "https://testserver@evil.example/",
        "/" + "x" * 600,
    ],
)
def test_the_person_is_never_led_elsewhere(visitor, broker, url):
    assert visitor.identify(broker, next=url)["Location"] == "/fi/applications/waiting/"


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-Host": "evil.example"}])
def test_the_address_to_come_back_to_is_the_configured_one(visitor, broker, headers):
    visitor.accept_cookies()
    response = visitor.post(START, {"provider": "test", "language": "fi"}, headers=headers)
    assert "evil.example" not in response.content.decode()
    assert backend.redirect_uri() == "http://testserver/identification/callback/"


def test_start_answers_with_a_page_that_goes_on_by_itself(visitor, broker):
    visitor.accept_cookies()
    response = visitor.start(language="sv")

    page = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store, private")
    assert page.count(f"{broker.url}/authorize?client_id=heka-confirm&amp;response_type=code") == 2  # refresh and link
    assert '<html lang="sv">' in page
    assert "sessionid" not in response.cookies


def test_start_needs_the_acceptance_of_cookies(visitor, broker):
    response = visitor.start(next="/fi/how-to/")
    assert response["Location"] == "/fi/cookies/?next=/fi/identify/%3Fnext%3D/fi/how-to/"
    assert response.cookies == {}


def test_start_with_an_unknown_provider_asks_again(visitor, broker):
    visitor.accept_cookies()
    assert visitor.start(provider="other")["Location"] == "/fi/identify/"


def test_start_on_get_does_nothing(visitor, broker):
    visitor.accept_cookies()
    assert visitor.get(START).url == "/fi/identify/"


@pytest.mark.parametrize("method", ["head", "post", "put", "options"])
def test_only_get_comes_back(visitor, broker, method):
    assert getattr(visitor, method)(CALLBACK).status_code == 405


@pytest.mark.parametrize("error", ["access_denied", "cancel"])
def test_cancelling_leads_back_with_a_notice(visitor, broker, error):
    visitor.accept_cookies()
    visitor.go_to_broker(next="/fi/how-to/")
    response = visitor.come_back({"error": error, "state": state_of(visitor)})

    assert response["Location"] == "/fi/identify/cancelled/?next=/fi/how-to/"
    page = visitor.get(response["Location"])
    assert page.context["cancelled"] is True
    assert 'name="next" value="/fi/how-to/"' in page.content.decode()
    assert [morsel["max-age"] for name, morsel in response.cookies.items() if "attempt" in name] == [0]


def state_of(visitor):
    """Return the state of the one attempt of this browser."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in visitor.cookies.items()}
    (attempt,) = attempts._all(request)
    return attempt.state


def test_another_error_of_the_broker_is_told(visitor, broker, caplog):
    visitor.accept_cookies()
    visitor.go_to_broker()
    with caplog.at_level(logging.INFO, "identity"):
        response = visitor.come_back(
            {"error": "server_error", "error_description": "010594Y9032", "state": state_of(visitor)}
        )
    assert place_of(response) == "/fi/identify/error/"
    assert words(caplog) == ["Identification at test: broker-error"]


def test_page_of_a_failure_names_the_request_that_the_log_tells_of(visitor, broker):
    broker.behaviour = "refuse"
    failed = visitor.identify(broker)

    page = visitor.get(failed["Location"])

    assert failed["X-Request-ID"] != page["X-Request-ID"]
    assert f'<strong translate="no">{failed["X-Request-ID"]}</strong>' in page.content.decode()


def test_no_sentence_of_a_stranger_stands_on_the_page_of_a_failure(visitor):
    page = visitor.get("/fi/identify/refused/?id=soita+numeroon+0600123456")

    assert f'<strong translate="no">{page["X-Request-ID"]}</strong>' in page.content.decode()


@pytest.mark.parametrize("outcome", ["error", "expired", "refused", "unreachable", "counter", "cancelled"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_outcome_has_a_page(visitor, broker, outcome, language):
    visitor.accept_cookies()
    response = visitor.get(f"/{language}/identify/{outcome}/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_an_unknown_outcome_is_no_page(visitor, broker):
    assert visitor.get("/fi/identify/nonsense/").status_code == 404


def test_a_foreign_person_is_sent_to_the_counter(visitor, broker):
    broker.more_claims = {
        "nin": None,
        "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier": "EE/FI/1",
    }
    assert place_of(visitor.identify(broker)) == "/fi/identify/counter/"
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("word", "claims"),
    [
        ("name", {"given_name": "", "family_name": " "}),
        ("name", {"family_name": "Meikä\x00läinen"}),
        ("name", {"family_name": "x" * 201}),
        ("acr", {"acr": "http://ftn.ficora.fi/2017/loa1"}),
        ("nonce", {"nonce": "of another attempt"}),
    ],
)
def test_a_token_that_does_not_hold_is_refused(visitor, broker, caplog, word, claims):
    broker.more_claims = claims
    response = visitor.identify(broker)

    assert place_of(response) == "/fi/identify/refused/"
    assert words(caplog) == [f"Identification at test: {word}"]
    assert signed_in(visitor) is None


def test_a_code_that_the_broker_refuses_is_refused(visitor, broker, caplog):
    visitor.accept_cookies()
    visitor.go_to_broker()
    response = visitor.come_back({"code": "unknown", "state": state_of(visitor)})
    assert place_of(response) == "/fi/identify/refused/"
    assert words(caplog) == ["Identification at test: status-4xx"]


def test_a_broker_that_hangs_is_unreachable(visitor, broker, caplog, monkeypatch):
    monkeypatch.setattr(client.Deadline.__init__, "__defaults__", (0.3,))
    broker.behaviour = "hang"
    assert place_of(visitor.identify(broker, next="/fi/how-to/")) == "/fi/identify/unreachable/?next=/fi/how-to/"
    assert words(caplog) == ["Identification at test: timeout"]


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://another.example"},
        {"iss": ""},
        {"code": ""},
        {"code": ["a", "b"]},
        {"iss": ["{url}", "{url}"]},
        {"code": "x" * 9000},
    ],
)
def test_a_malformed_answer_is_refused(visitor, broker, change):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    change = {
        name: [v.format(url=broker.url) for v in value] if isinstance(value, list) else value
        for name, value in change.items()
    }
    response = visitor.get(f"{CALLBACK}?{urlencode(query | change, doseq=True)}")
    assert place_of(response) == "/fi/identify/refused/"
    assert broker.calls == []


@pytest.mark.parametrize("query", ["", "state=", "state=x&code=y", "state=%00", "state=%ff%fe", "error=access_denied"])
def test_an_answer_to_no_attempt_is_over(visitor, broker, query):
    visitor.accept_cookies()
    visitor.go_to_broker()
    assert place_of(visitor.get(f"{CALLBACK}?{query}", headers={"Accept-Language": "sv"})) == "/sv/identify/expired/"
    assert broker.calls == []


def test_another_browser_cannot_come_back(visitor, broker):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    assert place_of(type(visitor)().get(CALLBACK, query)) == "/fi/identify/expired/"
    assert visitor.come_back(query)["Location"] == "/fi/applications/waiting/"


def test_an_attempt_that_took_too_long_is_over(visitor, broker):
    visitor.accept_cookies()
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
        clock.shift(15 * 60 + 1)
        assert place_of(visitor.come_back(query)) == "/fi/identify/expired/"


@pytest.mark.parametrize(("seconds", "works"), [(-30, True), (30, True), (-300, False), (300, False)])
def test_a_clock_that_is_wrong_is_told_from_forgery(visitor, broker, caplog, seconds, works):
    now = 1_800_000_000
    broker.more_claims = {"iat": now, "exp": now + 3600, "auth_time": now}
    with time_machine.travel(now + seconds, tick=False):
        visitor.identify(broker)
        assert signed_in(visitor) == (MAIJA["hetu"] if works else None)
    assert [line for line in words(caplog) if "clock" in line] == ([] if works else ["Identification at test: clock"])


def test_reload_and_back_lead_the_signed_in_person_to_their_own_page(visitor, broker):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    visitor.come_back(query)
    calls = len(broker.calls)

    assert visitor.come_back(query)["Location"] == "/fi/applications/waiting/"
    assert len(broker.calls) == calls
    assert signed_in(visitor) == MAIJA["hetu"]


def test_a_replay_with_the_cookie_kept_is_refused(visitor, broker):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    kept = {name: morsel.value for name, morsel in visitor.cookies.items()}
    visitor.come_back(query)

    thief = type(visitor)()
    for name, value in kept.items():
        thief.cookies[name] = value
    assert place_of(thief.come_back(query)) == "/fi/identify/refused/"
    assert signed_in(thief) is None


def test_two_tabs_identify_apart(visitor, broker):
    visitor.accept_cookies()
    first, second = visitor.go_to_broker(next="/fi/how-to/"), visitor.go_to_broker(next="/fi/privacy/")
    sig = keys.load().sig[0]
    assert visitor.come_back(broker.authorize(second, MAIJA, sig))["Location"] == "/fi/privacy/"
    assert visitor.come_back(broker.authorize(first, MAIJA, sig))["Location"] == "/fi/how-to/"


def test_the_session_id_from_before_is_worth_nothing(visitor, broker):
    session = visitor.session  # makes one, as an attacker would
    session["planted"] = True
    session.save()
    planted = session.session_key

    visitor.identify(broker)

    assert visitor.session.session_key != planted
    assert "planted" not in visitor.session
    assert not Session.objects.filter(pk=planted).exists()


@pytest.mark.parametrize("second", [OLLI, MAIJA])
def test_a_second_sign_in_leaves_nothing_of_the_first(visitor, broker, second):
    visitor.identify(broker)
    session = visitor.session
    session["of the first"] = "secret"
    session.save()

    visitor.identify(broker, second)

    assert signed_in(visitor) == second["hetu"]
    assert "of the first" not in visitor.session
    assert Session.objects.count() == 1


@pytest.mark.parametrize("behaviour", ["refuse", "error", "html"])
def test_a_failed_sign_in_signs_nobody_out(visitor, broker, behaviour):
    visitor.identify(broker)
    broker.behaviour = behaviour
    visitor.identify(broker, OLLI)
    assert signed_in(visitor) == MAIJA["hetu"]


def test_a_link_with_an_error_from_elsewhere_signs_nobody_out(visitor, broker):
    visitor.identify(broker)
    response = visitor.get(CALLBACK, {"error": "x", "state": "y"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == "/fi/applications/waiting/"
    assert signed_in(visitor) == MAIJA["hetu"]


def test_a_person_who_was_shut_out_cannot_sign_in(visitor, broker, caplog):
    visitor.identify(broker)
    User.objects.update(is_active=False)

    assert visitor.get("/fi/applications/")["Location"].startswith("/fi/identify/")
    assert place_of(visitor.identify(broker)) == "/fi/identify/refused/"
    assert words(caplog)[-1] == "Identification at test: inactive"


def test_a_name_and_password_never_reach_a_broker(visitor, broker):
    User.objects.create_superuser("adviser", password="correct horse battery")
    visitor.accept_cookies()
    response = visitor.post("/fi/log-in/?state=x&code=y", {"login": "adviser", "password": "correct horse battery"})
    assert response["Location"] == "/fi/admin/"
    assert broker.calls == []


def test_the_session_and_its_person_cost_one_query(visitor, broker, django_assert_num_queries):
    visitor.identify(broker)
    visitor.get("/fi/session/ended/")  # the first page writes its CSRF token into the session
    with django_assert_num_queries(1):
        visitor.get("/fi/session/ended/")


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        yield clock


def neighbour(language="fi"):
    """Return another browser behind the same address."""
    visitor = Visitor()
    visitor.accept_cookies(language)
    return visitor


def test_the_twenty_first_start_of_a_browser_in_a_minute_waits(visitor, broker, clock):
    visitor.accept_cookies()
    assert {visitor.start().status_code for _ in range(20)} == {200}
    response = visitor.start()
    assert (response.status_code, response["Retry-After"]) == (429, "60")


def test_one_sender_keeps_nobody_behind_the_same_address_from_starting(visitor, broker, clock):
    visitor.accept_cookies()
    for _ in range(30):
        visitor.start()
    assert visitor.start().status_code == 429
    assert neighbour().start().status_code == 200


def test_a_housing_company_behind_one_address_gets_through(broker, clock):
    """2,000 people within the hour, each with a browser of their own."""
    neighbour().start()
    RateCount.objects.filter(key__startswith="identification-start new").update(count=1999)
    assert neighbour().start().status_code == 200


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_sender_that_drops_its_cookies_costs_the_others_one_more_click(broker, clock, monkeypatch, language):
    monkeypatch.setattr(identification, "MOST_NEW_BROWSERS", 3)
    assert [neighbour().start().status_code for _ in range(4)] == [200, 200, 200, 429]

    person = neighbour()
    crowded = person.start(language=language, next="/fi/how-to/")
    again = person.start(**dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', crowded.content.decode())))

    assert (crowded.status_code, crowded.templates[0].name) == (429, "identity/crowded.html")
    assert (again.status_code, again.context["by_link"].startswith(broker.url)) == (200, True)
    assert f'<html lang="{language}">' in again.content.decode()


def test_no_start_of_an_unknown_provider_counts(visitor, broker, clock):
    visitor.accept_cookies()
    for _ in range(30):
        visitor.start(provider="other")
    assert visitor.start().status_code == 200


def test_the_returns_of_living_attempts_are_never_refused_by_a_limit(visitor, broker, clock):
    for _ in range(21):
        visitor.get(CALLBACK)
    assert visitor.get(CALLBACK).status_code == 429

    person = Visitor()
    assert person.identify(broker)["Location"] == "/fi/applications/waiting/"
    # the back button of somebody who is signed in
    assert person.get(CALLBACK)["Location"] == "/fi/applications/waiting/"


def test_each_way_to_the_broker_has_a_request_object_of_its_own(visitor, broker):
    """The refresh burns its own, so that the link works when the refresh came to nothing."""
    visitor.accept_cookies()
    page = visitor.start().content.decode()
    addresses = [
        unescape(found) for found in re.findall(r'(?:content="0; url=|class="button" href=")(http[^"]+)', page)
    ]
    objects = [parse_qs(urlsplit(address).query)["request"][0] for address in addresses]
    asked = [jwt.decode(one, keys.load().sig[0], algorithms=["RS256"]).claims for one in objects]

    assert len(asked) == 2
    assert asked[0]["jti"] != asked[1]["jti"]
    assert {**asked[0], "jti": ""} == {**asked[1], "jti": ""}
    for one in objects:
        answer = visitor.come_back(broker.authorize(one, MAIJA, keys.load().sig[0]))
        assert answer["Location"] == "/fi/applications/waiting/"


def test_an_answer_that_is_under_way_is_not_sent_to_the_broker_again(visitor, broker, caplog):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    kept = {name: morsel.value for name, morsel in visitor.cookies.items()}
    visitor.come_back(query)
    calls = list(broker.calls)

    for name, value in kept.items():
        visitor.cookies[name] = value
    visitor.cookies.pop("session")
    assert place_of(visitor.come_back(query)) == "/fi/identify/refused/"

    assert (broker.calls, words(caplog)[-1]) == (calls, "Identification at test: replay")


def test_a_provider_that_is_gone_refuses_its_attempts(visitor, broker, settings, caplog):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    settings.IDENTITY_PROVIDERS = []
    assert place_of(visitor.come_back(query)) == "/fi/identify/refused/"
    assert words(caplog) == ["Identification at test: no-provider"]


def test_our_public_keys_are_published_without_a_cookie(visitor):
    response = visitor.get("/identification/jwks.json")
    keys_ = response.json()["keys"]
    assert [(key["use"], sorted(key)) for key in keys_] == [
        (use, ["alg", "e", "kid", "kty", "n", "use"]) for use in ("sig", "enc")
    ]
    assert (response["Cache-Control"], response.cookies) == ("public, max-age=900", {})


def test_without_keys_of_ours_people_read_that_it_is_not_their_fault(visitor, broker, settings, tmp_path, caplog):
    visitor.accept_cookies()
    query = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
    settings.IDENTITY_KEYS_FILE = tmp_path / "none.json"

    answers = [visitor.start(next="/fi/how-to/"), visitor.come_back(query)]

    assert [place_of(answer) for answer in answers] == [
        "/fi/identify/error/?about=settings&next=/fi/how-to/",
        "/fi/identify/error/?about=settings",
    ]
    assert words(caplog) == ["Identification at test: no-keys-of-ours"] * 2


def test_no_keys_to_publish_is_no_page(visitor, settings, tmp_path):
    settings.IDENTITY_KEYS_FILE = tmp_path / "none.json"
    assert visitor.get("/identification/jwks.json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_broker_is_asked(visitor, broker, monkeypatch):
    """A database that others wait for must not wait for a broker."""
    seen, exchange = [], client.exchange

    def watched(*args, **kwargs):
        seen.append(connection.in_atomic_block)
        return exchange(*args, **kwargs)

    monkeypatch.setattr(client, "exchange", watched)
    visitor.identify(broker)
    assert seen == [False]
