"""The public pages of the counter: how to reach it, and feedback (J9)."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from applications import facts
from applications.forms import ProseField, fits, no_personal_identity_code
from core.addresses import AddressInput, EmailField
from core.requests import TYPED, form_of
from counter.feedback import ANSWER_DAYS, give_feedback
from counter.models import FeedbackKind
from identity import limits
from identity.enums import Language
from identity.origin import same_origin_forms

LONGEST_FEEDBACK = 2000  # characters
MOST_AN_HOUR, MOST_A_DAY = 20, 100  # from one address, and from one site; only feedback that was taken in counts
MINUTE = 60  # seconds


class FeedbackForm(forms.Form):
    """Feedback on the service. `form_key` names the page, so that a double click gives one feedback (R12)."""

    kind = forms.ChoiceField(
        label=_("What is your feedback about?"),
        choices=FeedbackKind,
        error_messages={"required": _("Choose what your feedback is about.")},
        widget=forms.RadioSelect,
    )
    text = ProseField(
        label=_("Your feedback"),
        help_text=_(
            "Which page were you on, what did you want to do, and what happened? At most 2,000 characters. Do not "
            "write personal identity codes."
        ),
        max_length=LONGEST_FEEDBACK,
        error_messages={"required": _("Write your feedback.")},
        validators=[
            fits(
                facts.Prose,
                _("The text contains characters that cannot be sent. Remove special characters and try again."),
            )
        ],
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    email = EmailField(
        label=_("Email address, if you want an answer"),
        required=False,
        validators=[no_personal_identity_code],
        widget=AddressInput(attrs={"autocomplete": "email"}),
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)


@require_safe
def counter_page(request: HttpRequest) -> HttpResponse:
    """Show how to reach the counter, and when; its record comes by counter.context."""
    return render(request, "counter/page.html")


@same_origin_forms
@cache_control(no_store=True, private=True)
def feedback_page(request: HttpRequest) -> HttpResponse:
    """Ask for feedback and take it in. It needs no cookie, no identification and no address (J9).

    An address that we know of somebody who is signed in is not filled in: who gives theirs does it knowingly.
    """
    form = form_of(request, FeedbackForm, initial={"form_key": uuid.uuid4()})
    context: dict[str, Any] = {"form": form, "answer_days": ANSWER_DAYS, "typed_form": TYPED}
    if not form.is_valid():
        return render(request, "counter/feedback.html", context)
    try:
        limits.count("feedback", limits.client_network(request), most=MOST_AN_HOUR, seconds=limits.HOUR)
        limits.count("feedback of a site", limits.client_site(request), most=MOST_A_DAY, seconds=limits.DAY)
    except limits.TooMany as limit:
        form.add_error(None, _wait(limit.retry_after))
        response = render(request, "counter/feedback.html", context, status=429)
        response["Retry-After"] = str(limit.retry_after)
        return response
    given = give_feedback(
        form_key=form.cleaned_data["form_key"] or uuid.uuid4(),
        kind=FeedbackKind(form.cleaned_data["kind"]),
        text=form.cleaned_data["text"],
        email=form.cleaned_data["email"],
        language=Language(get_language()),
    )
    return render(request, "counter/feedback_given.html", {"given": given, "feedback": given.feedback})


def _wait(seconds: int) -> str:
    minutes = -(-seconds // MINUTE)
    return ngettext(
        "We have just received a lot of feedback from your network. Your text is still here. Send it again in "
        "%(count)d minute, or email or call us.",
        "We have just received a lot of feedback from your network. Your text is still here. Send it again in "
        "%(count)d minutes, or email or call us.",
        minutes,
    ) % {"count": minutes}
