"""The accessibility statement: what Act 306/2019 wants to be told, by the model of the City's statements."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

PREPARED_ON = dt.date(2026, 11, 21)
ASSESSED_ON = dt.date(2026, 11, 28)
UPDATED_ON = dt.date(2026, 11, 29)


@dataclass(frozen=True)
class Deficiency:
    """What does not meet the requirements, and the criteria of WCAG 2.1 that it fails."""

    text: str | Promise
    criteria: str


# A deficiency that is corrected leaves this list in the same change: tests/heka_confirm/test_accessibility.py.
DEFICIENCIES = (
    Deficiency(
        _(
            "In some groups of check boxes you must choose at least one. Only an asterisk shows this, and a screen "
            "reader does not read it out."
        ),
        "1.3.1, 3.3.2",
    ),
    Deficiency(
        _(
            "Your browser may not be able to fill in your address, municipality of residence and language in the "
            "application form."
        ),
        "1.3.5",
    ),
    Deficiency(
        _(
            "If your browser does not use JavaScript, no warning appears before your session ends or the form "
            "closes. The page does show the time when this will happen."
        ),
        "2.2.1",
    ),
)


@dataclass(frozen=True)
class SupervisoryAuthority:
    """Where Traficom, which supervises accessibility, is reached in one language."""

    website: str
    email: str
    box: str


SUPERVISORY_AUTHORITY = {
    "fi": SupervisoryAuthority(
        "www.saavutettavuusvaatimukset.fi", "saavutettavuus@traficom.fi", "PL 320, 00059 TRAFICOM"
    ),
    "sv": SupervisoryAuthority("www.tillganglighetskrav.fi", "tillganglighet@traficom.fi", "PB 320, 00059 TRAFICOM"),
    "en": SupervisoryAuthority(
        "www.webaccessibility.fi", "saavutettavuus@traficom.fi", "P.O. Box 320, FI-00059 TRAFICOM"
    ),
}


@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    context = {
        "prepared_on": PREPARED_ON,
        "assessed_on": ASSESSED_ON,
        "updated_on": UPDATED_ON,
        "deficiencies": DEFICIENCIES,
        "authority": SUPERVISORY_AUTHORITY[get_language() or "fi"],
    }
    return render(request, "accessibility.html", context)
