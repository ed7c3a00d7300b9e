"""Applications that were filled in here reach the one client that is named to receive them (J8)."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from applications.models import Application
from tests.applications.factories import application, confirm
from tests.cast import MAIJA, OLLI
from tests.interleaving import before_lock
from tests.upstream.conftest import body, sent
from upstream import events
from upstream.models import ApiClient, Event, Intake


@pytest.fixture
def receiving(caller):
    ApiClient.objects.filter(pk=caller.client.pk).update(receives_forms=True)
    return caller


def told(caller):
    events.collect()
    page = events.page(caller.client, Q(), after="0", limit=500)
    return [(event.type.rpartition(".")[2], event.data.client_reference) for event in page.events]


def test_receiver_hears_of_what_was_filled_in_here_and_reads_it(receiving):
    one = application(MAIJA, OLLI)
    confirm(one, MAIJA)

    assert told(receiving) == [("sent", None), ("person_confirmed", None)]
    found = receiving.get(f"{one.number}/document").json()
    assert (found["reference"], found["main_applicant"]["hetu"]) == (one.number, MAIJA["hetu"])
    assert receiving.get(one.number).json()["client_reference"] is None


def test_receiver_gives_it_a_number_of_its_own_once(receiving):
    one = application(MAIJA)
    told(receiving)
    known = receiving.get(f"{one.number}/document")
    mine = {**known.json(), "reference": "HS-77"}

    answer = receiving.put(one.number, mine, known["ETag"].strip('"'))

    assert (answer.status_code, answer.json()["version"], answer.json()["client_reference"]) == (200, 1, "HS-77")
    again = receiving.put(one.number, {**mine, "reference": "HS-78"}, known["ETag"].strip('"'))
    assert again.json()["type"] == "urn:heka-confirm:another-reference"


def test_number_that_the_receiver_has_given_to_another_is_refused(receiving):
    receiving.post(body(OLLI, reference="HS-1"))
    one = application(MAIJA)
    told(receiving)
    known = receiving.get(f"{one.number}/document")

    answer = receiving.put(one.number, {**known.json(), "reference": "HS-1"}, known["ETag"].strip('"'))

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:heka-confirm:already-sent")


def test_number_that_another_application_gets_at_that_moment_is_refused(receiving):
    one, other = application(MAIJA), application(OLLI)
    told(receiving)
    known = receiving.get(f"{one.number}/document")
    mine = {**known.json(), "reference": "HS-77"}

    with before_lock(lambda: Intake.objects.filter(application=other).update(reference="HS-77")):
        answer = receiving.put(one.number, mine, known["ETag"].strip('"'))

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:heka-confirm:already-sent")


def test_number_that_the_same_application_gets_at_that_moment_stays(receiving):
    one = application(MAIJA)
    told(receiving)
    known = receiving.get(f"{one.number}/document")

    with before_lock(lambda: Intake.objects.filter(application=one).update(reference="HS-1")):
        answer = receiving.put(one.number, {**known.json(), "reference": "HS-2"}, known["ETag"].strip('"'))

    assert answer.json()["type"] == "urn:heka-confirm:another-reference"


def test_nobody_else_hears_of_it(receiving, stranger):
    one = application(MAIJA)

    assert (len(told(receiving)), told(stranger), stranger.get(one.number).status_code) == (1, [], 404)


def test_without_a_receiver_nobody_hears_of_it(caller):
    application(MAIJA)

    assert (events.collect(), Intake.objects.count()) == (0, 0)


def test_receiver_that_is_named_later_gets_what_is_open_and_nothing_that_has_ended(caller):
    application(MAIJA)
    application(OLLI)
    Application.objects.filter(current__applicants__first_names=OLLI["first_names"]).update(state="withdrawn")
    events.collect()
    ApiClient.objects.filter(pk=caller.client.pk).update(receives_forms=True)

    assert told(caller) == [("sent", None)]


def test_receiver_that_is_named_much_later_gets_what_is_open_all_the_same(caller):
    early = application(MAIJA)
    Event.objects.all().delete()
    ApiClient.objects.filter(pk=caller.client.pk).update(receives_forms=True)
    sent(caller, OLLI, reference="late")
    events.collect(look_back=0)

    events.collect_late()

    assert early.number in [event["subject"] for event in caller.poll().json()["events"]]


def test_application_of_another_client_stays_its_own(receiving, stranger):
    stranger.post(body(MAIJA))
    events.collect()

    assert Intake.objects.get().client == stranger.client


def test_only_one_live_client_receives_forms(receiving, stranger):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.filter(pk=stranger.client.pk).update(receives_forms=True)
