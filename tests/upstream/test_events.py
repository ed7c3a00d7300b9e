import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from applications import changes, deadlines, document
from applications.enums import Transition
from applications.models import Happening, StateChange
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm
from tests.cast import MAIJA, OLLI, TEA, VERA
from tests.counter.checks import check, confirm_here, undo
from tests.upstream.conftest import body, sent
from upstream import clients, events, intake
from upstream.models import Event, WebhookDelivery


def told(caller):
    """Return (what happened, state, version, waits for) of each event of a client's."""
    page = events.page(caller.client, Q(), after="0", limit=500)
    return [(e.type.rpartition(".")[2], str(e.data.state), e.data.version, e.data.waits_for) for e in page.events]


def test_each_change_of_state_is_one_event(caller):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    confirm(one, OLLI)

    assert (events.collect(), events.collect()) == (3, 0)
    assert told(caller) == [
        ("sent", "awaiting", 1, 2),
        ("person_confirmed", "awaiting", 1, 1),
        ("confirmed", "valid", 1, 0),
    ]


def test_event_tells_how_the_application_stood_then_however_late_it_is_collected(caller, time_machine):
    time_machine.move_to("2026-11-21T12:00:00+02:00")
    one = sent(caller, MAIJA, OLLI, TEA)
    first = one.version.digest
    confirm(one, MAIJA)
    confirm(one, OLLI)
    time_machine.shift(dt.timedelta(days=10))
    changed = document.parse(body(MAIJA, OLLI, VERA))
    second = changes.put(one, changed, tag=first, by=HOUSING_SYSTEM)
    confirm(one, VERA)
    changes.withdraw(one, by=HOUSING_SYSTEM)

    events.collect()

    page = events.page(caller.client, Q(), after="0", limit=10).events
    assert told(caller) == [
        ("sent", "awaiting", 1, 2),
        ("person_confirmed", "awaiting", 1, 1),
        ("confirmed", "valid", 1, 0),
        ("changed", "awaiting", 2, 3),
        ("person_confirmed", "awaiting", 2, 2),
        ("withdrawn", "withdrawn", 2, 0),
    ]
    assert [event.data.digest for event in page] == [first] * 3 + [second.digest] * 3
    assert [event.data.valid_until.isoformat() for event in page] == ["2027-02-19"] * 3 + ["2027-03-01"] * 3
    assert [event.data.from_state for event in page] == [None, "awaiting", "awaiting", "valid", "awaiting", "awaiting"]
    happened = Happening.objects.order_by("pk").values_list("at", flat=True)
    assert [event.time for event in page] == [at.isoformat() for at in happened]


def test_event_of_an_undoing_counts_only_what_counted_then(caller):
    one = sent(caller, MAIJA, OLLI)
    confirm(one, MAIJA)
    made = check(one, OLLI)
    confirm_here(one, OLLI)
    undo(made)

    events.collect()

    assert told(caller)[-1] == ("undone", "awaiting", 1, 1)


def test_envelope_is_that_of_cloudevents(caller, settings):
    one = sent(caller, MAIJA)
    events.collect()

    [event] = events.page(caller.client, Q(), after="0", limit=1).events
    assert event.model_dump(mode="json", exclude={"data", "time"}) == {
        "specversion": "1.0",
        "id": Event.objects.get().uid,
        "source": "http://testserver",
        "type": "fi.heka-confirm.application.sent",
        "subject": one.number,
        "datacontenttype": "application/json",
    }
    assert (event.data.reference, event.data.client_reference) == (one.number, "HS-2026-0001")


def test_event_names_nobody_and_holds_no_code(caller):
    sent(caller, MAIJA, OLLI)
    events.collect()

    text = str(events.page(caller.client, Q(), after="0", limit=1).model_dump_json())

    for who in (MAIJA, OLLI):
        assert [fact for fact in who.values() if fact in text] == []
    assert "@" not in text


def test_what_no_client_sent_is_no_event(caller):
    confirm(application(MAIJA), MAIJA)

    assert events.collect() == 0
    assert Event.objects.count() == 0


