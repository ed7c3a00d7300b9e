"""The slip that an applicant takes to the counter: whose it is, and the application's number as text and QR (J4)."""

from django.utils.safestring import SafeString, mark_safe

from applications.models import Applicant, Application

QUIET_ZONE_MODULES = 4  # white around the code, as ISO/IEC 18004 asks for


def holder(application: Application, position: int, *, reader: Applicant) -> Applicant:
    """Return the applicant in a position, whose slip this reader may have.

    Everybody may have their own. The main applicant may also have the slip of a co-applicant who gets none from us,
    because they have no address, or no code to log in with. Raises Application.DoesNotExist for any other, as if
    there were no such application.
    """
    for applicant in application.applicants:
        gets_none = not applicant.is_main and (not applicant.email or applicant.only_at_counter)
        if applicant.position == position and (applicant == reader or (reader.is_main and gets_none)):
            return applicant
    raise Application.DoesNotExist


def qr(application: Application, position: int) -> SafeString:
    """Return what the slip of somebody says, as a QR code: an SVG element for a page.

    It is the application's number, without the dashes, which some scanners type as another character; then a blank
    and the position of its holder among the applicants, counted from 1. So a scan opens the person.
    """
    import segno  # here, as few processes draw one

    code = segno.make(f"{application.reference} {position + 1}", error="h", micro=False)
    svg = code.svg_inline(border=QUIET_ZONE_MODULES, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308  # drawn by segno from a number of letters and digits
