import datetime as dt
import json
import logging

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from applications import references
from applications.models import Applicant, Application, StateChange, Version
from identity.models import RateCount
from tests import cast
from tests.applications.factories import confirm
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE
from tests.upstream.conftest import APPLICATIONS, body
from upstream import clients
from upstream.models import IdempotencyRecord, Intake

NO_CODE = {"first_names": "Nora", "last_name": "Nollanen", "birth_date": "1990-05-02"}


def problem_of(response):
    assert response["Content-Type"] == "application/problem+json"
    details = response.json()
    assert details["status"] == response.status_code
    return details


def faults_of(response):
    return [(fault["pointer"], fault["detail"]) for fault in problem_of(response)["errors"]]


# --- What is sent, and what is answered ------------------------------------------------------------------


@time_machine.travel("2026-11-21T12:00:00Z", tick=True)
def test_sending_answers_with_our_number(caller):
    response = caller.post(cast.document(MAIJA, OLLI, sent_at="2026-11-20T10:00:00+02:00", language="sv"))

    application = Application.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "reference": application.number,
        "state": "awaiting",
        "valid_until": "2027-02-18",
        "confirm_link": f"http://testserver/sv/confirm/{application.number}/",
    }
    assert response["Location"] == f"{APPLICATIONS}/{application.number}"
    assert "Idempotent-Replayed" not in response


def test_sending_stores_who_sent_it(caller):
    caller.post(body())

    intake = Intake.objects.get()
    change = StateChange.objects.get()
    assert (intake.client, intake.reference) == (caller.client, "HS-2026-0001")
    assert (change.source, change.name) == ("housing_system", "Housing system")


def test_sending_keeps_names_exactly(caller):
    name = {"first_names": "Åsa-Maríja ’O", "last_name": "𐐷 null", "hetu": MAIJA["hetu"]}

    sent = body(name)
    sent["main_applicant"]["email"] = "a@example.test"

    caller.post(sent)

    applicant = Applicant.objects.get()
    assert (applicant.first_names, applicant.last_name) == (name["first_names"], name["last_name"])


def test_sending_takes_as_many_queries_for_four_as_for_two(caller, django_assert_num_queries):
    caller.post(body(reference="first"), key="first")  # with one-off queries, such as of the limits

    for people in ([MAIJA, OLLI], [MAIJA, OLLI, VERA, VILLE]):
        # client, limit, answer, old answers; application, version, whose code has changed, who is protected,
        # applicants, their names, application again, change of state, the trail in two, what is told; invitations, all
        # letters; intake, people for the tag, answer; four savepoints, set and released, of which outside of tests two
        # are transactions
        lock = connection.vendor == "postgresql"  # for marks, one more
        with django_assert_num_queries(26 + lock):
            response = caller.post(body(*people, reference=f"of-{len(people)}"), key=f"of-{len(people)}")
        assert response.status_code == 201


def test_neither_cookie_nor_cached(caller):
    for response in (caller.post(body()), caller.get("K7M-P3X-Q4T"), caller.post(b"")):
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"


def test_no_csrf_token_is_needed(caller):
    caller.http.handler.enforce_csrf_checks = True

    assert caller.post(body()).status_code == 201


# --- Status ----------------------------------------------------------------------------------------------


def test_status_tells_how_each_applicant_stands(caller):
    document = body(MAIJA, OLLI, TEA)
    document["co_applicants"].append({**NO_CODE, "income": {"monthly_gross": 0}})
    sent = caller.post(document).json()
    confirm(Application.objects.get(), MAIJA)

    response = caller.get(sent["reference"])

    assert response.status_code == 200
    stands = response.json()
    assert {name: stands[name] for name in sent} == sent
    assert [(each["position"], each["progress"], each["method"]) for each in stands["applicants"]] == [
        (0, "confirmed", "bank"),
        (1, "waiting", None),
        (2, "not_needed", None),
        (3, "counter_only", None),
    ]
    assert stands["awaited"] == [1, 3]


