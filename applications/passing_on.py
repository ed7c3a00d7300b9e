"""What the main applicant may pass on to a co-applicant in a message of their own (J3).

The text is in the co-applicant's language, and names nobody: it goes through programs that we do not know, and the
main applicant writes their own greeting. It has neither telephone number nor address of the co-applicant, so it is
the same for somebody under non-disclosure (R16). Its signs are those of GSM 03.38, or a message would be cut into
pieces of 67 signs instead of 153.
"""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Applicant, Application


@dataclass(frozen=True)
class Note:
    """A text to pass on, its language, and the subject that it has as an email."""

    text: str
    subject: str
    language: str

    @property
    def sms(self) -> str:
        """The address that opens a text message without a recipient; `?&` serves Android, RFC 5724 and iOS."""
        return f"sms:?&body={_encoded(self.text)}"

    @property
    def mailto(self) -> str:
        """The address that opens an email without a recipient (RFC 6068)."""
        return f"mailto:?subject={_encoded(self.subject)}&body={_encoded(self.text)}"


def note_for(applicant: Applicant, application: Application, *, code: str) -> Note:
    """Return what tells a co-applicant how to confirm: with the code of their invitation, if there is one.

    Without a code they identify themselves. Whoever can confirm only at the counter is told where that is.
    """
    with translation.override(applicant.language):
        page = reverse("counter:page" if applicant.only_at_counter else "front")
        facts = {"number": application.number, "address": settings.PUBLIC_URL + page, "code": code}
        subject = _("Heka housing application %(number)s") % facts
        return Note(_template(applicant, code) % facts, subject, applicant.language)


def _template(applicant: Applicant, code: str) -> str:
    if applicant.only_at_counter:
        return _(
            "City of Helsinki, rental apartment search: Heka housing application %(number)s is waiting for you to"
            " confirm it. Confirm it at customer service, Työpajankatu 8, with a passport or identity card."
            " %(address)s"
        )
    if code:
        return _(
            "City of Helsinki, rental apartment search: Heka housing application %(number)s is waiting for you to "
            "confirm it. Open %(address)s and enter the code %(code)s."
        )
    return _(
        "City of Helsinki, rental apartment search: Heka housing application %(number)s is waiting for you to"
        " confirm it. Open %(address)s and identify yourself with your online banking codes or mobile certificate."
    )


def _encoded(text: str) -> str:
    return quote(text, safe="")
