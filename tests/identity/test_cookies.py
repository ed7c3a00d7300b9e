"""No cookie before its acceptance; and what accepting, declining and blocking lead to."""

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from identity import cookies
from tests.staff import sign_in_staff, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_cookie_page_sets_none_and_lists_them_all(visitor, language):
    response = visitor.get(f"/{language}/cookies/")
    page = response.content.decode()
    assert response.cookies == {}
    assert [page.count(f"<code>{cookie.name}</code>") for cookie in cookies.all_cookies()] == [1, 1, 1, 1]


def test_every_cookie_of_a_sign_in_is_in_the_list(visitor, broker):
    visitor.identify(broker)
    visitor.go_to_broker()
    listed = [cookie.name.removesuffix("…") for cookie in cookies.all_cookies()]
    assert len(visitor.cookies) >= 3
    assert [name for name in visitor.cookies if not name.startswith(tuple(listed))] == []


@pytest.mark.parametrize(
    ("language", "set_by", "broker_by"),
    [
        ("fi", "Asettaja</dt><dd>Tämä palvelu", "Asettaja</dt><dd>Tunnistuspalvelu: Testipankki"),
        ("sv", "Sparas av</dt><dd>Den här tjänsten", "Sparas av</dt><dd>Identifieringstjänst: Testbanken"),
        ("en", "Set by</dt><dd>This service", "Set by</dt><dd>Identification service: Test bank"),
    ],
)
def test_cookie_page_says_who_sets_each(visitor, broker, language, set_by, broker_by):
    page = visitor.get(f"/{language}/cookies/").content.decode()

    assert page.count(set_by) == len(cookies.all_cookies())
    assert page.count(broker_by) == 1


def test_every_cookie_of_any_answer_is_in_the_list(visitor, broker, monkeypatch):
    """Of all that people and staff do first: the names are read where a response gets its cookies."""
    given, set_cookie = set(), HttpResponseBase.set_cookie
    monkeypatch.setattr(
        HttpResponseBase,
        "set_cookie",
        lambda self, key, *rest, **named: given.add(key) or set_cookie(self, key, *rest, **named),
    )

    visitor.accept_cookies()
    visitor.identify(broker)
    visitor.post("/fi/application/new/")
    sign_in_staff(Client(), staff("adviser")).get("/fi/admin/")
    visitor.go_to_broker()
    visitor.post("/fi/cookies/decline/")

    listed = tuple(cookie.name.removesuffix("…") for cookie in cookies.all_cookies())
    assert [name for name in given if not name.startswith(listed)] == []
    assert [name for name in listed if not any(one.startswith(name) for one in given)] == []


def test_identification_asks_for_the_acceptance_first(visitor, broker):
    response = visitor.get("/sv/identify/?next=/sv/how-to/")
    assert response["Location"] == "/sv/cookies/?next=/sv/identify/%3Fnext%3D/sv/how-to/"
    page = visitor.get(response["Location"]).content.decode()
    assert 'name="next" value="/sv/identify/?next=/sv/how-to/"' in page


@pytest.mark.parametrize(("https", "name"), [(False, "cookies"), (True, "__Host-cookies")])
def test_the_acceptance_is_kept_for_a_year(visitor, settings, https, name):
    settings.HTTPS, settings.COOKIE_PREFIX = https, "__Host-" if https else ""
    morsel = visitor.accept_cookies().cookies[name]
    assert (morsel.value, morsel["max-age"]) == (cookies.VERSION, 31536000)
    assert (morsel["path"], morsel["samesite"]) == ("/", "Lax")
    assert (bool(morsel["httponly"]), bool(morsel["secure"])) == (True, https)


def test_accepting_goes_on_when_the_cookie_comes_back(visitor, broker):
    response = visitor.post("/fi/cookies/accept/", {"next": "/fi/identify/?next=/fi/how-to/"})
    assert response["Location"] == "/fi/cookies/blocked/?next=/fi/identify/%3Fnext%3D/fi/how-to/"
    assert visitor.get(response["Location"])["Location"] == "/fi/identify/?next=/fi/how-to/"
    assert visitor.get("/fi/identify/").status_code == 200