def test_status_follows_the_application(caller):
    sent = caller.post(body()).json()
    confirm(Application.objects.get(), MAIJA)

    valid = caller.get(sent["reference"]).json()["state"]
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=92), tick=True):
        expired = caller.get(sent["reference"]).json()["state"]

    assert (valid, expired) == ("valid", "expired")


@pytest.mark.parametrize("condition", ["If-None-Match", "If-Match"])
def test_status_is_told_whatever_tag_of_the_content_is_sent_along(caller, condition):
    """The tag is of what people confirm, and the state changes without it."""
    sent = caller.post(body()).json()
    tag = caller.get(sent["reference"])["ETag"]
    confirm(Application.objects.get(), MAIJA)

    for known in (tag, '"another"'):
        answer = caller.get(sent["reference"], **{condition: known})
        assert (answer.status_code, answer.json()["state"]) == (200, "valid")


def test_status_by_a_number_typed_otherwise(caller):
    reference = caller.post(body()).json()["reference"]

    assert caller.get(reference.replace("-", "").lower()).status_code == 200


def test_status_of_another_client_equals_unknown(caller, stranger):
    reference = caller.post(body()).json()["reference"]

    answers = [stranger.get(number) for number in (reference, references.new(), "HS-2026-0001", "%00")]

    for answer in answers:
        assert answer.json() == {
            "type": "about:blank",
            "title": "Not found",
            "status": 404,
            "errors": [],
            "request_id": answer["X-Request-ID"],
        }


def test_status_takes_as_many_queries_for_four_as_for_two(caller, django_assert_num_queries):
    for people in ([MAIJA, OLLI], [MAIJA, OLLI, VERA, VILLE]):
        reference = caller.post(body(*people, reference=f"of-{len(people)}")).json()["reference"]
        # client, limit, application, applicants with invitations, history; what became of the invitations
        with django_assert_num_queries(6):
            caller.get(reference)


# --- Who may come in -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer ä"]
)
def test_token_missing_or_wrong_is_refused(caller, authorization):
    response = caller.post(body(), Authorization=authorization.format(token=caller.token))

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert problem_of(response)["title"] == "A valid token is needed"
    assert not Application.objects.exists()


def test_token_revoked_is_refused(caller):
    clients.revoke(caller.client)

    assert caller.post(body()).status_code == 401


def test_token_is_asked_before_the_body_is_read(caller):
    assert caller.post(b"{", Authorization="").status_code == 401


def test_refusals_are_limited_by_address(caller, stranger):
    with time_machine.travel("2026-11-21T12:00:10Z", tick=False):
        statuses = [caller.post(body(), Authorization="Bearer guess").status_code for _ in range(31)]
        last = caller.post(body(), Authorization="Bearer guess")
        rightful = stranger.get(references.new())

    assert statuses == [401] * 30 + [429]
    assert last["Retry-After"] == "60"
    assert problem_of(last)["title"] == "Too many requests"
    assert rightful.status_code == 404  # the right token is still taken from that address


def test_requests_are_limited_by_client(caller, stranger):
    with time_machine.travel("2026-11-21T12:00:10Z", tick=False):
        caller.get(references.new())
        RateCount.objects.update(count=299)
        statuses = [caller.get(references.new()).status_code for _ in range(2)]

        assert statuses == [404, 429]
        assert stranger.get(references.new()).status_code == 404


# --- Faults ----------------------------------------------------------------------------------------------


CONTROLS = "Control characters are not allowed"
OFFSET = "Give the time with its UTC offset, such as 2026-11-20T10:00:00Z"
INVALID_CODE = "Invalid personal identity code"


