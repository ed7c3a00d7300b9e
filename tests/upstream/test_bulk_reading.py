"""Many applications at once: listed, asked for, and compared with what the client knows."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from applications import references
from applications.models import Application
from identity.models import RateCount
from tests.applications.factories import confirm
from tests.cast import MAIJA, OLLI, VERA, VILLE
from tests.upstream.conftest import body, sent
from upstream import events
from upstream.models import Event

PEOPLE = (MAIJA, OLLI, VERA, VILLE)


def send_several(caller, number, *people):
    """Send applications under the client's own numbers no-0, no-1 and so on; return them. Each of PEOPLE has one."""
    return [sent(caller, *(people or [PEOPLE[n % 4]]), reference=f"no-{n}") for n in range(number)]


def listed(response):
    assert response.status_code == 200, response.content
    return [each["client_reference"] for each in response.json()["applications"]]


def known(*applications, **otherwise):
    """Return what a client knows of applications as they stand."""
    return [
        {"reference": one.number, "version": one.version.number, "state": one.status, **otherwise}
        for one in applications
    ]


# --- The list --------------------------------------------------------------------------------------------


@time_machine.travel("2026-11-21T12:00:00Z", tick=False)
def test_list_tells_of_each_application_in_short(caller):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)

    assert caller.list().json() == {
        "applications": [
            {
                "reference": one.number,
                "client_reference": "HS-2026-0001",
                "state": "awaiting",
                "version": 1,
                "digest": one.version.digest,
                "valid_until": "2027-02-19",
                "waits_for": 1,
                "state_changed_at": "2026-11-21T12:00:00Z",
            }
        ],
        "next": str(one.intake.pk),
        "more": False,
    }


def test_list_comes_in_pages_in_which_each_stands_once_however_it_changes(caller):
    several = send_several(caller, 5)

    first = caller.list({"limit": 2})
    caller.withdraw(several[0].number)
    sent(caller, MAIJA, reference="no-5")
    pages = [first]
    while pages[-1].json()["more"]:
        pages.append(caller.list({"limit": 2, "after": pages[-1].json()["next"]}))

    assert [listed(page) for page in pages] == [["no-0", "no-1"], ["no-2", "no-3"], ["no-4", "no-5"]]
    after_all = caller.list({"after": pages[-1].json()["next"]}).json()
    assert after_all == {"applications": [], "next": pages[-1].json()["next"], "more": False}


def test_list_holds_ones_own_only(caller, stranger):
    sent(caller, MAIJA)

    assert listed(stranger.list()) == []
    assert listed(stranger.list({"client_reference": "HS-2026-0001"})) == []


def test_application_is_found_by_the_clients_own_number(caller):
    send_several(caller, 12)

    assert listed(caller.list({"client_reference": "no-1"})) == ["no-1"]
    assert listed(caller.list({"client_reference": "NO-1"})) == []


def test_list_of_states(caller):
    _waits, valid, withdrawn = send_several(caller, 3)
    confirm(valid, OLLI)
    caller.withdraw(withdrawn.number)

    assert listed(caller.list({"state": "valid"})) == ["no-1"]
    assert listed(caller.list({"state": ["awaiting", "withdrawn"]})) == ["no-0", "no-2"]
    assert listed(caller.list({"state": ["lapsed", "expired", "replaced"]})) == []
    assert listed(caller.list({"state": ["awaiting", "valid"], "client_reference": "no-1"})) == ["no-1"]


def test_list_goes_by_the_state_of_today_before_the_clock_has_stored_it(caller):
    """R5"""
    _waits, valid = send_several(caller, 2)
    confirm(valid, OLLI)

    with time_machine.travel(timezone.now() + dt.timedelta(days=100), tick=True):
        found = {state: listed(caller.list({"state": state})) for state in ("awaiting", "valid", "lapsed", "expired")}
        states = [each["state"] for each in caller.list().json()["applications"]]

    assert found == {"awaiting": [], "valid": [], "lapsed": ["no-0"], "expired": ["no-1"]}
    assert states == ["lapsed", "expired"]


