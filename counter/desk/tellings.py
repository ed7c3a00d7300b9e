"""Whom to call because no email reaches them: the list, what to say, a letter on paper, and noting it (ADR 34)."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import dates
from applications.letter_context import without_invitation_link
from applications.letter_names import name_of
from applications.models import Applicant
from core.requests import act_of
from counter import tellings
from counter.desk import access_log, lists
from counter.desk.access import desk_actor, desk_page, desk_view
from counter.models import Telling, Way
from mailing.letters import NoLongerDue, letter_context
from mailing.models import UNDELIVERABLE, Letter
from records.names import parse_name


@desk_view("counter.use_desk")
@require_safe
def list_to_tell(request: HttpRequest) -> HttpResponse:
    """Show whom to call, the longest waiting first; no number, which is asked for one person at a time."""
    rows = lists.open_rows(to_tell(), request, list="to_tell")
    context = {"title": _("People to call"), "rows": rows, "owed": lists.with_applicants(rows.rows)}
    return desk_page(request, "counter/desk/list_to_tell.html", context)


@desk_view("counter.use_desk")
@require_safe
def tell_page(request: HttpRequest, letter: int) -> HttpResponse:
    """Show what to tell somebody; each opening is recorded (C1)."""
    found, slot = _find_owed(letter)
    access_log.record_opening(request, slot)
    return _show_owed(request, found, slot)


@desk_view("counter.use_desk")
@act_of("admin:desk_tell", "letter")
def show_phone_number(request: HttpRequest, letter: int) -> HttpResponse:
    """Show the telephone number of somebody who is to be called; each time is recorded (R16)."""
    found, slot = _find_owed(letter)
    access_log.record_opening(request, slot)
    is_called = to_tell().filter(pk=found.pk).exists()
    may_see = access_log.open_phone_number(request, slot, is_called=is_called)
    return _show_owed(request, found, slot, may_see=may_see, has_asked=True)


@desk_view("counter.use_desk")
@require_safe
def paper_letter(request: HttpRequest, letter: int) -> HttpResponse:
    """Show what the letter says in the person's language, on one sheet to print."""
    found, slot = _find_owed(letter)
    access_log.record_opening(request, slot)
    with translation.override(slot.language):
        context = _context_of(found, slot)
        if context is None:
            return redirect("admin:desk_tell", letter)
        sheet = {**context, "base": "counter/desk/letter.html", "slot": slot, "today": dates.today()}
        return render(request, f"mailing/{found.message}/body.html", sheet)


@desk_view("counter.use_desk")
@act_of("admin:desk_tell", "letter")
def tell(request: HttpRequest, letter: int) -> HttpResponse:
    """Note that the person has been told, and how."""
    found, slot = _find_owed(letter)
    way = request.POST.get("way", "")
    if way not in Way:
        return redirect("admin:desk_tell", letter)
    tellings.mark_told(found, slot, way=Way(way), by=desk_actor(request))
    messages.success(request, _("It has been noted that this person has been told."))
    return redirect("admin:desk_to_tell")


def to_tell() -> QuerySet[Letter]:
    """Return the letters that the counter is to tell of."""
    return tellings.untold(lists.not_arrived())


def _find_owed(pk: int) -> tuple[Letter, Applicant]:
    """Return a letter that did not reach its applicant, and the slot to which it was written. Raises Http404."""
    unread = Q(to="") | UNDELIVERABLE
    letter = Letter.objects.select_related("telling__by").filter(unread, pk=pk).first()
    kind, key = parse_name(letter.recipient) if letter else ("", "")
    if letter is None or kind != "applicant":
        raise Http404
    slots = Applicant.objects.select_related("version__application")
    return letter, slots.get(pk=int(key))  # gone if the person was erased: not found


def _show_owed(
    request: HttpRequest, letter: Letter, slot: Applicant, *, may_see: bool = False, has_asked: bool = False
) -> HttpResponse:
    with translation.override(slot.language):
        context = _context_of(letter, slot)
        part = {**(context or {}), "base": "counter/desk/_letter_text.html", "is_part": True}
        text = render_to_string(f"mailing/{letter.message}/body.html", part) if context else ""
    telling: Telling | None = getattr(letter, "telling", None)
    shown = {
        "title": _("Application %(number)s") % {"number": slot.version.application.number},
        "letter": letter,
        "name": name_of(letter),
        "slot": slot,
        "application": slot.version.application,
        "text": text,
        "telling": telling,
        "phone": slot.phone if may_see else None,
        "is_refused": has_asked and not may_see,
    }
    return desk_page(request, "counter/desk/tell.html", shown)


def _context_of(letter: Letter, slot: Applicant) -> dict[str, Any] | None:
    """Return what the letter's templates need in the person's present language; None if it is true no longer.

    What came back may have gone to a wrong address, and staff read it: no link or code that opens anything is in it.
    """
    letter.language = slot.language
    try:
        return without_invitation_link(letter_context(letter), letter)
    except NoLongerDue:
        return None
