"""Renewing, withdrawing and declining for the person who stands here, who first reads what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import changes, dates, invitations
from applications.enums import Act, State
from applications.forms import ConfirmForm
from applications.models import Applicant
from applications.rivals import rivals_of
from core.refusals import Refused
from core.requests import read_or_act
from counter import counter_acts, id_checks
from counter.desk import access_log
from counter.desk.access import desk_actor, desk_view, find_application, find_slot, person_page
from counter.desk.checks import to_slot

Record = Callable[..., None]

ENDED = _(
    "This application has already ended. Nothing was recorded. "
    "If the person still needs a home, a new application is needed."
)
# Applicants read these of themselves.
SAID_TO_STAFF: dict[type[Refused], str | Promise] = {
    invitations.CannotDeclineConfirmed: _("The application is not waiting for this person’s confirmation."),
    invitations.CannotDeclineUnder18: _("The application is not waiting for this person’s confirmation."),
    invitations.CannotDeclineValid: _("The application is not waiting for this person’s confirmation."),
    changes.CannotChangeEnded: ENDED,
    invitations.CannotDeclineEnded: ENDED,
}
MOVED_ON = (
    id_checks.SlotChanged,
    changes.NotLatest,
    invitations.NotInApplication,
    invitations.CannotDeclineRemoved,
)


@dataclass(frozen=True)
class DeskAct:
    """An act as the desk offers it: how it is recorded, and the words of its page."""

    kind: Act
    record: Record
    title: str | Promise
    button: str | Promise
    button_of_representative: str | Promise  # for whoever acts for the person (C6)
    done: str | Promise

    @property
    def part(self) -> str:
        """The template of what the person reads."""
        return f"counter/desk/_act_{self.kind}.html"


RENEW = DeskAct(
    Act.RENEWED,
    counter_acts.renew_here,
    _("Renew the application"),
    _("The person renews the application"),
    _("The representative renews the application"),
    _("The renewal has been recorded. We will tell all applicants."),
)
WITHDRAW = DeskAct(
    Act.WITHDRAWN,
    counter_acts.withdraw_here,
    _("Withdraw application"),
    _("The person withdraws the application"),
    _("The representative withdraws the application"),
    _("The withdrawal has been recorded. The application has ended, and we will tell all applicants."),
)
DECLINE = DeskAct(
    Act.DECLINED,
    counter_acts.decline_here,
    _("Decline the application"),
    _("The person declines the application"),
    _("The representative declines the application"),
    _("It has been recorded that this person declines the application. We will tell the other applicants."),
)


@desk_view("counter.use_desk")
@read_or_act
def desk_renew_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say what renewing does and what it replaces, and record it (R7)."""
    return _act_page(request, reference, position, RENEW)


@desk_view("counter.use_desk")
@read_or_act
def desk_withdraw_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say that withdrawing ends the application for good, and record it (R11)."""
    return _act_page(request, reference, position, WITHDRAW)


@desk_view("counter.use_desk")
@read_or_act
def desk_decline_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Say what declining does to the others, and record it (R10)."""
    return _act_page(request, reference, position, DECLINE)


def _act_page(request: HttpRequest, reference: str, position: int, act: DeskAct) -> HttpResponse:
    try:
        slot = find_slot(reference, position)
    except Http404:
        return _moved_on(request, reference)  # they were removed, or there is no such application
    access_log.record_opening(request, slot)
    if request.method == "POST":
        return _record_act(request, slot, act)
    if refusal := counter_acts.refusal_of(act.kind, slot):
        messages.warning(request, _said(refusal))
        return to_slot(slot)
    return _explain(request, slot, act)


def _record_act(request: HttpRequest, slot: Applicant, act: DeskAct) -> HttpResponse:
    try:
        act.record(slot, digest=ConfirmForm(request.POST).read, by=desk_actor(request))
    except id_checks.CheckFirst as refusal:
        return _explain(request, slot, act, refusal=refusal)
    except MOVED_ON:
        return _moved_on(request, slot.version.application.reference)
    except (id_checks.SecondLookWaits, changes.CannotChange, invitations.CannotDecline) as refusal:
        messages.error(request, _said(refusal))
    else:
        messages.success(request, str(act.done))
    return to_slot(slot)


def _moved_on(request: HttpRequest, reference: str) -> HttpResponseRedirect:
    """Lead to the application, where somebody else may have the place of the person by now. Raises Http404."""
    application = find_application(reference)
    messages.error(request, str(id_checks.SlotChanged()))
    return redirect("admin:desk_application", application.reference)


def _explain(
    request: HttpRequest, slot: Applicant, act: DeskAct, *, refusal: id_checks.CheckFirst | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": act.title,
        "act": act,
        "part": act.part,
        "check": id_checks.made_today(slot),
        "until": dates.valid_until(timezone.now()),
        "refusal": refusal,
    }
    if act.kind == Act.RENEWED:
        rivals = rivals_of(slot.version.application).filter(state=State.VALID)
        own = rivals.filter(current__applicants__hetu_index__in=slot.hetu_indexes)
        context |= {"rivals": list(rivals), "own_rivals": list(own)}
    return person_page(request, slot, "act", context, status=409 if refusal else 200)


def _said(refusal: Refused) -> str:
    return str(SAID_TO_STAFF.get(type(refusal), refusal))
