"""The letters about a draft, to the address that somebody typed for them.

The address may be anybody's, so the letters repeat nothing that was typed.
"""

import datetime as dt
import hashlib
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from applications import draft_links
from applications.models import Draft
from core.links import KeyGone
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter
from records.names import draft_subject


def queue_draft_link(draft: Draft) -> None:
    """Send the link by which the draft is continued: at most once a minute to one address."""
    asked = timezone.now().isoformat(timespec="minutes")
    to = hashlib.sha256(draft.email.encode()).hexdigest()[:16]
    _queue_letter("draft_link", draft, about=f"{draft.pk}.{asked}.{to}")


def queue_warning(draft: Draft) -> None:
    """Warn that the draft will be deleted: once each time that nobody touches it for so long."""
    _queue_letter("draft_ending", draft, about=f"{draft.pk}.{draft.touched_at.isoformat(timespec='seconds')}")


def deletion_day(draft: Draft) -> dt.date:
    """Return the day on which the draft is deleted if nobody touches it."""
    return timezone.localdate(draft.touched_at + dt.timedelta(days=settings.DRAFT_DAYS))


def _queue_letter(message: str, draft: Draft, *, about: str) -> None:
    outbox.queue_letters(
        outbox.Draft(
            key=f"{message}:{about}",
            message=message,
            to=draft.email,
            language=draft.language,
            about=draft_subject(draft.pk),
            recipient=draft_subject(draft.pk),
            parameters={"draft": draft.pk, "person": draft.person_id},
        )
    )


def draft_letter_context(letter: Letter) -> dict[str, Any]:
    """Return what a letter needs besides its parameters, at its sending (MAILING_CONTEXT). Raises NoLongerDue."""
    draft = Draft.objects.unsent().filter(pk=letter.parameters["draft"]).defer("data").first()
    # Somebody has touched the draft since the warning was queued, so its end is no longer near; or has taken it over.
    is_former = draft is not None and draft.person_id != letter.parameters.get("person")
    is_elsewhere = draft is not None and draft.email != letter.to  # the link is for the address given last
    if draft is None or is_former or is_elsewhere or (letter.message == "draft_ending" and draft.warned_at is None):
        raise NoLongerDue
    try:
        token = draft_links.TOKEN.of(draft)
    except KeyGone:
        raise NoLongerDue from None
    with translation.override(letter.language):
        page = settings.PUBLIC_URL + reverse("applications:draft_continue")
    return {"link": f"{page}?token={token}", "until": deletion_day(draft)}
