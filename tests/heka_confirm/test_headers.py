import pytest
from django.test import Client

from heka_confirm.health import PROBES
from tests import cast
from tests.applications.factories import person

POLICY = "Content-Security-Policy"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ADDRESSES = {
    "/fi/": 200,
    "/sv/no-such-page/": 404,
    "/no-such-page": 404,
    "/static/heka.css": 200,
    "/static/no-such-file.css": 404,
    "/healthz": 200,
    "/readiness": 200,
    "/api/v1/": 200,
    "/api/v1/openapi.json": 200,
    "/api/v1/no-such-thing": 404,
    "/en/privacy": 301,
    "/admin/": 302,
    "/fi/admin/": 302,
    "/en/log-in/": 302,
    "/en/account/create/": 200,
    "/": 302,
}


class Closing(Client):
    """Reads to its end, and so closes, each file that it is served."""

    def generic(self, *args, **kwargs):
        response = super().generic(*args, **kwargs)
        if response.streaming:
            b"".join(response.streaming_content)
        return response


@pytest.fixture
def https(settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True
    return Closing(raise_request_exception=False)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.django_db
def test_headers_stand_on_every_answer(https, address):
    response = https.get(address, secure=True)

    assert response.status_code == ADDRESSES[address]
    assert {name: response.get(name) for name in HEADERS} == HEADERS
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Request-ID"]
    assert response["Cache-Control"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.django_db
def test_policy_allows_nothing_inline_and_nothing_from_elsewhere(https, address):
    policy = https.get(address, secure=True)[POLICY]

    assert "default-src 'none'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert [word for word in ("unsafe", "data:", "http", "*") if word in policy] == []


def test_headers_stand_on_the_redirect_to_https(https, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = None

    response = https.get("/fi/")

    assert (response.status_code, response["Location"]) == (301, "https://testserver/fi/")
    assert {name: response.get(name) for name in HEADERS} == HEADERS
    assert response[POLICY]


@pytest.mark.parametrize("path", ["/api/v1/applications", "/api/v1/", "/anymail/brevo/tracking/"])
@pytest.mark.django_db
def test_program_that_comes_by_plain_http_is_refused_and_not_led_to_https(settings, path):
    """Otherwise its token would go unencrypted each time, and nobody would notice."""
    settings.SECURE_SSL_REDIRECT = True

    answers = [Client().post(path), Client().get(path)]

    assert [(answer.status_code, answer["Content-Type"]) for answer in answers] == [
        (403, "application/problem+json")
    ] * 2
    assert Client().get(path, secure=True).status_code != 403


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.django_db
def test_text_says_in_which_characters_it_is_written(https, address):
    kind = https.get(address, secure=True).get("Content-Type", "")

    assert not kind.startswith("text/") or 'charset="utf-8"' in kind or "charset=utf-8" in kind
    assert kind or ADDRESSES[address] in {301, 302}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.django_db
def test_no_answer_is_for_the_scripts_of_another_site(https, address):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answers = [https.get(address, secure=True, headers=asked), https.options(address, secure=True, headers=asked)]

    assert [name for answer in answers for name in answer.headers if name.startswith("Access-Control-")] == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.django_db
def test_front_page_answers_safe_methods_without_a_fault(https, method):
    response = https.generic(method, "/fi/", secure=True)

    assert response.status_code in {200, 405}
    assert {name: response.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "address", ["/static/", "/static", "/identification/", "/.well-known/", "/api/v1/docs", "/.git/HEAD"]
)
@pytest.mark.django_db
def test_neither_folders_nor_pages_of_tools_are_shown(https, address):
    assert https.get(address, secure=True, follow=True).status_code == 404


@pytest.mark.parametrize(
    "address", [*sorted(ADDRESSES.keys() - PROBES.keys()), "/fi/admin/desk/", "/identification/start/"]
)
@pytest.mark.django_db
def test_trace_is_refused_everywhere(https, address):
    response = https.generic("TRACE", address, secure=True, headers={"x-of-a-proxy": "s3cret"})

    assert response.status_code == 405
    assert "TRACE" not in response["Allow"]
    assert b"s3cret" not in response.getvalue()


@pytest.mark.django_db
def test_page_is_not_kept_by_any_cache_when_there_is_a_session(https, settings):
    https.cookies[settings.SESSION_COOKIE_NAME] = "abcdefghijklmnopqrstuvwxyz012345"

    assert "no-store" in https.get("/fi/", secure=True)["Cache-Control"]


def test_static_file_may_be_cached(https):
    assert "no-store" not in https.get("/static/heka.css", secure=True)["Cache-Control"]


@pytest.mark.parametrize("path", ["", "how-to/", "counter/", "terms/", "privacy/", "accessibility/", "cookies/"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.django_db
def test_page_for_everybody_is_sent_again_only_once_it_has_changed(client, path, encoding):
    first, other = (client.get(f"/{code}/{path}", headers={"accept-encoding": encoding}) for code in ("fi", "sv"))
    known = {"accept-encoding": encoding, "if-none-match": first["ETag"]}

    again = client.get(f"/fi/{path}", headers=known)
    changed = client.get(f"/sv/{path}", headers=known)

    assert (first["Cache-Control"], first["ETag"] != other["ETag"]) == ("no-cache", True)
    assert (again.status_code, again.content) == (304, b"")
    assert (again["Cache-Control"], "Cookie" in again["Vary"]) == ("no-cache", True)
    assert again["ETag"].removeprefix("W/") == first["ETag"].removeprefix("W/")
    assert changed.status_code == 200


@pytest.mark.django_db
def test_page_that_nobody_may_keep_is_sent_whole(client):
    known = client.get("/fi/")["ETag"]
    client.force_login(person(cast.MAIJA).user, backend="identity.backend.BrokerBackend")

    signed_in = client.get("/fi/", headers={"if-none-match": known})

    assert (signed_in.status_code, "no-store" in signed_in["Cache-Control"]) == (200, True)
    assert "Maija" in signed_in.text
    assert "ETag" not in client.get("/fi/feedback/")
