"""Other open applications of the same adults: of those that become valid, one stays (R9)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Case, When

from applications import dates, letters, reading, states
from applications.enums import Transition
from applications.models import Applicant, Application, ApplicationQuerySet
from core.actors import Actor
from core.compiled import Compiled
from core.crypto import sealed
from identity.models import Person
from mailing import outbox


def rivals_of(application: Application) -> ApplicationQuerySet:
    """Return the other open applications in which an adult applicant of this one applies as an adult (R9)."""
    return _open(**_sought(application)).exclude(pk=application.pk)


def own_rivals(application: Application, person: Person) -> list[Application]:
    """Return those of them that the person may see, with their people, the latest first."""
    return reading.assembled(_OWN.rows(own=person.hetu_indexes, pk=application.pk, **_sought(application)))


def lock_with_rivals(application: Application) -> tuple[Application, list[Application]]:
    """Lock the application together with those it would replace, always in one order; return both with their people.

    Two applications of the same adults may be confirmed in the same second: the later one waits here, and then
    reads that it has been replaced (R9). Which ones would be replaced is looked up again under the lock: somebody may
    have left a rival meanwhile, or have come to apply in another one.
    """
    sought, keys = _sought(application), {application.pk}
    while True:
        keys.update(_KEYS.rows(**sought))
        with transaction.atomic():
            reading.lock_several(keys)
            # Only now can nobody else change them or their people. One that is open is among those of its own people.
            found = {each.pk: each for each in reading.assembled(_OPEN.rows(pk=application.pk, **sought))}
            locked = found.pop(application.pk, None) or reading.application(application.pk)
            former, sought = sought, _sought(locked)
            if sought == former and found.keys() <= keys:
                return locked, list(found.values())
            keys.update(found)
            transaction.set_rollback(True)  # gives the locks back, so that all of them are taken in their order


def replace_rivals(rivals: Iterable[Application], *, by: Actor, at: dt.datetime) -> None:
    """End locked applications whose place another one takes, and tell their people (R9)."""
    for rival in rivals:
        states.transition(rival, Transition.REPLACED, by=by, at=at)
        outbox.queue_letters(*letters.ended(rival))


def _sought(application: Application) -> dict[str, Any]:
    today = dates.today()
    return {
        "codes": [index for a in application.applicants if a.is_adult for index in a.hetu_indexes],
        "born_by": dates.youngest_adult_born(on=today),
        "today": today,
    }


def _open(codes: list[str], born_by: dt.date, today: dt.date) -> ApplicationQuerySet:
    """Return the open applications of these adults, with the one that they were taken from."""
    slots = Applicant.objects.filter(hetu_index__in=codes, birth_date__lte=born_by)
    return Application.objects.open(on=today).filter(current__in=slots.values("version"))


_KEYS = Compiled(lambda **sought: _open(**sought).values_list("pk", flat=True))
_OPEN = Compiled(
    lambda pk, **sought: (
        reading.people_of(_open(**sought))
        .annotate(sealed_content=Case(When(version__application=pk, then=sealed("version__content"))))
        .order_by("version__application", "position")
    )
)
_OWN = Compiled(
    lambda own, pk, **sought: reading.people_of(_open(**sought).for_codes(own).exclude(pk=pk)).order_by(
        "-version__application__sent_at", "position"
    )
)
