"""The letter with the link by which a member of staff sets their password."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from core.links import KeyGone
from identity import staff_links
from identity.models import StaffLink
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter
from mailing.outbox import Draft
from records.names import user_subject


def queue_staff_link(link: StaffLink, *, is_first: bool) -> None:
    """Send a link to the address that it was made for."""
    user = link.user
    draft = Draft(
        key=f"staff_link:{link.pk}",
        message="staff_link",
        to=link.email,
        language=user.language,
        recipient=user_subject(user.pk),
        parameters={
            "recipient": user.get_full_name() or user.username,
            "username": user.username,
            "link": link.pk,
            "is_first": is_first,
        },
    )
    outbox.queue_letters(draft)


def staff_letter_context(letter: Letter) -> dict[str, Any]:
    """Return what the letter needs besides its parameters, at its sending (MAILING_CONTEXT). Raises NoLongerDue."""
    link = StaffLink.objects.select_related("user").get(pk=letter.parameters["link"])
    try:
        staff_links.check_staff_link(link)
        token = staff_links.TOKEN.of(link)
    except (staff_links.CannotUseStaffLink, KeyGone):
        raise NoLongerDue from None
    with translation.override(letter.language):
        page = settings.PUBLIC_URL + reverse("identity:staff_link")
    return {"link": f"{page}?token={token}", "until": link.created_at + staff_links.LIFETIME}