def test_accepting_says_so_when_the_browser_blocks_the_cookie(visitor):
    response = visitor.accept_cookies()
    visitor.cookies.clear()
    page = visitor.get(response["Location"])
    assert page.status_code == 200
    assert page.templates[0].name == "identity/cookies_blocked.html"


def test_an_old_acceptance_is_not_one(visitor, broker):
    visitor.cookies["cookies"] = "0"
    assert visitor.get("/fi/identify/")["Location"].startswith("/fi/cookies/")


@pytest.mark.parametrize(
    ("next_url", "is_step"),
    [
        ("/fi/identify/?next=/fi/applications/", True),
        ("/fi/application/new/", False),
        ("/fi/log-in/?next=/fi/admin/", False),
        ("", False),
    ],
)
def test_cookie_page_is_a_step_of_confirming_only_for_who_is_about_to_confirm(visitor, next_url, is_step):
    page = visitor.get("/fi/cookies/", {"next": next_url}).content.decode()

    assert ("Vaihe 1/6" in page) is is_step
    assert "Kun vahvistat tai täytät hakemuksen tai kirjaudut sisään" in page
    assert page.index("Hyväksy evästeet</button>") < page.index("En hyväksy</button>") < page.index("<code>")


def test_declining_keeps_what_the_person_came_for(visitor):
    next_url = "/fi/identify/?next=/fi/how-to/"
    declined = visitor.post("/fi/cookies/decline/", {"next": next_url})
    page = visitor.get(declined["Location"]).content.decode()

    assert 'href="/fi/cookies/?next=/fi/identify/%3Fnext%3D/fi/how-to/"' in page


def test_declining_sets_no_cookie_and_says_what_can_be_done(visitor):
    response = visitor.post("/fi/cookies/decline/")
    assert response["Location"] == "/fi/cookies/declined/"
    assert {name: morsel["max-age"] for name, morsel in response.cookies.items()} == {"cookies": 0, "draft": 0}
    assert "/fi/counter/" in visitor.get(response["Location"]).content.decode()


def test_withdrawing_the_acceptance_ends_the_session(visitor, broker):
    visitor.identify(broker)
    visitor.post("/fi/cookies/decline/")
    assert {name: morsel.value for name, morsel in visitor.cookies.items() if morsel.value} == {}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 302),
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "none"}, 302),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 302),
        ({"Origin": "https://testserver"}, 403),
        ({"Origin": "http://testserver:8000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://evil.example", "Referer": "http://testserver/"}, 403),
        ({"Referer": "http://testserver/fi/cookies/"}, 302),
        ({"Referer": "http://evil.example/http://testserver/"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/fi/cookies/accept/", "/fi/cookies/decline/", "/identification/start/"])
def test_a_post_from_elsewhere_is_refused(visitor, headers, status, path):
    assert visitor.post(path, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/fi/cookies/accept/", "/fi/cookies/decline/", "/identification/start/"])
def test_nothing_changes_on_get(visitor, path):
    response = visitor.get(path)
    assert (response.status_code, response.cookies) == (302, {})


def test_several_providers_are_offered_by_name(visitor, broker, settings):
    settings.IDENTITY_PROVIDERS = [broker.settings(), broker.settings(id="other", name="Toinen")]
    visitor.accept_cookies()
    page = visitor.get("/sv/identify/").content.decode()
    assert [page.count(f">{name}</label>") for name in ("Testbanken", "Toinen")] == [1, 1]


def test_without_a_provider_the_counter_is_left(visitor, settings):
    settings.IDENTITY_PROVIDERS = []
    visitor.accept_cookies()
    page = visitor.get("/fi/identify/").content.decode()
    assert "/identification/start/" not in page
    assert "/fi/counter/" in page
