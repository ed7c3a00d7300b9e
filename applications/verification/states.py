"""States that do not follow from the rows (R1, R2, R5, R9, R19)."""

import datetime as dt
from itertools import groupby

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from applications import dates, references
from applications.enums import State, Transition
from applications.models import OPEN, Applicant, Application, Confirmation, StateChange, Version
from applications.states import TRANSITIONS
from applications.verification.faults import (
    BATCH,
    CLOCK_RUNS,
    Places,
    applications_at,
    finds,
    opened,
    row_at,
    rows_at,
)
from core.crypto import sealed
from records.models import Entry
from records.names import application_chain

PROLONGING = (Transition.SENT, Transition.CHANGED, Transition.RENEWED)  # R5
ARRIVING = dt.timedelta(minutes=1)
LEARNED = "code_check__learned_code__took_effect_at"  # when the code of a slot was learned
HETU = Applicant._meta.get_field("hetu")


@finds("state", "The state is not the one to which the last change led (R19).")
def _states() -> Places:
    last = StateChange.objects.filter(application=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    led_to = Application.objects.annotate(led_to=Coalesce(Subquery(last), Value("")))
    return applications_at(led_to.exclude(led_to=F("state")))


@finds("transition", "A change of state is not in the table of transitions.")
def _transitions() -> Places:
    allowed = Q()
    for (from_state, kind), to_state in TRANSITIONS.items():
        allowed |= Q(from_state=from_state or "", transition=kind, to_state=to_state)
    return rows_at(StateChange.objects.exclude(allowed), "application")


@finds("history", "A change of state does not begin where the one before ended.")
def _histories() -> Places:
    before = StateChange.objects.filter(application=OuterRef("application"), pk__lt=OuterRef("pk"))
    ended_in = Coalesce(Subquery(before.order_by("-pk").values("to_state")[:1]), Value(""))
    return rows_at(StateChange.objects.annotate(before=ended_in).exclude(before=F("from_state")), "application")


@finds("unconfirmed", "It is valid, and somebody has not confirmed it who was 18 when it became so (R1, R2).")
def _unconfirmed() -> Places:
    since = StateChange.objects.filter(
        application=OuterRef("version__application"), transition__in=[Transition.CONFIRMED, Transition.RENEWED]
    )
    slots = _unconfirmed_slots().filter(version__current_of__state=State.VALID)
    found = slots.annotate(since=Subquery(since.order_by("-pk").values("at")[:1])).order_by("pk")
    facts = ("version__application__reference", "pk", "birth_date", "since")
    for reference, key, birth_date, valid_since in found.values_list(*facts).iterator(chunk_size=BATCH):
        if valid_since is None or dates.is_adult(birth_date, on=timezone.localdate(valid_since)):
            yield row_at(Applicant, key, reference)


@finds("confirmed", "It waits, and every adult has confirmed it (R1).")
def _confirmed() -> Places:
    waiting_for = _unconfirmed_slots().filter(
        version=OuterRef("current"), birth_date__lte=dates.youngest_adult_born(on=dates.today())
    )
    return applications_at(Application.objects.filter(~Exists(waiting_for), state=State.AWAITING))


def _unconfirmed_slots() -> QuerySet[Applicant]:
    """Return the slots without a confirmation that counts."""
    counting = Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None)
    return Applicant.objects.filter(~Exists(counting))


@finds("rival", "Somebody applies in it as an adult, and in another one that was made valid before it (R9).")
def _rivals() -> Places:
    """Compare people who are born on one day, so that those of one day are in memory and nobody else.

    Whoever turned 18 after both had become valid may apply in both (ADR 4), and so may whose code was learned
    after that: then nobody knew that it is the same person (ADR 28).
    """
    made_valid = StateChange.objects.filter(
        application=OuterRef("version__application"), transition=Transition.CONFIRMED
    ).order_by("-pk")
    slots = Applicant.objects.filter(version__current_of__state=State.VALID, hetu_index__isnull=False)
    facts = slots.annotate(
        code=sealed("hetu"), since=Subquery(made_valid.values("at")[:1]), change=Subquery(made_valid.values("pk")[:1])
    ).values_list("birth_date", "code", "change", "since", LEARNED, "version__application__reference", "pk")
    by_day = facts.order_by("birth_date", "pk").iterator(chunk_size=BATCH)
    for birth_date, born in groupby(by_day, key=lambda fact: fact[0]):
        known_since: dict[str, dt.datetime] = {}
        valid = (fact for fact in born if fact[3] is not None)
        for _day, code, _change, since, learned, reference, key in sorted(valid, key=lambda fact: fact[2]):
            hetu, known = opened(code, HETU), learned or since
            if hetu is None:
                continue
            is_known = hetu in known_since and max(known, known_since[hetu]) <= since
            if is_known and dates.is_adult(birth_date, on=timezone.localdate(since)):
                yield row_at(Applicant, key, reference)
            known_since[hetu] = min(known, known_since.get(hetu, known))


