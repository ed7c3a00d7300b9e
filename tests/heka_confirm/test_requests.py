import json
import logging
import re

import pytest
from django.http import HttpResponse

from heka_confirm.logs import JsonFormatter
from heka_confirm.requests import RequestContextMiddleware, SecurityHeadersMiddleware, client_address
from identity.limits import TooMany
from tests.staff import sign_in_staff, staff


def seen(rf, **headers):
    """Return the request as a view behind the middleware sees it, and the response."""
    kept = []
    middleware = RequestContextMiddleware(lambda request: kept.append(request) or HttpResponse())
    response = middleware(rf.get("/x/", **headers))
    return kept[0], response


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "192.0.2.1", "10.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1, 10.1.1.1", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "192.0.2.1, ", "10.0.0.1"),
        (1, "203.0.113.9,192.0.2.1", "192.0.2.1"),  # two lines of the header, as WSGI joins them
        (1, "192.0.2.1:5311", "192.0.2.1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "[::ffff:192.0.2.1]:443", "192.0.2.1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "[2001:db8::1", "10.0.0.1"),
        (1, "[2001:db8::1]443", "10.0.0.1"),
        (1, "192.0.2.1:443:1", "10.0.0.1"),
        (1, "_hidden", "10.0.0.1"),
        (1, "for=192.0.2.1", "10.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_client_address_is_counted_from_the_right(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address


@pytest.mark.parametrize(
    ("peer", "address"), [("::ffff:10.0.0.1", "10.0.0.1"), ("2001:db8::9", "2001:db8::9"), ("", "")]
)
def test_address_of_the_caller_itself_is_read_in_the_same_way(rf, settings, peer, address):
    settings.TRUSTED_PROXIES = 0

    assert client_address(rf.get("/", REMOTE_ADDR=peer, HTTP_FORWARDED="for=192.0.2.1")) == address


def test_request_has_the_address_of_its_client(rf, settings):
    settings.TRUSTED_PROXIES = 1

    request, _ = seen(rf, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert request.META["REMOTE_ADDR"] == "192.0.2.1"


def test_request_id_is_fresh_and_without_digits(rf):
    ids = {seen(rf)[1]["X-Request-ID"] for _ in range(50)}

    assert len(ids) == 50
    assert [number for number in ids if not re.fullmatch(r"[b-df-hj-np-tv-xz]{10}", number)] == []


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, "3f2b8c1d-aaaa-bbbb", True),
        (0, "3f2b8c1d-aaaa-bbbb", False),
        (1, "short", False),
        (1, "a" * 65, False),
        (1, "abcdefgh\r\nX-Forged: 1", False),
        (1, "abcdefgh{}", False),
        (1, "010594-9032", False),
    ],
)
def test_request_id_is_taken_only_from_a_trusted_proxy_and_when_safe(rf, settings, proxies, given, kept):
    settings.TRUSTED_PROXIES = proxies

    _, response = seen(rf, HTTP_X_REQUEST_ID=given)

    assert (response["X-Request-ID"] == given) is kept


def test_access_log_has_a_line_without_the_query(rf, caplog):
    middleware = RequestContextMiddleware(lambda _: HttpResponse(status=204))

    with caplog.at_level(logging.INFO, logger="heka_confirm.access"):
        middleware(rf.get("/fi/010594-9032/?code=secret"))

    line = JsonFormatter().format(caplog.records[0])
    logged = json.loads(line)
    assert logged["message"] == "GET /fi/010594-••••/ 204"
    assert logged["context"].keys() == {"request_id", "method", "path", "status", "ms"}
    assert "secret" not in line


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "told"), [("/fi/admin/statistics/", True), ("/fi/no-such-page/", True), ("/fi/admin/", False)]
)
def test_access_log_names_whom_an_answer_refuses_and_no_other(client, caplog, address, told):
    adviser = sign_in_staff(client, staff("adviser"))
    caplog.set_level("INFO", logger="heka_confirm.access")

    response = adviser.get(address)

    [line] = [record for record in caplog.records if record.name == "heka_confirm.access"]
    assert (response.status_code in {403, 404}) == told
    assert getattr(line, "user", None) == (int(adviser.session["_auth_user_id"]) if told else None)


def test_log_lines_of_a_request_carry_its_id(rf, caplog):
    lines = []

    def view(request):
        lines.append(json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": "in the view"}))))
        return HttpResponse()

    response = RequestContextMiddleware(view)(rf.get("/"))

    assert lines[0]["context"]["request_id"] == response["X-Request-ID"]


def test_django_s_own_line_of_an_error_carries_the_id_too(client, caplog):
    response = client.get("/no-such-page")

    line = next(record for record in caplog.records if record.name == "django.request")
    assert json.loads(JsonFormatter().format(line))["context"]["request_id"] == response["X-Request-ID"]


def test_too_many_is_answered_with_429_and_when_to_try_again(rf):
    middleware = RequestContextMiddleware(lambda _: HttpResponse())

    response = middleware.process_exception(rf.get("/api/v1/x"), TooMany(retry_after=17))

    assert (response.status_code, response["Retry-After"]) == (429, "17")


def test_other_exceptions_are_left_alone(rf):
    middleware = RequestContextMiddleware(lambda _: HttpResponse())

    assert middleware.process_exception(rf.get("/"), ValueError()) is None


def cached(rf, response, **more):
    request = rf.get("/", **more)
    return SecurityHeadersMiddleware(lambda _: response)(request)["Cache-Control"]


def test_cache_control_of_a_public_page_asks_to_revalidate(rf):
    assert cached(rf, HttpResponse()) == "no-cache"


def test_cache_control_with_a_session_forbids_to_store(rf):
    assert "no-store" in cached(rf, HttpResponse(), HTTP_COOKIE="session=abc")


def test_cache_control_of_an_answer_that_sets_a_cookie_forbids_to_store(rf):
    response = HttpResponse()
    response.set_cookie("x", "1")

    assert "no-store" in cached(rf, response)


def test_cache_control_of_an_error_forbids_to_store(rf):
    assert "no-store" in cached(rf, HttpResponse(status=404))


def test_cache_control_of_a_view_is_kept(rf):
    assert cached(rf, HttpResponse(headers={"Cache-Control": "max-age=60"})) == "max-age=60"
