"""Members of staff as actors, and their roles."""

from core.actors import Actor, Role, Source
from identity.models import User


def staff_actor(user: User) -> Actor:
    """Return a member of staff as somebody who acts at the counter, in the role that their rights give them."""
    if user.is_superuser or not user.has_perm("counter.use_desk"):
        role = Role.OPERATOR
    else:
        role = Role.SUPERVISOR if user.has_perm("counter.undo_check") else Role.ADVISER
    return Actor(role, Source.COUNTER, user=user)
