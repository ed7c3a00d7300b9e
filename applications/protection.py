"""The mark of non-disclosure for personal safety (R16).

It belongs to the person: it holds in every application in which they apply, open or ended, whichever door it came by.
Staff, the housing system and the identified person set it so. Anybody else marks only the application that they
send, for whoever fills in the form may write any code there. Staff alone remove it: an application without the mark
does not say that the person needs none.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from django.db import connection
from django.db.models import Q

from applications import names
from applications.models import Applicant, Application
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, Source
from core.compiled import Compiled
from core.transactions import atomically
from identity.people import acting_person
from records.enums import Event

TRUSTED = {Source.HOUSING_SYSTEM, Source.COUNTER}  # these set the mark for anybody, as R16 has it
ADVISORY = 16  # the first half of each lock's key; any number will do that nothing else here uses
LOCKS = 256
NO_CODE, NO_DAY = "", dt.date.min  # which nobody has


class Named(Protocol):
    """Somebody's name, in whatever row it stands."""

    @property
    def first_names(self) -> str: ...
    @property
    def last_name(self) -> str: ...


def mark_slots(slots: Sequence[Applicant], application: Application, *, by: Actor) -> None:
    """Mark the new slots, not yet stored, of people who are marked already or whom their sender marks.

    `protected` tells whom the sender marks. A mark that is the person's is set in all their stored slots too. The
    caller has called lock_born().
    """
    known = _candidates(slots)
    theirs = [_of_person(slot, known) for slot in slots]
    sender = acting_person(by)
    own = sender.hetu_indexes if sender else []
    for slot, stored in zip(slots, theirs, strict=True):
        is_here = any(each.protected and each.version.application_id == application.pk for each in stored)
        is_theirs = any(each.protected and not each.protected_here_only for each in stored)
        # Whoever sends back a mark of this application, which they have read, says nothing of the person.
        is_given = slot.protected and not is_here and (by.source in TRUSTED or slot.hetu_index in own)
        slot.protected_here_only = (slot.protected or is_here) and not (is_theirs or is_given)
        slot.protected = slot.protected or is_here or is_theirs
    marked = [
        each
        for slot, stored in zip(slots, theirs, strict=True)
        if slot.protected and not slot.protected_here_only
        for each in stored
    ]
    _write(marked, protected=True, by=by)


def birthdays_of_marked(days: Collection[dt.date]) -> set[dt.date]:
    """Return those of these days on which somebody who is marked was born: nobody else can bring a mark along."""
    return set(Applicant.objects.filter(birth_date__in=days, protected=True).values_list("birth_date", flat=True))


@atomically
def set_mark(applicant: Applicant, *, protected: bool, by: Actor) -> None:
    """Set or remove the mark in every application in which this person applies, former versions included."""
    lock_born([applicant.birth_date], is_changing=True)
    _write(slots_of_person(applicant), protected=protected, by=by)


def join_marks(applicant: Applicant, *, by: Actor) -> None:
    """Let a mark of this person hold in all their slots, once it is known that they are one person's.

    A mark of one application stays in that application. The caller has called lock_born().
    """
    slots = slots_of_person(applicant)
    if any(each.protected and not each.protected_here_only for each in slots):
        _write(slots, protected=True, by=by)


def slots_of_person(applicant: Applicant) -> list[Applicant]:
    """Return the slots that may be this person's, in every version of every application."""
    return _of_person(applicant, _candidates([applicant]))


def _of_person(slot: Applicant, known: Sequence[Applicant]) -> list[Applicant]:
    """Return those of the known slots that may be this person's, who is one under all names if they have a code."""
    found = [each for each in known if _may_be_same_person(slot, each)]
    coded = [each for each in found if each.hetu_index]
    if not slot.hetu:
        stored = Applicant.objects.filter(pk__in=[each.pk for each in coded]).only("hetu") if coded else []
        codes = {index for each in stored for index in each.hetu_indexes}
        return [each for each in known if each in found or each.hetu_index in codes]
    return [
        each
        for each in known
        if each in found or (each.hetu_index is None and any(are_namesakes(one, each) for one in coded))
    ]


