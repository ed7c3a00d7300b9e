"""What the City's directory tells of a member of staff who comes through it, and why one is not let in (ADR 58)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.refusals import Refused


@dataclass(frozen=True)
class DirectoryAnswer:
    """What a verified answer says. `session_id` is the directory's name of its session, or empty."""

    issuer: str
    subject: str
    groups: frozenset[str]
    username: str
    first_name: str
    last_name: str
    email: str
    session_id: str
    has_second_factor: bool


class NotAdmitted(Refused):
    """The directory knows somebody whom this service does not let in. They keep no session and no role here."""

    message = _("You have no access to this service with your City account.")


class HasNoRole(NotAdmitted):
    message = _("Your City account gives you no role in this service. Ask your supervisor for one.")


class NotInUse(NotAdmitted):
    message = _("Your access to this service has been switched off. Ask the operator of the service why.")


class UnusableAnswer(NotAdmitted):
    message = _("The City’s directory sent details that we cannot use. Tell the operator of the service.")
