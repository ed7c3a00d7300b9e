"""What the list of staff tells of each: roles, whether they have come in yet, and their second factor."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Role
from identity import staff_changes, staff_passwords
from identity.enums import StaffChangeKind
from identity.models import User
from identity.staff_links import LIFETIME


def with_state(found: QuerySet[User]) -> QuerySet[User]:
    """Fetch what the list tells of each, in two queries more."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    live = Q(staff_links__used_at=None, staff_links__replaced_at=None)
    waiting = staff_changes.waiting_changes().filter(kind=StaffChangeKind.ROLE)
    listed = found.select_related("directory_identity").annotate(
        has_factor=Exists(factors), invited_at=Max("staff_links__created_at", filter=live)
    )
    return listed.prefetch_related("groups", Prefetch("staff_changes", queryset=waiting, to_attr="roles_asked_for"))


def roles_in_words(user: User) -> str:
    """Return the roles in the language of the page, with those that wait for a colleague; empty without any."""
    held = [Role.name_of(group.name) for group in user.groups.all()]
    asked = getattr(user, "roles_asked_for", None)
    if asked is None:
        asked = staff_changes.waiting_changes().filter(user=user, kind=StaffChangeKind.ROLE)
    waiting = [_("%(role)s (waiting for approval)") % {"role": change.role_name} for change in asked]
    return ", ".join([*sorted(held), *waiting])


def state_in_words(user: User) -> str:
    """Return whether somebody works here, or has been invited to."""
    if not user.is_active:
        return _("Not in use")
    if hasattr(user, "directory_identity"):
        return _("With a City account")
    if not staff_passwords.may_log_in(user):
        return _("Cannot log in: passwords are switched off")
    if user.has_usable_password():
        return _("In use")
    invited_at = getattr(user, "invited_at", None)
    if invited_at and timezone.now() < invited_at + LIFETIME:
        return _("Invited")
    return _("The invitation has expired") if invited_at else _("Not invited")
