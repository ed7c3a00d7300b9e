"""`python -m chaos.within.controls`: whether each invariant can fail. Each control spoils a sound database in one way.

It does so as somebody with all rights on the database does, in a transaction that is taken back. Prints, as JSON, what
was found of each control.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import django
from django.db import transaction

if __name__ == "__main__":
    django.setup()

from applications import document
from applications.models import Application, Confirmation, Happening, Version
from chaos.within.invariants import Seen, losses
from core.actors import Actor, Role, Source
from mailing.models import Letter, new_message_id
from records import trail
from records.enums import Event as TrailEvent
from records.models import Entry
from records.names import applicant_subject, application_chain
from tests import cast
from tests.applications import factories
from tests.applications.verification.spoilers import drop_guards
from upstream import clients, endpoints, events, intake
from upstream.models import ApiClient, Event, WebhookDelivery

Control = Callable[[Seen], Seen]
CONTROLS: dict[str, tuple[str, Control]] = {}


def breaks(name: str) -> Callable[[Control], Control]:
    """Enter the decorated function: it spoils something, or what was seen, so that this invariant does not hold."""

    def enter(spoil: Control) -> Control:
        CONTROLS[spoil.__name__.strip("_")] = name, spoil
        return spoil

    return enter


def arrange() -> Seen:
    """Let an application of two be confirmed, and all letters and events arrive; return what was seen of it."""
    owner = ApiClient.objects.first() or clients.issue("Housing system")[0]
    if not owner.endpoints.exists():
        endpoints.add(owner, "https://housing.example.fi/events")
    letters, told = set(Letter.objects.values_list("pk", flat=True)), set(Event.objects.values_list("pk", flat=True))
    both = (cast.MAIJA, cast.OLLI)
    sent = intake.receive(document.parse(cast.document(*both, reference="controls")), client=owner)
    given = [factories.confirm(sent, who) for who in both]
    events.collect()
    own = Letter.objects.exclude(pk__in=letters)
    own.filter(dropped_at=None).update(sent_at=given[0].confirmed_at, attempts=1)
    deliveries = WebhookDelivery.objects.exclude(event__in=told)
    deliveries.update(delivered_at=given[0].confirmed_at, attempts=1)
    return Seen(
        acknowledged=[one.applicant_id for one in given],
        letters=list(own.filter(attempts=1).values_list("message_id", flat=True)),
        events=list(deliveries.values_list("event__uid", flat=True)),
    )


def play() -> dict[str, Any]:
    """Return what is found of the sound database, and of each control: the invariant that it breaks, and those that do
    not hold then."""
    with transaction.atomic():
        seen = arrange()
        drop_guards()
        found: dict[str, Any] = {"sound": losses(seen), "controls": {}}
        for name, (invariant, spoil) in CONTROLS.items():
            with transaction.atomic():
                found["controls"][name] = {"breaks": invariant, "found": [*losses(spoil(seen))]}
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    return found


def _confirmation() -> Confirmation:
    return Confirmation.objects.select_related("applicant__version__application").latest("pk")


def _receipt() -> Letter:
    return Letter.objects.filter(message="receipt").latest("pk")


@breaks("acknowledged")
def _confirmation_lost(seen: Seen) -> Seen:
    own = Confirmation.objects.filter(pk=_confirmation().pk)
    own._raw_delete(own.db)
    return seen


@breaks("once")
def _confirmed_twice_by_one_person(seen: Seen) -> Seen:
    last = _confirmation()
    former = Confirmation.objects.exclude(pk=last.pk).filter(applicant__version=last.applicant.version).get()
    Confirmation.objects.filter(pk=last.pk).update(person=former.person)
    return seen


@breaks("letters")
def _letter_lost(seen: Seen) -> Seen:
    _receipt().delete()
    return seen


@breaks("letters")
def _letter_doubled(seen: Seen) -> Seen:
    receipt = _receipt()
    receipt.pk, receipt.key, receipt.message_id = None, f"{receipt.key}:again", new_message_id()
    receipt.code_hash = "another"
    receipt.save()
    return seen


@breaks("letters")
def _letter_without_cause(seen: Seen) -> Seen:
    receipt = _receipt()
    Letter.objects.filter(pk=receipt.pk).update(key=f"receipt:{_confirmation().pk + 1}:{receipt.key.split(':')[2]}")
    return seen


@breaks("trail")
def _entry_lost(seen: Seen) -> Seen:
    last = Entry.objects.filter(event=TrailEvent.PERSON_CONFIRMED).latest("pk")
    Entry.objects.filter(pk=last.pk)._raw_delete("default")
    return seen


@breaks("trail")
def _entry_without_cause(seen: Seen) -> Seen:
    given = _confirmation()
    trail.append_event(
        TrailEvent.PERSON_CONFIRMED,
        chain=application_chain(given.applicant.version.application_id),
        by=Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name="Nobody"),
        subject=applicant_subject(given.applicant_id),
        confirmation=given.pk + 1,
    )
    return seen


@breaks("state")
def _state_forged(seen: Seen) -> Seen:
    Application.objects.filter(pk=_confirmation().applicant.version.application_id).update(state="awaiting")
    return seen


@breaks("state")
def _state_kept_without_its_confirmation(seen: Seen) -> Seen:
    given = _confirmation()
    Confirmation.objects.filter(pk=given.pk).update(undone_at=given.confirmed_at)
    return seen


@breaks("events")
def _told_twice(seen: Seen) -> Seen:
    told = Happening.objects.filter(applicant=_confirmation().applicant, kind="confirmed").get()
    told.pk, told.change, told.kind = None, None, "person_confirmed"
    told.save()
    return seen


@breaks("events")
def _event_lost(seen: Seen) -> Seen:
    return replace(seen, events=(seen.events or [])[1:])


@breaks("events")
def _event_undelivered(seen: Seen) -> Seen:
    WebhookDelivery.objects.filter(event__uid__in=seen.events or []).update(delivered_at=None)
    return seen


@breaks("events")
def _event_doubled(seen: Seen) -> Seen:
    return replace(seen, events=[*(seen.events or []), *(seen.events or [])[:1]])


@breaks("sent")
def _letter_never_sent(seen: Seen) -> Seen:
    Letter.objects.filter(pk=_receipt().pk).update(sent_at=None)
    return seen


@breaks("sent")
def _letter_sent_to_nobody(seen: Seen) -> Seen:
    return replace(seen, letters=(seen.letters or [])[1:])


@breaks("sent")
def _letter_sent_twice(seen: Seen) -> Seen:
    return replace(seen, letters=[*(seen.letters or []), *(seen.letters or [])[:1]])


@breaks("records")
def _chain_cut(seen: Seen) -> Seen:
    chain = application_chain(_confirmation().applicant.version.application_id)
    last = Entry.objects.filter(chain__name=chain).latest("number")
    Entry.objects.filter(pk=last.pk)._raw_delete("default")
    return seen


@breaks("applications")
def _version_altered(seen: Seen) -> Seen:
    Version.objects.filter(pk=_confirmation().applicant.version_id).update(digest="0" * 64)
    return seen


if __name__ == "__main__":
    print(json.dumps(play()))
