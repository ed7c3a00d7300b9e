"""The page that tells whether an email is from us, which kind and from which day, and nothing of anybody (ADR 37)."""

from email.utils import parseaddr

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control

from applications.letter_names import name_of
from core.addresses import shown_address
from core.requests import TYPED, form_of
from identity import limits
from identity.origin import same_origin_forms
from mailing.letter_codes import find_sent_letter, normalise_letter_code

MOST_EMAIL_CODES = 60  # a minute and address: more than an office types, and nothing towards guessing
PAGE = "email_check.html"


class EmailCodeForm(forms.Form):
    """The code of an email, cleaned as it is digested."""

    code = forms.CharField(
        label=_("Code of the email"),
        help_text=_(
            "The code is at the end of the email. It has 10 characters, for example K7M4P-3XQ4T. You can use upper "
            "or lower case."
        ),
        max_length=60,
        error_messages={"required": _("Enter the code of the email, for example K7M4P-3XQ4T.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = normalise_letter_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(
                _(
                    "This cannot be the code of an email. The code has 10 characters in two groups, for example "
                    "K7M4P-3XQ4T. Application numbers and invitation codes are shorter."
                )
            )
        return code


@same_origin_forms
@cache_control(no_store=True, private=True)
def check_email(request: HttpRequest) -> HttpResponse:
    """Ask for the code of an email, and tell whether it is from us. The answer has no address of its own."""
    form = form_of(request, EmailCodeForm)
    context = {"form": form, "sender": shown_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]), "typed_form": TYPED}
    if form.is_bound:
        limits.count("email code", limits.client_network(request), most=MOST_EMAIL_CODES)
    if form.is_valid():
        letter = find_sent_letter(form.cleaned_data["code"])
        context["is_answered"] = True
        if letter is not None and letter.sent_at is not None:
            context |= {"kind": name_of(letter), "day": timezone.localdate(letter.sent_at)}
    return render(request, PAGE, context)