def changed(path, value):
    """Return the bytes of an application in which one value is another."""
    document = body(MAIJA, OLLI)
    *way, last = path
    inner = document
    for step in way:
        inner = inner[step]
    inner[last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value", "pointer", "detail"),
    [
        (("main_applicant", "hetu"), "010594Y9033", "/main_applicant/hetu", INVALID_CODE),
        (("co_applicants", 0, "hetu"), "020594-903", "/co_applicants/0/hetu", INVALID_CODE),
        (("co_applicants", 0, "hetu"), MAIJA["hetu"], "/co_applicants/0/hetu", "The same person is named twice"),
        (("main_applicant", "hetu"), TEA["hetu"], "/main_applicant/hetu", "The main applicant must be 18"),
        (("main_applicant", "last_name"), "a\u0000b", "/main_applicant/last_name", CONTROLS),
        (("content", "more"), "a\u0000b", "/content/more", CONTROLS),
        (("content", "wishes", "areas", 1), "a\u0000b", "/content/wishes/areas/1", CONTROLS),
        (("main_applicant", "email"), "maija", "/main_applicant/email", "Invalid email address"),
        (("main_applicant", "unknown"), 1, "/main_applicant/unknown", "Unknown name"),
        (("main_applicant", "a/b~c"), 1, "/main_applicant", "Unknown name"),
        (("main_applicant",), [], "/main_applicant", "Give an object in braces, such as {}"),
        (("content", "assurance"), False, "/content/assurance", "The assurance is missing"),
        (("sent_at",), "2999-01-01T00:00:00Z", "/sent_at", "The time lies ahead"),
        (("sent_at",), "2026-11-20T10:00:00", "/sent_at", OFFSET),
        (("co_applicants",), [{}] * 4, "/co_applicants", "Give at most 3 of these"),
    ],
)  # fmt: skip
def test_fault_is_pointed_at(caller, path, value, pointer, detail):
    response = caller.post(changed(path, value))

    assert response.status_code == 422
    assert faults_of(response) == [(pointer, detail)]
    assert problem_of(response)["type"] == "urn:heka-confirm:invalid-application"
    assert not Version.objects.exists()


def test_every_fault_is_pointed_at(caller):
    document = body(MAIJA, OLLI)
    del document["language"]
    document["main_applicant"]["hetu"] = "x"
    document["co_applicants"][0]["income"]["assets"] = "1_000"

    pointers = [pointer for pointer, _detail in faults_of(caller.post(document))]

    assert pointers == ["/language", "/main_applicant/hetu", "/co_applicants/0/income/assets"]


def test_faults_of_sense_are_told_once_there_are_none_of_form(caller):
    document = body(MAIJA, OLLI)
    document["content"] |= {"assurance": False, "more": ""}

    first = faults_of(caller.post(document))
    del document["content"]["more"]

    assert [pointer for pointer, _detail in first] == ["/content/more"]
    assert [pointer for pointer, _detail in faults_of(caller.post(document))] == ["/content/assurance"]


def test_faults_are_a_hundred_at_most(caller):
    document = {
        **body(),
        **dict.fromkeys((f"x_{'a' * n}" for n in range(30)), 1),
        "others_moving_in": [{}] * 20,
    }
    document["content"]["wishes"]["areas"] = [1] * 30
    document["main_applicant"] |= dict.fromkeys((f"y_{'a' * n}" for n in range(35)), 1)

    assert len(faults_of(caller.post(document))) == 100


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"{", "Not JSON at character 2"),
        (b"\xff", "Not UTF-8"),
        (b"\xef\xbb\xbf{}", "Not JSON at character 1"),
        (b'{"a": NaN}', "NaN and Infinity are not JSON"),
        (b'{"a": 1, "a": 2}', "A name stands twice in one object"),
        (b'{"a\\u0000": 1}', "A name holds control characters"),
        (b'{"\\ud800": 1}', "A name holds control characters"),
        (b"[" * 100_000, "Nested too deeply"),
        (b'{"a":' * 40_000, "Nested too deeply"),
        (b"1" * 5_000, "A number has too many digits"),
    ],
)
def test_body_that_is_not_json(caller, raw, detail):
    response = caller.post(raw)

    assert response.status_code == 400
    assert problem_of(response)["type"] == "urn:heka-confirm:not-json"
    assert faults_of(response) == [("", detail)]