def test_list_of_what_has_changed_since(caller):
    """By when it was known here: one that was sent long ago may have come a moment ago."""
    old, _new = (sent(caller, who, reference=name) for who, name in ((MAIJA, "old"), (OLLI, "new")))
    events.collect()
    Event.objects.filter(application=old).update(collected_at="2026-11-01T12:00:00Z")

    def since(moment, **filters):
        return listed(caller.list({"changed_since": moment, **filters}))

    assert since("2026-11-02T00:00:00Z") == ["new"]
    assert since("2026-11-01T00:00:00Z") == ["old", "new"]
    assert since("2026-11-02T00:00:00Z", state="valid") == []
    confirm(old, MAIJA)
    events.collect()
    assert since("2026-11-02T00:00:00Z", state="valid") == ["old"]


def test_list_shows_a_new_version(caller):
    one = sent(caller, MAIJA)

    caller.put(one.number, body(MAIJA, OLLI), one.version.digest)

    summary = caller.list().json()["applications"][0]
    one.refresh_from_db()
    assert (summary["version"], summary["digest"], summary["waits_for"]) == (2, one.version.digest, 2)


def test_whoever_is_withdrawn_waits_for_nobody(caller):
    caller.withdraw(sent(caller, MAIJA).number)

    assert caller.list().json()["applications"][0]["waits_for"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"stat": "valid"},
        {"state": "open"},
        {"client_reference": "\0"},
        {"changed_since": "yesterday"},
        {"changed_since": "2026-11-21T12:00:00"},
        {"after": "K7M"},
        {"limit": 0},
        {"limit": 501},
    ],
)
def test_list_refuses_what_it_does_not_understand(caller, query):
    response = caller.list(query)

    assert (response.status_code, response.json()["type"]) == (400, "urn:heka-confirm:invalid-query")


@pytest.mark.parametrize("number", [1, 4])
def test_list_takes_as_many_queries_for_many_as_for_one(caller, number, django_assert_num_queries):
    send_several(caller, number, *PEOPLE[:number])

    with django_assert_num_queries(5):  # client, limit, applications, applicants, changes
        assert len(listed(caller.list())) == number


# --- Several statuses ------------------------------------------------------------------------------------


def test_statuses_come_as_each_alone_in_the_order_in_which_they_are_asked(caller):
    several = send_several(caller, 4)
    confirm(several[2], VERA)

    asked = {
        "references": [several[2].number, several[0].reference.lower(), several[2].number],
        "client_references": ["no-3", "no-0"],
    }
    answer = caller.ask("statuses", asked).json()

    alone = [caller.get(several[n].number).json() for n in (2, 0, 3)]
    assert answer == {"applications": alone, "unknown": []}


def test_statuses_of_others_are_as_unknown_as_what_is_not_there(caller, stranger):
    others = sent(stranger, MAIJA)
    number = references.display(references.new())

    asked = {"references": [others.number, number, "x", "x"], "client_references": ["HS-2026-0001"]}
    answer = caller.ask("statuses", asked).json()

    assert answer == {"applications": [], "unknown": [others.number, number, "x", "HS-2026-0001"]}


@pytest.mark.parametrize("number", [2, 4])
def test_statuses_take_as_many_queries_for_many_as_for_few(caller, number, django_assert_num_queries):
    several = send_several(caller, number, *PEOPLE[:number])
    asked = {"references": [one.number for one in several], "client_references": ["no-0"]}

    with django_assert_num_queries(7):  # client, limit, the own numbers, and the four of what statuses tell
        assert len(caller.ask("statuses", asked).json()["applications"]) == number


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"references": ["x"] * 501}, "/references"),
        ({"references": ["x"] * 251, "client_references": ["x"] * 250}, ""),
        ({"references": ["x" * 65]}, "/references/0"),
        ({"client_references": ["a", "\0"]}, "/client_references/1"),
        ({"reference": ["x"]}, "/reference"),
    ],
)
def test_fault_in_what_is_asked_is_pointed_at(caller, asked, pointer):
    response = caller.ask("statuses", asked)

    details = response.json()
    assert (response.status_code, details["type"]) == (422, "urn:heka-confirm:invalid-body")
    assert details["title"] == "The body has faults"
    assert [fault["pointer"] for fault in details["errors"]] == [pointer]


