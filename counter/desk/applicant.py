"""One person's slot: the details that an ID check needs, and what can be done for the person now.

Income and assets are not shown, since nobody at the counter needs them (C7). Where a person lives and how to reach
them is shown to those who ask, by POST, and each time is recorded (R16).
"""

from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import protection
from applications.models import Applicant, IdCheck
from core.masking import mask_hetu
from core.requests import act_of, is_shown_again
from core.text import typed_text
from counter import code_comparison, id_checks
from counter.desk import access_log, actions, messages, next_steps, visit
from counter.desk.access import desk_page, desk_view, find_slot, staff_of
from counter.desk.forms import CheckForm
from counter.models import DocumentType
from identity.models import Account, Person
from records.enums import Event

MOST_CHECKS = 20  # the latest ones are shown


@desk_view("counter.use_desk")
@require_safe
def applicant_page(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show a person's slot; each opening is recorded (C1)."""
    slot = find_slot(reference, position)
    access_log.record_access(request, slot, Event.APPLICANT_OPENED)
    request.session[access_log.OPENED] = slot.pk
    return show_person(request, slot)


@desk_view("counter.use_desk")
@act_of("admin:desk_applicant", "reference", "position")
def show_code(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show the personal identity code to staff who ask to see it; each time is recorded (R17)."""
    slot = find_slot(reference, position)
    access_log.record_access(request, slot, Event.CODE_SHOWN)
    return show_person(request, slot, code=slot.hetu or "", is_code_shown=bool(slot.hetu))


@desk_view("counter.use_desk")
@act_of("admin:desk_applicant", "reference", "position")
def show_contact_details(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show where a person lives and how to reach them to staff who may see it now; each time is recorded (R16)."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    contact = access_log.open_contact_details(request, slot)
    return show_person(request, slot, contact=contact, is_refused=contact is None)


def show_person(
    request: HttpRequest,
    slot: Applicant,
    *,
    form: CheckForm | None = None,
    refusal: id_checks.CannotCheck | None = None,
    **shown: object,
) -> HttpResponse:
    """Show a person's slot with what can be done now, and the form of a check if that is first, or if it is given."""
    staff, application = staff_of(request), slot.version.application
    checks = _latest_checks(slot)
    person = Person.objects.select_related("user__account").filter(hetu_index__in=slot.hetu_indexes).first()
    account: Account | None = getattr(person.user, "account", None) if person else None
    is_same_name = person is None or _name_parts(str(person)) == _name_parts(str(slot))
    names = DocumentType.objects.names() if checks else {}
    account_letters = messages.of_account(account) if account else []
    possible = actions.available_actions(slot, checks, account, staff=staff)
    if form is None and any(action.is_here for action in possible):
        # With what was typed before the person's code or contact details were asked for.
        form = CheckForm(has_code=bool(slot.hetu), initial=request.POST.dict() if is_shown_again(request) else None)
    context = {
        # No name: browsers keep the titles of pages.
        "title": _("Application %(number)s") % {"number": application.number},
        "application": application,
        "slot": slot,
        "actions": [action for action in possible if not action.is_here],
        "next_steps": next_steps.next_steps(slot, checks, account, account_letters, staff=staff),
        "code": mask_hetu(slot.hetu) if slot.hetu else "",
        "other_name": "" if is_same_name else str(person),  # by which the person was identified (R4)
        "checks": [(check, names.get(check.document_type, check.document_type)) for check in checks],
        "emails": messages.of_person(slot),
        "may_ask_for_address": partial(access_log.may_ask_for_details, request, slot),  # asked only where it matters
        "account": account,
        "account_letters": account_letters,
        "refusal": refusal,
        "here": visit.present(request, application),
        **(_context_of_check(request, slot, form, checks, account) if form else {}),
        **shown,
    }
    return desk_page(request, "counter/desk/applicant.html", context, status=409 if refusal else 200)


def _latest_checks(slot: Applicant) -> list[IdCheck]:
    found = IdCheck.objects.with_outcome().filter(applicant__in=protection.slots_of_person(slot))
    found = found.select_related("applicant__version__application").defer("applicant__version__content")
    return list(found.order_by("-pk")[:MOST_CHECKS])


def _context_of_check(
    request: HttpRequest, slot: Applicant, form: CheckForm, checks: Sequence[IdCheck], account: Account | None
) -> dict[str, object]:
    may_issue = staff_of(request).has_perm("counter.issue_account")
    return {
        "form": form,
        "others": visit.others_form(slot, request.POST if request.method == "POST" else None),
        "other_names": code_comparison.other_names(slot),
        "another_waits": any(check.is_doubted for check in checks),
        "leads_on": slot.version.application.can_confirm(slot),
        "may_issue": may_issue and slot.hetu and (account is None or account.closed_at is not None),
    }


def _name_parts(name: str) -> list[str]:
    return sorted(typed_text(name).casefold().split())  # a broker that knows it in one piece may begin with the last