def test_changes_by_the_clock_are_events_too(caller, time_machine):
    time_machine.move_to("2026-11-21T12:00:00+02:00")
    one = sent(caller, MAIJA)
    time_machine.move_to("2027-03-21T12:00:00+02:00")
    deadlines.end(one)

    events.collect()

    assert told(caller)[-1] == ("lapsed", "lapsed", 1, 0)


def test_nobody_who_sends_or_confirms_waits_for_an_event(caller):
    """What is told is read from the rows afterwards; people wait for none of it."""
    with connection.execute_wrapper(_no_table_of_events):
        confirm(application(MAIJA), MAIJA)
        confirm(sent(caller, MAIJA), MAIJA)


def _no_table_of_events(execute, sql, params, many, context):
    assert not any(table in sql for table in ("upstream_event", "upstream_webhook"))
    return execute(sql, params, many, context)


@pytest.mark.parametrize("number", [1, 3])
def test_collecting_takes_as_many_queries_for_three_as_for_one(caller, django_assert_num_queries, number):
    for count in range(number):
        sent(caller, MAIJA, OLLI, reference=f"number-{count}")

    # who receives forms; newest and whether there are any, before and after; a savepoint and its release; newest,
    # clients, which applications, they, what happened, versions, applicants, confirmations; events; endpoints
    with django_assert_num_queries(17):
        assert events.collect() == number


def test_collecting_changes_takes_as_many_queries_for_three_as_for_one(caller, django_assert_num_queries):
    def change(one):
        caller.put(one.number, cast.changed(MAIJA, reference=one.intake.reference), one.version.digest)

    several = [sent(caller, MAIJA, reference=f"number-{count}") for count in range(4)]
    events.collect()
    change(several[0])
    with CaptureQueriesContext(connection) as captured:
        assert events.collect() == 1
    for_one = len(captured)  # requests forget what was captured
    for one in several[1:]:
        change(one)

    with django_assert_num_queries(for_one):
        assert events.collect() == 3


def test_change_that_commits_after_a_later_one_is_collected_by_the_next_look(caller):
    """PostgreSQL gives numbers out before it commits."""
    early = sent(caller, MAIJA, reference="early")
    sent(caller, OLLI, reference="late")
    events.collect()
    Event.objects.filter(application=early).delete()  # as if it had come to light only now

    assert events.collect() == 1


def test_earlier_changes_of_an_application_come_with_the_later_ones_however_far_back(caller):
    one = sent(caller, MAIJA)
    for number in range(5):
        sent(caller, MAIJA, reference=f"other-{number}")
    events.collect()
    Event.objects.filter(application=one).delete()
    confirm(one, MAIJA)

    assert events.collect(look_back=0) > 0
    of_one = Event.objects.filter(application=one).order_by("pk")
    assert [event.happening.kind for event in of_one] == ["sent", "confirmed"]


def test_late_look_finds_what_the_near_one_misses(caller):
    one = sent(caller, MAIJA)
    sent(caller, MAIJA, reference="other")
    events.collect()
    Event.objects.filter(application=one).delete()

    assert (events.collect(look_back=0), events.collect_late()) == (0, 1)


# --- The poll --------------------------------------------------------------------------------------------


def test_poll_pages_through_one_s_own_events(caller, stranger):
    for number in range(3):
        sent(caller, MAIJA, reference=f"own-{number}")
        sent(stranger, OLLI, reference=f"other-{number}")
    events.collect()

    first = caller.poll(limit=2).json()
    second = caller.poll(limit=2, after=first["next"]).json()
    third = caller.poll(limit=2, after=second["next"]).json()

    references = [event["data"]["client_reference"] for page in (first, second, third) for event in page["events"]]
    assert references == ["own-0", "own-1", "own-2"]
    assert [page["more"] for page in (first, second, third)] == [True, False, False]
    assert third["next"] == second["next"]


