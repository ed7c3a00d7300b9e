"""Telling people what no email could tell them: whom to call, and noting who has been told (R20, ADR 34)."""

import datetime as dt

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import In
from django.utils import timezone

from applications.models import Applicant
from applications.trail import ApplicationEvent, record_events
from core.actors import Actor, acting_staff
from core.transactions import atomically
from counter.models import Telling, Way
from mailing.models import Letter
from records.enums import Event
from records.names import applicant_subject

# What a slot is called by the trail, and so by `Letter.recipient`.
NAME_OF_SLOT = Concat(Value(applicant_subject(0).removesuffix("0")), Cast("pk", CharField()))
FOLLOWED = dt.timedelta(days=120)  # an application is open for 90 days, and its letters are not older

# What somebody must do, or would rely on wrongly, if nobody told them.
CALLED = {
    *("about_to_expire", "about_to_lapse", "act_undone", "became_adult", "check_accepted", "check_rejected"),
    *("code_learned", "declined", "error_reported", "expired", "lapsed", "removed", "renewed", "replaced"),
    *("undeliverable", "undone", "valid", "withdrawn"),
}
CALLED_OF_A_CHANGE = {"arrived", "invitation"}  # of a first version, the main applicant knows and tells the others
# The person did it themselves a moment ago; their state says it until the warning; or they have an address.
NOT_CALLED = {
    *("confirmed", "receipt", "reminder", "slip"),
    *("account_closed", "account_link", "account_moved", "account_password_set", "draft_ending", "draft_link"),
    *("feedback_given", "feedback_received", "staff_break_glass", "staff_link"),
}


def untold(lost: QuerySet[Letter]) -> QuerySet[Letter]:
    """Return the letters that the counter is to tell of, the oldest first: the last one to each person that matters.

    They were kept without an address, or are among the `lost` ones, which came back. Whoever has confirmed since, or
    is told of something later, is not told of what was before.
    """
    # Not by the index of kinds, in which PostgreSQL would look up a fourth of all emails.
    kind = Coalesce("message", Value(""))
    matters = Q(In(kind, CALLED)) | Q(In(kind, CALLED_OF_A_CHANGE), parameters__is_changed=True)
    theirs = Q(message="removed") | Exists(_present_slots())
    unaddressed = Letter.objects.filter(matters, theirs, to="", created_at__gte=timezone.now() - FOLLOWED)
    came_back = lost.filter(matters).order_by()
    later = Letter.objects.filter(
        Q(message="receipt") | matters,
        recipient=OuterRef("recipient"),
        about=OuterRef("about"),
        pk__gt=OuterRef("pk"),
    )
    told = Telling.objects.filter(letter=OuterRef("pk"))
    # One after the other: for "either or" PostgreSQL reads the whole table.
    either = unaddressed.values("pk").union(came_back.values("pk"))
    found = Letter.objects.filter(~Exists(later), ~Exists(told), pk__in=either)
    return found.order_by("created_at", "pk")


def _present_slots() -> QuerySet[Applicant]:
    """Return the slots in the current version of the application that an outer letter is about, if it is to one."""
    current = Applicant.objects.filter(version__current_of__reference=OuterRef("about"))
    return current.annotate(name=NAME_OF_SLOT).filter(name=OuterRef("recipient"), declined_at=None)


@atomically
def mark_told(letter: Letter, slot: Applicant, *, way: Way, by: Actor) -> None:
    """Note that somebody has been told what a letter says. A second click, or a colleague's, changes nothing."""
    made = {"way": way, "by": acting_staff(by), "at": timezone.now()}
    _telling, is_new = Telling.objects.get_or_create(letter=letter, defaults=made)
    if is_new:
        event = ApplicationEvent(Event.PERSON_TOLD, slot, {"letter": letter.message, "way": way.value})
        record_events(slot.version.application, event, by=by)
