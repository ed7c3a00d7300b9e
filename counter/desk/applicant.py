"""One person's slot: the details that an ID check needs, and what can be done for the person now.

Income and assets are not shown, since nobody at the counter needs them (C7). Where a person lives and how to reach
them is shown to those who ask, by POST, and each time is recorded (R16).
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications import protection
from applications.models import Applicant, IdCheck
from core.masking import mask_hetu
from core.requests import act_of
from core.text import typed_text
from counter.desk import access_log, actions, messages, next_steps
from counter.desk.access import desk_page, desk_view, find_slot, staff_of
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
    return _show_applicant(request, slot)


@desk_view("counter.use_desk")
@act_of("admin:desk_applicant", "reference", "position")
def show_code(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show the personal identity code to staff who ask to see it; each time is recorded (R17)."""
    slot = find_slot(reference, position)
    access_log.record_access(request, slot, Event.CODE_SHOWN)
    return _show_applicant(request, slot, code=slot.hetu or "")


@desk_view("counter.use_desk")
@act_of("admin:desk_applicant", "reference", "position")
def show_contact_details(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Show where a person lives and how to reach them to staff who may see it now; each time is recorded (R16)."""
    slot = find_slot(reference, position)
    access_log.record_opening(request, slot)
    contact = access_log.open_contact_details(request, slot)
    return _show_applicant(request, slot, contact=contact, is_refused=contact is None)


def _show_applicant(
    request: HttpRequest,
    slot: Applicant,
    *,
    contact: access_log.Contact | None = None,
    is_refused: bool = False,
    code: str = "",
) -> HttpResponse:
    staff, application = staff_of(request), slot.version.application
    found = IdCheck.objects.with_outcome().filter(applicant__in=protection.slots_of_person(slot))
    found = found.select_related("applicant__version__application").defer("applicant__version__content")
    checks = list(found.order_by("-pk")[:MOST_CHECKS])
    person = Person.objects.select_related("user__account").filter(hetu_index__in=slot.hetu_indexes).first()
    account: Account | None = getattr(person.user, "account", None) if person else None
    is_same_name = person is None or _name_parts(str(person)) == _name_parts(str(slot))
    names = DocumentType.objects.names() if checks else {}
    context = {
        # No name: browsers keep the titles of pages.
        "title": _("Application %(number)s") % {"number": application.number},
        "application": application,
        "slot": slot,
        "actions": actions.available_actions(slot, checks, account, staff=staff),
        "next_steps": next_steps.next_steps(slot, checks, account, staff=staff),
        "code": code or (mask_hetu(slot.hetu) if slot.hetu else ""),
        "is_code_shown": bool(code),
        "contact": contact,
        "is_refused": is_refused,
        "other_name": "" if is_same_name else str(person),  # by which the person was identified (R4)
        "checks": [(check, names.get(check.document_type, check.document_type)) for check in checks],
        "account": account,
        "account_letters": messages.of_account(account) if account else [],
    }
    return desk_page(request, "counter/desk/applicant.html", context)


def _name_parts(name: str) -> list[str]:
    return sorted(typed_text(name).casefold().split())  # a broker that knows it in one piece may begin with the last
