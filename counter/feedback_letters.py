"""The emails about feedback: a notice to the operator, and the acknowledgement of receipt.

Anybody may have written the text, and may have typed anybody's address. So neither email repeats anything of it: the
operator reads it at the desk, where each look is recorded (C1).
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from counter.models import Counter, Feedback, FeedbackKind
from mailing import outbox
from mailing.letters import NoLongerDue
from mailing.models import Letter
from records.names import feedback_subject


def queue_feedback_notice(feedback: Feedback) -> None:
    """Tell the operator that there is feedback, in the language of the administration, if an address is known."""
    counter = Counter.only()
    if to := counter.feedback_email or counter.email:
        _queue_feedback_letter("feedback_given", feedback, to=to, language=settings.LANGUAGE_CODE)


def queue_feedback_receipt(feedback: Feedback) -> None:
    """Acknowledge receipt to the address that was typed, in the language of the page."""
    recipient = feedback_subject(feedback.pk)
    _queue_feedback_letter(
        "feedback_received", feedback, to=feedback.email, language=feedback.language, recipient=recipient
    )


def is_receipt_queued(feedback: Feedback) -> bool:
    """Tell whether receipt of this feedback is acknowledged by email."""
    return Letter.objects.filter(recipient=feedback_subject(feedback.pk)).exists()


def _queue_feedback_letter(message: str, feedback: Feedback, *, to: str, language: str, recipient: str = "") -> None:
    outbox.queue_letters(
        outbox.Draft(
            key=f"{message}:{feedback.pk}",
            message=message,
            to=to,
            language=language,
            recipient=recipient,
            parameters={
                "feedback": feedback.pk,
                "kind": feedback.kind,
                "given_at": feedback.given_at.isoformat(),
                "due_on": feedback.due_on.isoformat(),
            },
        )
    )


def feedback_letter_context(letter: Letter) -> dict[str, Any]:
    """Return what a letter needs besides its parameters, at its sending (MAILING_CONTEXT). Raises NoLongerDue."""
    pk = letter.parameters["feedback"]
    if not Feedback.objects.filter(pk=pk).exists():  # erased meanwhile
        raise NoLongerDue
    with translation.override(letter.language):
        desk = settings.PUBLIC_URL + reverse("admin:desk_feedback_one", args=[pk])
        page = settings.PUBLIC_URL + reverse("counter:page")
        is_accessibility = letter.parameters["kind"] == FeedbackKind.ACCESSIBILITY
        return {"desk_link": desk, "counter_link": page, "is_about_accessibility": is_accessibility}
