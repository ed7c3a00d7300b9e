"""The pages that search engines may show, each with its description. They are kept out of all others."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the name of the address. A page that shows a person, or has a secret in its address, never stands here.
DESCRIPTIONS: dict[str, Promise] = {
    "front": _(
        "Confirm your Heka housing application online or at the rental apartment search advisory service in "
        "Helsinki. You can also fill in a new application."
    ),
    "how_to": _(
        "Your Heka housing application will be valid when every adult applicant has confirmed it. See step by step "
        "how to confirm the application."
    ),
    "counter:page": _(
        "Confirm your Heka housing application with a passport or identity card, without an appointment. Address and "
        "opening hours of the rental apartment search advisory service."
    ),
    "email_check": _(
        "Have you got an email about a Heka housing application? Enter the code at the end of the email, and we will "
        "tell you whether it is from us."
    ),
    "applications:terms": _("The terms of use that you accept before you confirm a Heka housing application online."),
    "privacy": _(
        "What data about you we use when you confirm a Heka housing application, and why. How long we keep it, and "
        "what rights you have."
    ),
    "accessibility": _(
        "How accessible the online service for Heka housing applications is, whether it has known deficiencies, and "
        "how to give feedback."
    ),
    "identity:cookies": _(
        "Which cookies the online service for Heka housing applications uses, and why. All of them are essential."
    ),
}


def description_of(request: HttpRequest) -> Promise | str:
    """Return how search engines may describe the page, or an empty text for a page that they are not to show."""
    match = request.resolver_match
    return DESCRIPTIONS.get(match.view_name, "") if match else ""


def may_show(request: HttpRequest) -> bool:
    """Tell whether search engines may show the page: not with a query, which may name what its reader is doing.

    Nothing is shown of an installation for trying things out: people would take it for the real one.
    """
    is_real = not (settings.STAGING or settings.DEMO)
    return is_real and not request.META.get("QUERY_STRING") and bool(description_of(request))