def test_poll_of_a_client_without_events_starts_at_the_start(caller):
    assert caller.poll().json() == {"events": [], "next": "0", "more": False}


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": "-1"}, {"limit": "0"}, {"limit": "501"}, {"after": "9" * 19}]
)
def test_poll_refuses_a_malformed_query(caller, query):
    response = caller.poll(**query)

    [name] = query
    assert (response.status_code, response.json()["type"]) == (400, "urn:heka-confirm:invalid-query")
    assert response.json()["title"] == f"The parameter {name} is malformed"
    [fault] = response.json()["errors"]
    assert fault["pointer"] == ""
    assert fault["detail"].startswith(f"{name}: Give ")


def test_time_whose_plus_became_a_blank_is_told_how_it_is_written(caller):
    path = "/api/v1/events?since=2026-11-20T10:00:00+02:00"

    response = caller.http.get(path, headers={"Authorization": f"Bearer {caller.token}"})

    [fault] = response.json()["errors"]
    assert response.status_code == 400
    assert fault["detail"] == (
        "since: Give a time as YYYY-MM-DDThh:mm:ss with its UTC offset, such as 2026-11-20T10:00:00Z; "
        "in an address + is written %2B"
    )


@pytest.mark.parametrize(("name", "faults"), [("afterr", ["Unknown parameter afterr"]), ("131052-308T", [])])
def test_unknown_parameter_is_named_if_its_name_is_plain(caller, name, faults):
    response = caller.poll(**{name: "1"})

    assert response.status_code == 400
    assert [fault["detail"] for fault in response.json()["errors"]] == faults
    assert "308T" not in response.text


def test_poll_refuses_a_parameter_that_it_does_not_know(caller):
    assert caller.poll(aftre="4711").status_code == 400


def test_poll_needs_a_token(client, db):
    assert client.get("/api/v1/events").status_code == 401


@pytest.mark.parametrize("events_", [1, 3])
def test_poll_takes_as_many_queries_for_three_events_as_for_one(caller, django_assert_num_queries, events_):
    for number in range(events_):
        sent(caller, MAIJA, reference=f"number-{number}")
    events.collect()
    caller.poll()

    with django_assert_num_queries(3):  # client, limit, events
        assert len(caller.poll().json()["events"]) == events_


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_cursor_skips_nothing_that_commits_later(client):
    """A transaction that began first commits last: its event gets the higher number, and no poll has passed it."""
    owner = clients.issue("Housing system")[0]
    began, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                intake.receive(document.parse(cast.document(MAIJA, reference="slow")), client=owner)
                began.set()
                may_commit.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(60)
    intake.receive(document.parse(cast.document(OLLI, reference="quick")), client=owner)
    events.collect()
    seen = events.page(owner, Q(), after="0", limit=10)
    may_commit.set()
    thread.join()
    events.collect()

    rest = events.page(owner, Q(), after=seen.next, limit=10)
    changes_ = dict(StateChange.objects.values_list("application__intake__reference", "pk"))
    assert changes_["slow"] < changes_["quick"]
    assert [event.data.client_reference for event in seen.events] == ["quick"]
    assert [event.data.client_reference for event in rest.events] == ["slow"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_event_of_a_collector_that_has_not_committed_keeps_the_next_one_back(client):
    owner = clients.issue("Housing system")[0]
    intake.receive(document.parse(cast.document(MAIJA, reference="first")), client=owner)
    collected, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                events.collect()
                collected.set()
                may_commit.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert collected.wait(60)
    intake.receive(document.parse(cast.document(OLLI, reference="second")), client=owner)
    meanwhile = events.collect()
    may_commit.set()
    thread.join()

    assert (meanwhile, events.collect()) == (0, 1)
    page = events.page(owner, Q(), after="0", limit=10)
    assert [event.data.client_reference for event in page.events] == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_many_collectors_make_each_event_once(client):
    owner = clients.issue("Housing system")[0]
    for number in range(20):
        intake.receive(document.parse(cast.document(MAIJA, reference=f"number-{number}")), client=owner)

    def run():
        try:
            events.collect()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Event.objects.count() == StateChange.objects.filter(transition=Transition.SENT).count() == 20
    assert WebhookDelivery.objects.count() == 0