def test_statuses_of_nothing_are_none(caller):
    assert caller.ask("statuses", {}).json() == {"applications": [], "unknown": []}


# --- Reconciling -----------------------------------------------------------------------------------------


def test_what_is_known_rightly_is_not_named(caller):
    several = send_several(caller, 3)

    assert caller.ask("reconcile", {"applications": known(*several)}).json() == {"different": [], "unknown": []}


def test_what_differs_comes_as_it_stands_in_the_order_in_which_it_was_sent(caller):
    changed, same, valid = send_several(caller, 3)
    asked = known(valid, same, changed, valid)
    caller.put(changed.number, body(MAIJA, VILLE, reference="no-0"), changed.version.digest)
    confirm(valid, VERA)

    answer = caller.ask("reconcile", {"applications": asked}).json()

    summaries = {each["client_reference"]: each for each in caller.list().json()["applications"]}
    assert answer == {"different": [summaries["no-2"], summaries["no-0"]], "unknown": []}


def test_state_of_today_differs_before_the_clock_has_stored_it(caller):
    """R5"""
    asked = known(sent(caller, MAIJA))

    with time_machine.travel(timezone.now() + dt.timedelta(days=100), tick=True):
        answer = caller.ask("reconcile", {"applications": asked}).json()

    assert [each["state"] for each in answer["different"]] == ["lapsed"]


def test_what_the_client_has_not_is_unknown(caller, stranger):
    others = sent(stranger, MAIJA)

    asked = [*known(others), *known(others, reference="x")]

    assert caller.ask("reconcile", {"applications": asked}).json() == {
        "different": [],
        "unknown": [others.number, "x"],
    }


@pytest.mark.parametrize("number", [1, 4])
def test_reconciling_takes_as_many_queries_for_many_as_for_one(caller, number, django_assert_num_queries):
    several = send_several(caller, number, *PEOPLE[:number])
    right, wrong = known(*several), known(*several, version=7)

    with django_assert_num_queries(3):  # client, limit, applications
        caller.ask("reconcile", {"applications": right})
    with django_assert_num_queries(6):  # and of those that differ: applications, applicants, changes
        assert len(caller.ask("reconcile", {"applications": wrong}).json()["different"]) == number


@pytest.mark.parametrize(
    ("what", "pointer"),
    [
        ({"version": 0}, "/applications/0/version"),
        ({"version": "1"}, "/applications/0/version"),
        ({"state": "open"}, "/applications/0/state"),
        ({"reference": 7}, "/applications/0/reference"),
        ({"more": 1}, "/applications/0/more"),
    ],
)
def test_fault_in_what_is_known_is_pointed_at(caller, what, pointer):
    asked = [{"reference": "K7M-P3X-Q4T", "version": 1, "state": "valid", **what}]

    response = caller.ask("reconcile", {"applications": asked})

    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]


def test_five_hundred_are_the_most(caller):
    asked = [{"reference": "K7M-P3X-Q4T", "version": 1, "state": "valid"}] * 500

    assert caller.ask("reconcile", {"applications": asked}).status_code == 200
    assert caller.ask("reconcile", {"applications": [*asked, asked[0]]}).status_code == 422


def test_reading_in_bulk_changes_nothing(caller):
    one = sent(caller, MAIJA)
    before = Application.objects.values().get()

    caller.list()
    caller.ask("statuses", {"references": [one.number]})
    caller.ask("reconcile", {"applications": known(one, version=9)})

    assert Application.objects.values().get() == before


def test_reading_in_bulk_needs_a_token(client, db):
    assert client.get("/api/v1/applications").status_code == 401
    assert client.post("/api/v1/statuses", {}, content_type="application/json").status_code == 401
    assert client.post("/api/v1/reconcile", {}, content_type="application/json").status_code == 401
    assert not RateCount.objects.filter(key__startswith="api:").exists()
