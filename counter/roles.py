"""Members of staff as those who act, and their roles."""

from core.actors import Actor, Role, Source
from identity.models import User


def role_of(user: User) -> Role:
    """Return as what somebody works here, by what they may do."""
    if user.is_superuser or not user.has_perm("counter.use_desk"):
        return Role.OPERATOR
    return Role.SUPERVISOR if user.has_perm("counter.undo_check") else Role.ADVISER


def staff_actor(user: User) -> Actor:
    """Return a member of staff as somebody who acts at the counter."""
    return Actor(role_of(user), Source.COUNTER, user=user)