@finds("replaced", "Somebody applies in it as an adult and waits, and another one has been made valid since (R9).")
def _replaced() -> Places:
    """Compare people who are born on one day, by their codes: indexes under two live keys do not tell.

    When it was sent is read from the trail: the housing system's own time of sending may be long before.
    """
    chain = Concat(Value(application_chain(0).removesuffix("0")), Cast(OuterRef("version__application"), CharField()))
    stored = Entry.objects.filter(chain__name=chain, event__in=[Transition.SENT, Transition.CHANGED])
    made_valid = StateChange.objects.filter(
        application=OuterRef("version__application"), transition=Transition.CONFIRMED
    )
    slots = Applicant.objects.filter(version__current_of__state__in=OPEN, hetu_index__isnull=False)
    facts = slots.annotate(
        code=sealed("hetu"),
        state=F("version__current_of__state"),
        at=Case(
            When(state=State.VALID, then=Subquery(made_valid.order_by("-at").values("at")[:1])),
            default=Subquery(stored.order_by("-number").values("at")[:1]),
        ),
    ).values_list("birth_date", "code", LEARNED, "state", "at", "version__application__reference", "pk")
    by_day = facts.order_by("birth_date", "pk").iterator(chunk_size=BATCH)
    for birth_date, born in groupby(by_day, key=lambda fact: fact[0]):
        valid_since: dict[str | None, dt.datetime] = {}
        waiting = []
        for _day, code, learned, state, at, reference, key in born:
            hetu = opened(code, HETU)
            if state == State.AWAITING:
                waiting.append((hetu, max(at, learned or at) if at else None, reference, key))
            elif hetu and at and (learned is None or learned < at):
                valid_since[hetu] = max(at, valid_since.get(hetu, at))
        for hetu, at, reference, key in waiting:
            since = valid_since.get(hetu)
            # One that arrived in that moment was not stored yet for whoever confirmed.
            is_late = since is not None and at is not None and since > at + ARRIVING
            if is_late and dates.is_adult(birth_date, on=timezone.localdate(since)):
                yield row_at(Applicant, key, reference)


@finds("day", "Its last day is not 90 days after it was sent, changed or renewed (R5).")
def _last_days() -> Places:
    begun = StateChange.objects.filter(application=OuterRef("pk"), transition__in=PROLONGING).order_by("-pk")
    found = Application.objects.filter(state__in=OPEN).annotate(begun=Subquery(begun.values("at")[:1]))
    facts = found.order_by("pk").values_list("reference", "valid_until", "begun")
    for reference, valid_until, at in facts.iterator(chunk_size=BATCH):
        if at and valid_until != dates.valid_until(at):
            yield f"application {references.display(reference)}"


@finds("overdue", "Its last day is over, and the clock has not ended it (R5).")
def _overdue() -> Places:
    return applications_at(Application.objects.filter(state__in=OPEN, valid_until__lt=dates.today() - CLOCK_RUNS))


@finds("due", "It is open, and the clock will not be there when its last day is over (R5).")
def _due() -> Places:
    """An application that failed in the clock is tried again later, by less than a day."""
    found = Application.objects.filter(state__in=OPEN).order_by("pk").values_list("reference", "valid_until", "due_at")
    for reference, valid_until, due_at in found.iterator(chunk_size=BATCH):
        if due_at is None or timezone.localdate(due_at) > valid_until + CLOCK_RUNS:
            yield f"application {references.display(reference)}"


@finds("version", "Its current version is not its newest one (R6).")
def _current_versions() -> Places:
    newest = Version.objects.filter(application=OuterRef("pk")).order_by("-number").values("pk")[:1]
    found = Application.objects.annotate(newest=Coalesce(Subquery(newest), Value(0)))
    return applications_at(found.filter(Q(current=None) | ~Q(current=F("newest"))))
