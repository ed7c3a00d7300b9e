"""Members of staff: their roles, and how the trail and the table of moves name them."""

from django.utils import timezone

from applications.enums import Source
from applications.states import Actor
from identity.models import User
from records.enums import Role
from records.trail import Who


def role_of(user: User) -> Role:
    """Return as what somebody works here, by what they may do."""
    if user.is_superuser or not user.has_perm("counter.use_desk"):
        return Role.OPERATOR
    return Role.SUPERVISOR if user.has_perm("counter.undo_check") else Role.ADVISER


def who(user: User) -> Who:
    """Return a member of staff as the trail names them."""
    return Who(role_of(user), user_id=user.pk)


def chain(user: User) -> str:
    """Return the chain of what a member of staff does besides one application; a year's, so that it ends (R18)."""
    return f"staff {user.pk} {timezone.localdate().year}"


def actor(user: User) -> Actor:
    """Return a member of staff as somebody who moves applications."""
    return Actor(Source.COUNTER, staff=user, role=role_of(user))
