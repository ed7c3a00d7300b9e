"""Applications past their time, and removing them with everything in them (R18).

An open application is kept. One that has ended is kept for a time, which is short if it never became valid: nothing
was decided on it.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Set

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applications.enums import Transition
from applications.models import (
    OPEN,
    Applicant,
    Application,
    Certificate,
    Confirmation,
    Draft,
    ErrorReport,
    Happening,
    IdCheck,
    Invitation,
    LearnedCode,
    RecordedAct,
    StateChange,
    Version,
)
from core.among import Among
from core.deletion import delete_rows
from identity.models import Person
from mailing.letter_removal import remove_letters_about
from records import append_only
from records.names import draft_subject

ENDS = (Transition.LAPSED, Transition.EXPIRED, Transition.WITHDRAWN, Transition.REPLACED)


def applications_past(now: dt.datetime) -> QuerySet[StateChange, int]:
    """Return the keys of the applications whose time is over, in the order in which they ended."""
    ended = now - dt.timedelta(days=settings.RETENTION_ENDED_DAYS)
    never_valid = now - dt.timedelta(days=settings.RETENTION_UNCONFIRMED_DAYS)
    became_valid = StateChange.objects.filter(application=OuterRef("application"), transition=Transition.CONFIRMED)
    ends = StateChange.objects.filter(
        Q(at__lt=ended) | Q(~Exists(became_valid), at__lt=never_valid), transition__in=ENDS
    )
    return ends.order_by("at", "pk").values_list("application_id", flat=True)


def lock_ended(applications: Collection[int]) -> dict[int, str]:
    """Lock those of these applications that have ended and that nobody else has locked; return their references."""
    found = Application.objects.exclude(state__in=OPEN).filter(Among("pk", applications)).order_by("pk")
    skip_locked = connection.features.has_select_for_update_skip_locked
    return dict(found.select_for_update(skip_locked=skip_locked).values_list("pk", "reference"))


def remove_applications(applications: Collection[int]) -> None:
    """Remove these applications with their versions, people, confirmations, ID checks and history."""
    versions = Version.objects.filter(Among("application", applications))
    slots = Applicant.objects.filter(version__in=versions)
    with append_only.permit():
        delete_rows(LearnedCode.objects.filter(id_check__applicant__in=slots))
        delete_rows(RecordedAct.objects.filter(id_check__applicant__in=slots))
        slots.filter(code_check__isnull=False).update(code_check=None)
        delete_rows(Happening.objects.filter(Among("application", applications)))
        for model in (Invitation, ErrorReport, Certificate, Confirmation, IdCheck):
            delete_rows(model.objects.filter(applicant__in=slots))
        delete_rows(StateChange.objects.filter(Among("application", applications)))
        delete_rows(slots)
        delete_rows(versions)  # application and version refer to each other, which the database checks in the end
        delete_rows(Application.objects.filter(Among("pk", applications)))


def remove_drafts(people: Iterable[Person], applications: Collection[int]) -> None:
    """Remove the drafts of people, and whatever draft and letter about one is left of these applications.

    The empty row of a draft that was sent stays with its application, without the address of its link.
    """
    unsent = Draft.objects.unsent().filter(Q(person__in=people) | Q(application__in=applications))
    sent = Draft.objects.filter(sent__in=applications)
    keys = [*unsent.values_list("pk", flat=True), *sent.values_list("pk", flat=True)]
    remove_letters_about([draft_subject(key) for key in keys])
    sent.update(email="")
    unsent.delete()


def kept_until(applications: Collection[int]) -> dict[int, dt.date]:
    """Return the day on which the time of each of these applications is over, for those that have ended."""
    changes = StateChange.objects.filter(application__in=applications)
    were_valid = set(changes.filter(transition=Transition.CONFIRMED).values_list("application_id", flat=True))
    days = {True: settings.RETENTION_ENDED_DAYS, False: settings.RETENTION_UNCONFIRMED_DAYS}
    return {
        key: timezone.localdate(at + dt.timedelta(days=days[key in were_valid]))
        for key, at in changes.filter(transition__in=ENDS).values_list("application_id", "at")
    }


def without_applications(people: Iterable[Person], *, apart_from: Set[int] = frozenset()) -> list[Person]:
    """Return those of these people who have no application or draft left.

    `apart_from` holds the keys of applications that count as removed.
    """
    people = list(people)
    index_of = {index: person.pk for person in people for index in person.hetu_indexes}
    held: set[int | None] = set(Draft.objects.unsent().filter(person__in=people).values_list("person_id", flat=True))
    confirmed = Confirmation.objects.filter(person__in=people)
    acted = StateChange.objects.filter(user__person__in=people)
    slots = Applicant.objects.filter(hetu_index__in=index_of)
    learned = LearnedCode.objects.filter(other_holder__in=people)
    holding = LearnedCode.objects.filter(holder__in=people)
    of_check = "id_check__applicant__version__application_id"
    ties: list[tuple[int | None, int]] = [
        *confirmed.values_list("person_id", "applicant__version__application_id"),
        *acted.values_list("user__person", "application_id"),
        *learned.values_list("other_holder_id", of_check),
        *holding.values_list("holder_id", of_check),
        *((index_of[index or ""], of) for index, of in slots.values_list("hetu_index", "version__application_id")),
    ]
    held |= {person for person, application in ties if application not in apart_from}
    return [person for person in people if person.pk not in held]