def places_in(value, path=()):
    """Yield the path of every value that a value holds."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places_in(inner, (*path, step))


MAY_BE_ABSENT = {"first_names", "last_name", "address", "email", "phone", "language", "municipality", "rooms", "area",
                 "residents", "condition", "tenure", "rent", "area_min", "area_max"}  # fmt: skip
MAY_BE_EMPTY = {"co_applicants", "others_moving_in", "areas", "features"}


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ('"\\ud800"', set()),
        ('"\\udfff\\ud800"', set()),
        ('"\\u0000"', set()),
        (f'"{"x" * 2001}"', set()),
        ("1e400", set()),
        ("1" + "0" * 400, set()),
        ("-1", set()),
        ("true", {"assurance"}),
        ("null", MAY_BE_ABSENT),
        ("[]", MAY_BE_EMPTY),
        ("[[[]]]", set()),
        ("{}", set()),
    ],
    ids=lambda value: value[:10] if isinstance(value, str) else "",
)
def test_odd_value_in_every_place_is_a_fault_or_allowed(caller, text, may_be):
    taken = set()
    for path in places_in(body(MAIJA, OLLI)):
        RateCount.objects.all().delete()
        Intake.objects.all().delete()
        response = caller.post(changed(path, "ODD").replace(b'"ODD"', text.encode()))
        assert response.status_code in {201, 422}, path
        if response.status_code == 201:
            taken.add(path[-1])

    assert taken == may_be


def test_empty_body(caller):
    assert problem_of(caller.post(b""))["title"] == "The body is empty, or was sent without Content-Length"


def test_body_at_the_limit(caller, settings):
    raw = json.dumps(body()).encode()
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    taken = caller.post(raw + b" " * (limit - len(raw)))
    refused = caller.post(raw + b" " * (limit - len(raw) + 1))

    assert (taken.status_code, refused.status_code) == (201, 413)
    assert problem_of(refused)["title"] == "The body is larger than 256 KB"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_content_type_other_than_json(caller, content_type):
    response = caller.http.generic(
        "POST", APPLICATIONS, json.dumps(body()), content_type,
        headers={"Authorization": f"Bearer {caller.token}"},
    )  # fmt: skip

    assert response.status_code == 415
    assert problem_of(response)["title"] == "The content type must be application/json"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "ODD"])
def test_other_method(caller, method):
    response = caller.http.generic(method, APPLICATIONS)

    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}
    assert method == "HEAD" or problem_of(response)["title"] == "Method not allowed"


def test_description_is_only_read(caller):
    caller.http.handler.enforce_csrf_checks = True

    response = caller.http.post("/api/v1/openapi.json")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert problem_of(response)["title"] == "Method not allowed"


@pytest.mark.parametrize("path", ["x", "applications/", "applications/a/b", "docs"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path(caller, path, method):
    response = caller.http.generic(method, f"/api/v1/{path}")

    assert response.status_code == 404
    assert problem_of(response)["title"] == "Not found"
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


@pytest.mark.parametrize("path", ["applications", "x", "openapi.json", ""])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_every_answer_is_in_english_whatever_the_reader_speaks(caller, path, method):
    response = caller.http.generic(method, f"/api/v1/{path}", headers={"Accept-Language": "sv"})

    assert response["Content-Language"] == "en"


# --- Idempotency -----------------------------------------------------------------------------------------


def test_same_key_and_body_gets_the_same_answer(caller):
    raw = json.dumps(body()).encode()
    first = caller.post(raw, key="key")
    confirm(Application.objects.get(), MAIJA)

    second = caller.post(raw, key="key")

    assert (second.status_code, second.content) == (201, first.content)
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert second["Location"] == first["Location"]
    assert Application.objects.count() == 1


def test_same_key_and_other_body_is_a_conflict(caller):
    caller.post(body(reference="one"), key="key")

    response = caller.post(body(reference="two"), key="key")

    assert response.status_code == 409
    assert problem_of(response)["type"] == "urn:heka-confirm:key-reused"
    assert Application.objects.count() == 1


def test_same_key_of_another_client_is_another_key(caller, stranger):
    first, second = caller.post(body(), key="key"), stranger.post(body(), key="key")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["reference"] != second.json()["reference"]


@pytest.mark.parametrize("key", [None, "another"])
def test_same_reference_is_a_conflict_that_names_the_first(caller, key):
    first = caller.post(body(), key="key").json()

    response = caller.post(body(OLLI), key=key)

    assert response.status_code == 409
    assert problem_of(response)["type"] == "urn:heka-confirm:already-sent"
    assert problem_of(response)["application"] == first["reference"]
    assert Application.objects.count() == 1


def test_key_of_a_refused_request_can_be_used_again(caller):
    caller.post(body(TEA), key="key")

    assert caller.post(body(), key="key").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256, "a\tb"])
def test_key_of_a_wrong_form(caller, key):
    response = caller.post(body(), key=key)

    assert response.status_code == 400
    assert problem_of(response)["type"] == "urn:heka-confirm:invalid-key"


def test_longest_key(caller):
    assert caller.post(body(), key="~" * 255).status_code == 201


def test_answers_are_kept_for_two_days(caller):
    raw = json.dumps(body(reference="old")).encode()
    start = dt.datetime.now(dt.UTC)
    caller.post(raw, key="old")

    with time_machine.travel(start + dt.timedelta(hours=47), tick=True):
        caller.post(body(reference="in-between"), key="in-between")
        replayed = caller.post(raw, key="old")
    with time_machine.travel(start + dt.timedelta(hours=49), tick=True):
        caller.post(body(reference="new"), key="new")
        again = caller.post(raw, key="old")

    assert replayed["Idempotent-Replayed"] == "true"
    assert again.status_code == 409
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"in-between", "new"}


def test_answer_and_application_are_stored_together_or_not_at_all(caller, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the answer cannot be stored")

    monkeypatch.setattr(IdempotencyRecord.objects, "create", fail)
    caller.http.raise_request_exception = False

    response = caller.post(body(), key="key")

    assert response.status_code == 500
    assert not Application.objects.exists()


# --- Privacy ---------------------------------------------------------------------------------------------


def test_no_code_in_answers_or_logs(caller, caplog):
    """A code may stand anywhere in what is sent, and comes back from nowhere (R17)."""
    caplog.set_level(logging.DEBUG)
    code = MAIJA["hetu"]
    places = [
        (("main_applicant", "hetu"), code + "x"), (("main_applicant", "hetu"), {code: code}),
        (("main_applicant", code), code), (("content", "need", "homeless_since"), code),
        (("content", "assurance"), code), (("co_applicants", 0, "income", "assets"), code),
        (("content", "home", "rooms"), code), (("content", "wishes", "flat_types"), [code]),
        (("sent_at",), code), (("language",), code), (("main_applicant", "phone"), code),
        (("main_applicant", "email"), code), (("others_moving_in",), code), (("reference",), code + " "),
    ]  # fmt: skip

    answers = [caller.post(changed(path, value)) for path, value in places]
    answers += [
        caller.post(f'{{"{code}": 1, "{code}": 2'.encode()),
        caller.post(body(), key=f"{code} "),
        caller.post(body()),
    ]

    assert [answer.status_code for answer in answers] == [422] * len(places) + [400, 400, 201]
    assert not [answer for answer in answers if code in answer.content.decode() + str(answer.headers)]
    assert not [record for record in caplog.records if code in str(record.__dict__)]
    assert caplog.records  # of Django itself: the log is not just empty


def test_answer_kept_for_a_key_holds_nothing_of_the_people(caller):
    caller.post(body(), key="key")

    record = IdempotencyRecord.objects.get()
    assert set(record.answer) == {"reference", "state", "valid_until", "confirm_link"}
    assert MAIJA["hetu"] not in str(record.__dict__)


def test_location_is_where_the_status_is(caller):
    response = caller.post(body())

    assert response["Location"] == reverse("api:application_status", args=[response.json()["reference"]])
