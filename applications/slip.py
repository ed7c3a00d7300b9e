"""The slip that an applicant takes to the counter: whose it is, and the application's number as text and QR (J4)."""

import segno
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from applications import letters
from applications.models import Applicant, Application

QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks for


def holder(application: Application, position: int, *, reader: Applicant) -> Applicant:
    """Return the applicant in a position, whose slip this reader may have.

    Everybody has their own; the main applicant also has that of whoever gets none from us, having no address or
    no code to log in with. Raises Application.DoesNotExist for any other, as if there were no such application.
    """
    for applicant in application.applicants:
        if applicant.position == position and (applicant == reader or (reader.is_main and is_passed_on(applicant))):
            return applicant
    raise Application.DoesNotExist


def is_passed_on(applicant: Applicant) -> bool:
    """Tell whether the main applicant is to give this person their slip."""
    return not applicant.is_main and (not applicant.email or applicant.only_at_counter)


def qr(application: Application) -> SafeString:
    """Return the application's number, and nothing else, as a QR code: an SVG element for a page.

    Without the dashes, which some scanners type as another character.
    """
    code = segno.make(application.reference, error="h", micro=False)
    svg = code.svg_inline(border=QUIET_ZONE, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308  # drawn by segno from a number of letters and digits


def send(applicant: Applicant, application: Application) -> None:
    """Send somebody their own slip by letter; asked for twice within a minute, once."""
    letters.slip(applicant, application, asked=timezone.now())
