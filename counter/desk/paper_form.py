"""The form for a day without the service, printed beforehand: what customer and adviser write by hand (ADR 44).

It asks for what a check records and no more (C2), so for no document number, and of the personal identity code for the
last four characters, which are compared when the form is entered.
"""

from types import SimpleNamespace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counter.desk.access import desk_page, desk_view
from counter.models import DocumentType

# In the customer's language and in that of the page, so that each of the two can read what the other writes.
WORDS = SimpleNamespace(
    heading=gettext_lazy("Confirming a housing application on paper"),
    lead=gettext_lazy(
        "The service is out of order. Fill in part 1 and sign it. We will enter the form when the service works "
        "again, and send you an email."
    ),
    customer=gettext_lazy("1. Customer"),
    number=gettext_lazy("Application number"),
    name=gettext_lazy("Name"),
    birth_date=gettext_lazy("Date of birth"),
    language=gettext_lazy("Language of communication"),
    wish=gettext_lazy("What I want"),
    wishes=[
        gettext_lazy("I confirm the application"),
        gettext_lazy("I renew the application"),
        gettext_lazy("I withdraw the application"),
        gettext_lazy("I want an account. My personal email address:"),
    ],
    representative=gettext_lazy("If I act for somebody else: my name"),
    basis=gettext_lazy("Document that shows my right, and its last day"),
    statement=gettext_lazy(
        "I have read and accept the terms of use. What I have ticked is about the application as it was last sent "
        "before today."
    ),
    signature=gettext_lazy("Date and signature"),
    adviser=gettext_lazy("2. Adviser"),
    document=gettext_lazy("Identity document"),
    country=gettext_lazy("Country that issued it"),
    valid_until=gettext_lazy("Last day of validity"),
    code=gettext_lazy("Last four characters of the personal identity code on the document"),
    absent=gettext_lazy("The code is not on the document"),
    picture=gettext_lazy("The picture matches the person who is here"),
    name_matches=gettext_lazy("The name matches"),
    name_reason=gettext_lazy("Why the name differs"),
    note=gettext_lazy("Note"),
    adviser_name=gettext_lazy("Adviser’s name"),
    moment=gettext_lazy("Date and time"),
    locked=gettext_lazy(
        "Do not write the number of the document. Keep this paper locked up. Shred it once it has been entered and a "
        "supervisor has compared it."
    ),
)


@desk_view("counter.use_desk")
@require_safe
def paper_form_page(request: HttpRequest) -> HttpResponse:
    """Show the form in the customer's language, that of `?language=` or of the page, beside that of the page."""
    ours, asked = get_language() or "fi", request.GET.get("language")
    context = {
        "title": _("Paper form for an outage"),
        "offered": settings.LANGUAGES,
        "theirs": asked if asked in dict(settings.LANGUAGES) else ours,
        "ours": ours,
        "say": WORDS,
        "documents": DocumentType.objects.filter(is_on=True),
    }
    return desk_page(request, "counter/desk/paper_form.html", context)
