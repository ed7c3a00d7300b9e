"""Which members of staff log in with a password of this service (STAFF_PASSWORDS, ADR 58)."""

from django.conf import settings

from identity.models import DirectoryIdentity, User


def is_break_glass(user: User) -> bool:
    """Tell whether this is the one account that logs in with a password whatever the settings say."""
    return bool(user.username) and user.username == settings.BREAK_GLASS_USERNAME


def may_log_in(user: User) -> bool:
    """Tell whether the settings let a user log in with a password. People with an account always may."""
    return not user.is_staff or settings.STAFF_PASSWORDS or is_break_glass(user)


def may_have_one(user: User) -> bool:
    """Tell whether a member of staff may set a password: not while the directory vouches for them."""
    return may_log_in(user) and not is_of_directory(user)


def is_of_directory(user: User) -> bool:
    """Tell whether the City's directory decides on the roles and the log-in of a member of staff."""
    return user.pk is not None and DirectoryIdentity.objects.filter(user=user).exists()
