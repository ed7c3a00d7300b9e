"""Lists of what is to be done: today's checks, people waiting, undelivered letters, second looks due (J7)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applications import dates, email_words
from applications.email_words import Kind, Reader
from applications.enums import State
from applications.letter_names import name_of
from applications.models import (
    FOR_SUPERVISOR,
    OPEN,
    Applicant,
    Application,
    Confirmation,
    IdCheck,
    RecordedAct,
)
from counter import tellings
from counter.desk.access import desk_actor, desk_page, desk_view, staff_of
from counter.desk.paging import M, Rows, rows_of
from identity.models import Account, User
from mailing.models import Letter
from records.enums import Event
from records.names import applicant_subject, staff_chain
from records.trail import TrailEvent, append_events

ALONE = dt.timedelta(days=7)
CAUSES = [kind for kind in Kind if kind != Kind.JUNK]  # which arrived


class Missing(models.TextChoices):
    """Who among those waiting may need the counter most."""

    ADDRESS = "address", gettext_lazy("Somebody has no email address")
    COUNTER = "counter", gettext_lazy("Somebody can confirm the application only at customer service")


class Decider(StrEnum):
    """Who decides on a check, if not the reader of the list (C3, C4)."""

    SOMEBODY_ELSE = "somebody else"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class UnreadLetter:
    """A letter that nobody read, since it did not arrive or there was no address, and whom it was written to."""

    letter: Letter
    applicant: Applicant

    @property
    def name(self) -> str:
        return name_of(self.letter)

    @property
    def since(self) -> dt.datetime:
        return self.letter.bounced_at or self.letter.dead_at or self.letter.created_at

    @property
    def why(self) -> str:
        return email_words.why(self.letter)

    @property
    def to_do(self) -> str:
        return email_words.to_do(self.letter, reader=Reader.STAFF)


@desk_view("counter.use_desk")
@require_safe
def list_checks(request: HttpRequest) -> HttpResponse:
    """Show the checks made today, the latest first: everybody's, or the reader's own."""
    is_own = request.GET.get("whose") == "own"
    rows = open_rows(checks_today(staff_of(request) if is_own else None), request, list="checks")
    context = {
        "title": _("Your ID checks today") if is_own else _("Today’s ID checks"),
        "rows": rows,
        "is_own": is_own,
    }
    return desk_page(request, "counter/desk/list_checks.html", context)


@desk_view("counter.use_desk")
@require_safe
def list_second_looks(request: HttpRequest) -> HttpResponse:
    """Show the checks that wait for a second look, those first on which the reader may decide (C4)."""
    rows = open_rows(second_looks_for(staff_of(request)), request, list="second_looks")
    context = {"title": _("Checks waiting for second review"), "rows": rows}
    return desk_page(request, "counter/desk/list_second_looks.html", context)


@desk_view("counter.use_desk")
@require_safe
def list_accepted(request: HttpRequest) -> HttpResponse:
    """Show the checks that were accepted at the second look, until their people have confirmed (C4)."""
    rows = open_rows(accepted_not_confirmed(), request, list="accepted")
    context = {"title": _("Check accepted, application not confirmed yet"), "rows": rows}
    return desk_page(request, "counter/desk/list_accepted.html", context)


@desk_view("counter.use_desk")
@require_safe
def list_waiting(request: HttpRequest) -> HttpResponse:
    """Show the applications that wait and the people for whom they wait, the earliest deadline first."""
    asked = request.GET.get("missing", "")
    missing = asked if asked in Missing else ""
    rows = open_rows(that_wait(missing), request, list="waiting", missing=missing)
    context = {
        "title": _("Applications waiting for confirmation"),
        "rows": rows,
        "missing": missing,
        "choices": Missing.choices,
    }
    return desk_page(request, "counter/desk/list_waiting.html", context)


@desk_view("counter.use_desk")
@require_safe
def list_undeliverable(request: HttpRequest) -> HttpResponse:
    """Show the people whom letters did not reach, all or those of one cause, the latest first."""
    asked = request.GET.get("cause", "")
    cause = asked if asked in CAUSES else ""
    rows = open_rows(not_reached(cause), request, Event.LETTERS_OPENED, cause=cause)
    context = {
        "title": _("Emails that did not arrive"),
        "rows": rows,
        "lost": with_applicants(rows.rows),
        "cause": cause,
        "choices": [(each.value, each.label) for each in CAUSES],
    }
    return desk_page(request, "counter/desk/list_undeliverable.html", context)


@desk_view("counter.use_desk", "counter.undo_check")
@require_safe
def list_acted_alone(request: HttpRequest) -> HttpResponse:
    """Show the checks on which one adviser acted alone, the latest first (ADR 26)."""
    rows = open_rows(acted_alone(), request, list="alone")
    context = {"title": _("Checks by one adviser alone"), "rows": rows}
    return desk_page(request, "counter/desk/list_acted_alone.html", context)


def open_rows(
    found: QuerySet[M], request: HttpRequest, event: Event = Event.LIST_OPENED, **facts: str | int
) -> Rows[M]:
    """Return the page of a list of people that was asked for, and record that it is seen (C1)."""
    rows = rows_of(found, request)
    record_list(request, event, page=rows.number, **facts)
    return rows


@transaction.atomic
def record_list(request: HttpRequest, event: Event = Event.LIST_OPENED, **facts: str | int) -> None:
    """Record that a member of staff sees one page of a list of people (C1), in their own chain."""
    chain = staff_chain(staff_of(request).pk, dates.today().year)
    append_events(chain, [TrailEvent(event, facts=facts)], by=desk_actor(request))


def checks_today(adviser: User | None = None) -> QuerySet[IdCheck]:
    """Return the checks made since midnight, by anybody or by one adviser, by the index of IdCheck.checked_at."""
    found = IdCheck.objects.filter(checked_at__gte=dates.start_of_today(), **({"adviser": adviser} if adviser else {}))
    return _with_slot(found.order_by("-checked_at", "-pk"))


def acted_alone() -> QuerySet[IdCheck]:
    """Return the checks of the last days that nobody else saw and that bear a confirmation, an act or an account."""
    confirmed = Confirmation.objects.filter(id_check=OuterRef("pk"), undone_at=None, staff=OuterRef("adviser"))
    issued = Account.objects.filter(id_check=OuterRef("account_key"), closed_at=None)
    acted = RecordedAct.objects.filter(id_check=OuterRef("pk"), undone_at=None, staff=OuterRef("adviser"))
    since = dates.start_of_today() - ALONE
    found = IdCheck.objects.sound().filter(
        Exists(confirmed) | Exists(issued) | Exists(acted), pending_reason="", checked_at__gte=since
    )
    return _with_slot(found.order_by("-checked_at", "-pk"))


def second_looks_for(reader: User) -> QuerySet[IdCheck]:
    """Return the checks of the last 30 days that wait, by the index of IdCheck.checked_at.

    Those on which this member of staff may decide come first; `decider` says who decides on the others.
    """
    whose = [When(adviser=reader, then=Value(Decider.SOMEBODY_ELSE))]
    if not reader.has_perm("counter.decide_check"):
        whose.append(When(FOR_SUPERVISOR, then=Value(Decider.SUPERVISOR)))
    decider = Case(*whose, default=Value(""), output_field=models.CharField())
    theirs_last = Case(When(decider="", then=Value(0)), default=Value(1))
    return _with_slot(IdCheck.objects.waiting()).annotate(decider=decider).order_by(theirs_last, "checked_at", "pk")


def accepted_not_confirmed() -> QuerySet[IdCheck]:
    """Return the checks accepted at the second look whose applications wait for the person, the earliest end first."""
    alike = Q(
        first_names=OuterRef("applicant__first_names"),
        last_name=OuterRef("applicant__last_name"),
        birth_date=OuterRef("applicant__birth_date"),
    )
    confirmed = Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None)
    awaited = Applicant.objects.filter(
        Q(hetu_index=OuterRef("applicant__hetu_index")) | alike,
        ~Exists(confirmed),
        version__current_of=OuterRef("applicant__version__application"),
        declined_at=None,
    )
    accepted = IdCheck.objects.filter(second_look__accepted=True, undoing=None)
    waiting = {"applicant__version__application__state": State.AWAITING}
    in_time = {"applicant__version__application__valid_until__gte": dates.today()}
    found = accepted.filter(Exists(awaited), **waiting, **in_time)
    return _with_slot(found.order_by("applicant__version__application__valid_until", "pk"))


def that_wait(missing: str = "") -> QuerySet[Application]:
    """Return the applications that wait, by the index application_by_state."""
    found = Application.objects.filter(state=State.AWAITING, valid_until__gte=dates.today())
    if missing in Missing:
        found = found.filter(Exists(_applicants_missing(missing)))
    return found.with_applicants().order_by("valid_until", "pk")


def not_arrived() -> QuerySet[Letter]:
    """Return the letters about open applications that did not arrive, by the index letter_undeliverable.

    Letters are left out if the address of their person has been corrected, or was reached by a later letter. `slot` is
    the person's slot in the current version.
    """
    arrived_since = Letter.objects.filter(about=OuterRef("about"), to=OuterRef("to"), delivered_at__isnull=False)
    return (
        Letter.objects.undeliverable()
        .filter(created_at__gte=timezone.now() - tellings.FOLLOWED)
        .annotate(slot=Subquery(_slots_with_this_address().values("pk")[:1]))
        .filter(~Exists(arrived_since.filter(pk__gt=OuterRef("pk"))), slot__isnull=False)
        .order_by("-created_at", "-pk")
    )


def not_reached(cause: str = "") -> QuerySet[Letter]:
    """Return the last letter that did not arrive to each person about each application, the latest loss first."""
    lost: QuerySet[Any] = not_arrived()  # whose annotation its type does not tell
    later = lost.filter(about=OuterRef("about"), to=OuterRef("to"), slot=OuterRef("slot"))
    of_cause = {} if not cause else {"failure__in": email_words.failures_of(Kind(cause))}
    last = lost.filter(~Exists(later.filter(pk__gt=OuterRef("pk"))), **of_cause)
    return last.order_by(Coalesce("bounced_at", "dead_at").desc(), "-pk")


def _slots_with_this_address() -> QuerySet[Applicant]:
    """Return the present slot of the person to whom an outer letter was written, if the address is still theirs.

    Somebody else in the household may have the same address: that says nothing of this person's.
    """
    alike = Q(first_names=OuterRef("first_names"), last_name=OuterRef("last_name"), birth_date=OuterRef("birth_date"))
    written_to = Applicant.objects.filter(
        Q(hetu_index=OuterRef("hetu_index")) | alike, version__application=OuterRef("version__application")
    )
    theirs = written_to.annotate(name=tellings.NAME_OF_SLOT).filter(name=OuterRef(OuterRef("recipient")))
    open_ones = {"version__current_of__reference": OuterRef("about"), "version__current_of__state__in": OPEN}
    return Applicant.objects.filter(Exists(theirs), email=OuterRef("to"), **open_ones)


def _applicants_missing(which: str) -> QuerySet[Applicant]:
    """Return the applicants for whom an outer application waits and who have no address, or no code (R3)."""
    what = Q(hetu_index=None) if which == Missing.COUNTER else Q(email="")
    confirmed = Exists(Confirmation.objects.filter(applicant=OuterRef("pk"), undone_at=None))
    adult = Q(birth_date__lte=dates.youngest_adult_born(on=dates.today()))
    return Applicant.objects.filter(what, adult, ~confirmed, version=OuterRef("current"), declined_at=None)


def _with_slot(found: QuerySet[IdCheck]) -> QuerySet[IdCheck]:
    whole = found.select_related("applicant__version__application", "adviser", "second_look__by", "undoing__by")
    return whole.defer("applicant__version__content")


def with_applicants(found: list[Letter]) -> list[UnreadLetter]:
    """Return the letters with the applicants to whom they were to go, in one query."""
    about = [letter.about for letter in found]
    slots = Applicant.objects.filter(version__application__reference__in=about)
    slots = slots.select_related("version__application").defer("hetu", "version__content")
    people = {applicant_subject(slot.pk): slot for slot in slots}
    return [UnreadLetter(letter, people[letter.recipient]) for letter in found if letter.recipient in people]
