"""The accessibility statement: what Act 306/2019 wants to be told, by the model of the City's statements."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

PREPARED_ON = dt.date(2026, 11, 21)
ASSESSED_ON = dt.date(2026, 11, 28)
UPDATED_ON = dt.date(2026, 11, 29)


@dataclass(frozen=True)
class Deficiency:
    """What does not meet the requirements, and the criteria of WCAG 2.1 that it fails."""

    text: str | Promise
    criteria: str


# Whoever finds a deficiency names it here, and takes it off in the change that corrects it.
DEFICIENCIES: tuple[Deficiency, ...] = ()


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