def _may_be_same_person(slot: Applicant, other: Applicant) -> bool:
    """Whether two slots may be one person's: by code or, where one has none, by name and birth date.

    Unlike Applicant.is_same_person() it joins people without a code over applications. It would rather hide the
    details of a namesake than show those of a protected person, and rather ask a colleague about a namesake than let
    a doubt be passed by (C4). So it serves these two alone.
    """
    if slot.hetu and other.hetu_index:
        return other.hetu_index in slot.hetu_indexes
    return are_namesakes(slot, other)


def hiding(applicant: Applicant) -> list[Applicant]:
    """Return the marked slots for whose sake this person's contact details and address are hidden (R16).

    Their own, and those of whoever applies or has applied with them, in any application: they may share a home. A mark
    of one application hides nothing in another. Of each person and application the latest slot is returned, in the
    order of applications.
    """
    together = {each.version.application_id for each in slots_of_person(applicant)}
    counts = Q(protected_here_only=False) | Q(version__application=applicant.version.application_id)
    found = Applicant.objects.filter(counts, version__application__in=together, protected=True)
    whole = found.select_related("version__application").defer("version__content", "hetu")
    latest = {(each.version.application_id, each.hetu_index or str(each)): each for each in whole.order_by("version")}
    return sorted(latest.values(), key=lambda each: (each.version.application_id, each.position))


def are_namesakes(slot: Applicant, other: Applicant) -> bool:
    """Tell whether two slots may be one person's by name and birth date."""
    return slot.birth_date == other.birth_date and are_named_alike(slot, other)


def are_named_alike(one: Named, other: Named) -> bool:
    """Tell whether each name of one has all the parts of the other's, or the other way round."""
    return _is_like(one.last_name, other.last_name) and _is_like(one.first_names, other.first_names)


def _is_like(name: str, other: str) -> bool:
    """Tell whether one name has all the parts of the other."""
    parts, others = set(names.parts(name)), set(names.parts(other))
    return parts <= others or others <= parts


def _candidates(slots: Iterable[Applicant]) -> list[Applicant]:
    """Return all stored slots among which those of these people are."""
    return _CANDIDATES.rows(
        codes=[index for slot in slots for index in slot.hetu_indexes] or [NO_CODE],
        born=list({slot.birth_date for slot in slots}),
        born_without_code=list({slot.birth_date for slot in slots if not slot.hetu}) or [NO_DAY],
    )


_CANDIDATES = Compiled(
    lambda codes, born, born_without_code: (
        Applicant.objects.filter(
            Q(hetu_index__in=codes) | Q(hetu_index=None, birth_date__in=born) | Q(birth_date__in=born_without_code)
        )
        .select_related("version__application")
        .defer("version__content", "hetu")
        .order_by("pk")
    )
)


def _write(slots: Iterable[Applicant], *, protected: bool, by: Actor) -> None:
    """Set or remove the mark in these slots, and record it once for each application."""
    changed = [each for each in slots if each.protected != protected or each.protected_here_only]
    if not changed:
        return
    keys = [each.pk for each in changed]
    Applicant.objects.filter(pk__in=keys).update(protected=protected, protected_here_only=False)
    event = Event.PROTECTION_SET if protected else Event.PROTECTION_REMOVED
    for slot in sorted(changed, key=lambda each: (each.version.application_id, each.pk)):
        if slot.version.application.current_id == slot.version_id:
            record_events(slot.version.application, ApplicationEvent(event, slot), by=by)


def lock_born(days: Iterable[dt.date], *, is_changing: bool) -> None:
    """Let a change of what is known of a person wait for whoever stores slots of people born on these days, and back.

    Otherwise an application that is sent while the mark is set, or a code is learned, would not know of it. Whoever
    only stores slots does not wait for others who do. An import is one transaction, so the days share a few locks: the
    server has room for some thousands. SQLite has one writer at a time in any case.
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if is_changing else "pg_advisory_xact_lock_shared"
        numbers = sorted({day.toordinal() % LOCKS for day in days})
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, day) FROM unnest(%s::int[]) AS day", [ADVISORY, numbers])  # noqa: S608  # one of two names
