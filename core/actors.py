"""Who acts: one definition, which an application's changes of state and the trail both read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from identity.models import User


class Role(models.TextChoices):
    """The role in which somebody acts."""

    APPLICANT = "applicant", _("Applicant")
    ADVISER = "adviser", _("Adviser")
    SUPERVISOR = "supervisor", _("Supervisor")
    OPERATOR = "operator", _("Operator")
    HOUSING_SYSTEM = "housing_system", _("Housing system")
    CLOCK = "clock", _("The end of a time limit")
    DIRECTORY = "directory", _("The City’s directory")

    @classmethod
    def name_of(cls, group: str) -> str:
        """Return the name of a group of staff in the language of the page. The groups are called as the roles are."""
        return str(cls(group).label) if group in cls.values else group


class Source(models.TextChoices):
    """The channel through which somebody acts."""

    PERSON = "person", _("an applicant")
    COUNTER = "counter", _("customer service")
    HOUSING_SYSTEM = "housing_system", _("the housing system")
    CLOCK = "clock", _("the end of a time limit")
    FORM = "form", _("the form, without identification")


@dataclass(frozen=True)
class Actor:
    """Who acts: in which role and through what.

    `user` is the user of an identified person or of a member of staff, `name` that of a housing system, which has
    no user. `how` is the method by which a person was identified (identity.enums.Method).
    """

    role: Role
    source: Source
    user: "User | None" = None
    name: str = ""
    how: str = ""


CLOCK = Actor(Role.CLOCK, Source.CLOCK)
UNIDENTIFIED = Actor(
    Role.APPLICANT, Source.FORM
)  # fills in the form or holds a link, and nothing else is known about them


def operator_actor(user: "User | AnonymousUser") -> Actor:
    """Return the user of an admin page outside the desk as an operator. Raises PermissionDenied without a log-in."""
    if not user.is_authenticated:
        raise PermissionDenied
    return Actor(Role.OPERATOR, Source.COUNTER, user=user)


def acting_staff(actor: Actor) -> "User":
    """Return the member of staff who acts. Raises TypeError when anybody else acts."""
    if actor.source != Source.COUNTER or actor.user is None:
        raise TypeError("No member of staff acts")
    return actor.user
