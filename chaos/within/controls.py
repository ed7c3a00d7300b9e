"""`python -m chaos.within.controls`: whether each invariant can fail. Each control spoils a sound database in one way.

It does so as somebody with all rights on the database does, or as a fault would leave the rows if the guard against it
were taken out, in a transaction that is taken back. Prints, as JSON, what was found of each control.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import django
from django.db import connection, models, transaction

if __name__ == "__main__":
    django.setup()

from applications import changes, document
from applications.models import Application, Confirmation, Happening, Invitation, StateChange, Version
from chaos.within.invariants import INVARIANTS, OWED, Seen, losses
from identity.models import AccountLink
from mailing.models import Letter
from records import trail
from records.enums import Event as TrailEvent
from records.models import Entry
from records.names import applicant_subject, application_chain
from tests import cast
from tests.applications import factories
from tests.applications.verification.spoilers import drop_guards
from tests.counter.checks import check, confirm_here, issue, undo
from upstream import clients, endpoints, events, intake
from upstream.models import ApiClient, Event, Intake, WebhookDelivery

Control = Callable[[Seen], Seen | None]
CONTROLS: dict[str, tuple[set[str], Control]] = {}


def breaks(*names: str) -> Callable[[Control], Control]:
    """Enter the decorated function: it spoils rows, or returns what was seen otherwise, so that these do not hold."""

    def enter(spoil: Control) -> Control:
        CONTROLS[spoil.__name__.strip("_")] = set(names), spoil
        return spoil

    return enter


def arrange() -> Seen:
    """Let one application be confirmed by two, one be undone, one end, and all letters and events arrive."""
    owner = ApiClient.objects.first() or clients.issue("Housing system")[0]
    if not owner.endpoints.exists():
        endpoints.add(owner, "https://housing.example.fi/events")
    letters, told = set(Letter.objects.values_list("pk", flat=True)), set(Event.objects.values_list("pk", flat=True))
    households = {"controls": (cast.MAIJA, cast.OLLI), "undone": (cast.VERA, cast.VILLE), "ended": (cast.OTSO,)}
    confirmed, undone, ended = (
        intake.receive(document.parse(cast.document(*people, reference=reference)), client=owner)
        for reference, people in households.items()
    )
    made = check(undone, cast.VILLE)
    confirm_here(undone, cast.VILLE)
    issue(made)
    undo(made)
    changes.withdraw(ended, by=factories.actor(cast.OTSO))
    given = [factories.confirm(confirmed, who) for who in households["controls"]]
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
    """Return what is found of the sound database and of each control, and the invariants that have no control."""
    with transaction.atomic():
        seen = arrange()
        drop_guards()
        found: dict[str, Any] = {"sound": losses(seen), "unguarded": sorted(INVARIANTS), "controls": {}}
        for name, (broken, spoil) in CONTROLS.items():
            with transaction.atomic():
                places = losses(spoil(seen) or seen)
                transaction.set_rollback(True)
            found["controls"][name] = {"found": [*places], "missed": sorted(broken - places.keys())}
            found["unguarded"] = sorted({*found["unguarded"]} - broken)
        transaction.set_rollback(True)
    return found


def _confirmation() -> Confirmation:
    return Confirmation.objects.select_related("applicant__version__application").latest("pk")


def _confirmed() -> models.QuerySet[Application]:
    return Application.objects.filter(pk=_confirmation().applicant.version.application_id)


def _receipt() -> Letter:
    return Letter.objects.filter(message="receipt").latest("pk")


def _copy(row: Any, **different: Any) -> Any:
    fields = [each.attname for each in row._meta.concrete_fields if not each.primary_key]
    return type(row)._default_manager.create(**{**{name: getattr(row, name) for name in fields}, **different})


@breaks("acknowledged")
def _confirmation_lost(seen: Seen) -> None:
    own = Confirmation.objects.filter(pk=_confirmation().pk)
    own._raw_delete(own.db)


@breaks("once")
def _confirmed_twice(seen: Seen) -> None:
    connection.cursor().execute("DROP INDEX confirmation_once")
    at_the_counter = Confirmation.objects.exclude(undone_at=None).latest("pk")
    for number in ("222222222", "333333333"):
        _copy(at_the_counter, number=number, undone_at=None, person_id=None)


@breaks("once")
def _confirmed_twice_by_one_person(seen: Seen) -> None:
    last = _confirmation()
    former = Confirmation.objects.exclude(pk=last.pk).filter(applicant__version=last.applicant.version).get()
    Confirmation.objects.filter(pk=last.pk).update(person=former.person)


def _lose_letter_of(kind: str) -> None:
    def lose(seen: Seen) -> None:
        Letter.objects.filter(pk=Letter.objects.filter(message=kind).latest("pk").pk).delete()

    lose.__name__ = f"letter_lost_{kind}"
    breaks("letters")(lose)


# Those of the other ends are found as that of a withdrawal is.
for _kind in sorted({*OWED} - {"lapsed", "expired", "replaced", "account_password_set"}):
    _lose_letter_of(_kind)


@breaks("letters")
def _password_set_and_not_told(seen: Seen) -> None:
    AccountLink.objects.update(used_at=_confirmation().confirmed_at, replaced_at=None)


@breaks("letters")
def _letter_doubled(seen: Seen) -> None:
    _copy(_receipt(), key=f"{_receipt().key}:again", message_id="<again@example.test>", code_hash=None)


@breaks("letters")
def _letter_to_somebody_else(seen: Seen) -> None:
    Letter.objects.filter(pk=_receipt().pk).update(recipient=applicant_subject(0))


@breaks("letters")
def _letter_without_cause(seen: Seen) -> None:
    Invitation.objects.filter(pk=Invitation.objects.latest("pk").pk).delete()


@breaks("trail")
def _entry_lost(seen: Seen) -> None:
    last = Entry.objects.filter(event=TrailEvent.PERSON_CONFIRMED).latest("pk")
    Entry.objects.filter(pk=last.pk)._raw_delete("default")


@breaks("trail")
def _entry_without_cause(seen: Seen) -> None:
    given = _confirmation()
    trail.append_event(
        TrailEvent.PERSON_CONFIRMED,
        chain=application_chain(given.applicant.version.application_id),
        by=factories.HOUSING_SYSTEM,
        subject=applicant_subject(given.applicant_id),
        confirmation=given.pk + 1,
    )


@breaks("state")
def _state_forged(seen: Seen) -> None:
    StateChange.objects.filter(pk=_confirmed().get().changes.latest("pk").pk).update(to_state="withdrawn")


@breaks("state")
def _state_kept_without_its_confirmation(seen: Seen) -> None:
    given = _confirmation()
    Confirmation.objects.filter(pk=given.pk).update(undone_at=given.confirmed_at)


@breaks("whole")
def _number_lost(seen: Seen) -> None:
    Intake.objects.filter(application__in=_confirmed()).delete()


@breaks("whole")
def _version_lost(seen: Seen) -> None:
    _confirmed().update(current=None)


@breaks("told")
def _confirmation_told_twice(seen: Seen) -> None:
    _copy(Happening.objects.filter(kind="person_confirmed").latest("pk"))


@breaks("told")
def _change_not_told(seen: Seen) -> None:
    told = Happening.objects.filter(kind="confirmed").latest("pk")
    Happening.objects.filter(pk=told.pk).update(change=None, kind="person_confirmed")


@breaks("told")
def _change_told_twice(seen: Seen) -> None:
    told = Happening.objects.filter(kind="sent").latest("pk")
    _copy(told, change_id=_copy(told.change).pk)


@breaks("queued", "events arrived")
def _delivery_lost(seen: Seen) -> None:
    WebhookDelivery.objects.latest("pk").delete()


@breaks("events arrived")
def _event_not_collected(seen: Seen) -> None:
    _copy(Happening.objects.latest("pk"), change_id=None, kind="error_reported")


@breaks("letters arrived", "events arrived")
def _never_left(seen: Seen) -> Seen:
    receipt = _receipt()
    Letter.objects.filter(pk=receipt.pk).update(sent_at=None)
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.latest("pk").pk).update(delivered_at=None)
    return replace(seen, letters=[each for each in seen.letters or [] if each != receipt.message_id])


@breaks("letters arrived", "events arrived")
def _nobody_took_it(seen: Seen) -> Seen:
    return replace(seen, letters=(seen.letters or [])[1:], events=(seen.events or [])[1:])


@breaks("letters arrived", "events arrived")
def _taken_twice(seen: Seen) -> Seen:
    letters, told = seen.letters or [], seen.events or []
    return replace(seen, letters=[*letters, *letters[:1]], events=[*told, *told[:1]])


@breaks("records")
def _chain_cut(seen: Seen) -> None:
    last = Entry.objects.filter(chain__name=application_chain(_confirmed().get().pk)).latest("number")
    Entry.objects.filter(pk=last.pk)._raw_delete("default")


@breaks("applications")
def _version_altered(seen: Seen) -> None:
    Version.objects.filter(pk=_confirmation().applicant.version_id).update(digest="0" * 64)


if __name__ == "__main__":
    print(json.dumps(play()))
