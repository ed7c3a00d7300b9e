"""Giving feedback without being identified, and answering it in time (J9)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from applications.stranger_letters import mailbox
from core.actors import Actor, acting_staff
from core.masking import mask_codes
from core.transactions import atomically
from counter import feedback_letters
from counter.models import Feedback, FeedbackKind, FeedbackQuerySet
from identity import limits
from identity.enums import Language
from mailing import letter_removal
from records.enums import Event
from records.names import feedback_subject, staff_chain
from records.trail import append_event

ANSWER_DAYS = 14  # Act 306/2019 on digital services
# Whoever writes here may type anybody's address, and may write a thousand times.
MOST_RECEIPTS_A_DAY, MOST_NOTICES_A_DAY = 3, 50


@dataclass(frozen=True)
class Given:
    """Feedback that was taken in."""

    feedback: Feedback
    is_masked: bool  # a personal identity code was taken out of the text
    is_receipt_sent: bool


@atomically
def give_feedback(*, form_key: UUID, kind: FeedbackKind, text: str, email: str, language: Language) -> Given:
    """Store feedback, tell the operator, and acknowledge receipt to the address, if there is one.

    `form_key` names the page on which it was typed: what is sent from it twice is one feedback. What may be a personal
    identity code is masked before it is stored (R17). Receipt: Act 13/2003, § 12.
    """
    masked, now = mask_codes(text), timezone.now()
    feedback, is_new = Feedback.objects.get_or_create(
        form_key=form_key,
        defaults={
            "kind": kind,
            "text": masked,
            "email": email,
            "language": language,
            "given_at": now,
            "due_on": timezone.localdate(now) + dt.timedelta(days=ANSWER_DAYS),
        },
    )
    if is_new:
        if limits.is_within("feedback notices", "operator", most=MOST_NOTICES_A_DAY, seconds=limits.DAY):
            feedback_letters.queue_feedback_notice(feedback)
        if email and limits.is_within(
            "feedback receipts", mailbox(email), most=MOST_RECEIPTS_A_DAY, seconds=limits.DAY
        ):
            feedback_letters.queue_feedback_receipt(feedback)
    return Given(feedback, masked != text, feedback_letters.is_receipt_queued(feedback))


@atomically
def mark_answered(feedback: Feedback, *, by: Actor) -> None:
    """Record that a member of staff has answered feedback, or has dealt with it where there is no address.

    Twice is once: the first one stays.
    """
    staff = acting_staff(by)
    locked = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if locked.answered_at is not None:
        return
    locked.answered_at, locked.answered_by = timezone.now(), staff
    locked.save(update_fields=["answered_at", "answered_by"])
    chain = staff_chain(staff.pk, timezone.localdate().year)
    append_event(Event.FEEDBACK_ANSWERED, chain=chain, by=by, subject=feedback_subject(locked.pk))


def feedback_before(moment: dt.datetime) -> FeedbackQuerySet:
    """Return the feedback that was answered before a moment (R18). What waits for an answer stays."""
    return Feedback.objects.filter(answered_at__lt=moment)


def remove_feedback_from(addresses: Collection[str]) -> None:
    """Remove the feedback that was given with these email addresses, and the letters to them about it (R18)."""
    found = Feedback.objects.given_from(*addresses)
    letter_removal.remove_letters_to([feedback_subject(pk) for pk in found.values_list("pk", flat=True)])
    found.delete()
