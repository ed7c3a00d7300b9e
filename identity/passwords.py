"""The check of a password. It takes the same work for known and unknown names, and limits stop guessing.

Two limits count the tries of one place: all of them, and those with one name. Two more count the tries from places
other than that of the last log-in with the name: those with one name, and those with all names. So guessing one
password from many places, or with many names, achieves little. People who know their password can still log in where
they usually do; and the limit over all names, which others may use up, refuses only who has tried several times.
"""

import logging

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from core import crypto
from core.text import typed_text
from identity import accounts, limits, people, staff_passwords
from identity.models import User

logger = logging.getLogger("identity.log_in")

PATH = "identity.passwords.PasswordBackend"  # by which a session remembers how its user logged in

NOBODY = User(password=UNUSABLE_PASSWORD_PREFIX)
MOST_OF_CLIENT = 20  # a minute
MOST_OF_CLIENT_AND_NAME = 6  # a minute
MOST_OF_NAME = 30  # an hour, from places that are new to the name
MOST_OF_ALL = 300  # a minute, from places that are new to the name
SHARE_OF_SITE = 5  # an hour, which the limit over all names never refuses


class PasswordBackend(AuthenticationBackend):
    """Logs in people by the address of their account, and staff by their user name."""

    # allauth's own looks names up in other ways too, and hashes once for each user that it finds.
    def authenticate(  # type: ignore[override]
        self, request: HttpRequest, *, password: str, username: str = "", email: str = ""
    ) -> User | None:
        """Return the user of that name and password, or None. Raises limits.TooMany."""
        name = accounts.normal(username or email)
        client = limits.client_network(request)
        limits.count("log-in client", client, most=MOST_OF_CLIENT)
        limits.count("log-in client and name", f"{client} {name}", most=MOST_OF_CLIENT_AND_NAME)
        staff = User.objects.filter(username=typed_text(username or email), is_staff=True, is_active=True).first()
        staff = staff if staff and staff_passwords.may_log_in(staff) else None
        account = accounts.live(username or email)
        user = staff or (account.user if account and account.user.is_active else None)
        # Tries from known places are counted apart and not left out: the work must not tell which places are known.
        is_known = user is not None and any(
            constant_time_compare(user.known_client, digest) for digest in _digests(user, request)
        )
        known = f"{client} {name}" if is_known else ""
        limits.count("log-in name", known or name, most=MOST_OF_NAME, seconds=limits.HOUR)
        own = known or limits.client_site(request)
        limits.count_shared("log-in", known or "all", most=MOST_OF_ALL, own=own, share=SHARE_OF_SITE)
        # Django hashes against nobody's password too, so that the answer takes as long.
        matches = (user or NOBODY).check_password(password)
        level, word = (logging.INFO, "right") if matches else (logging.WARNING, "wrong")
        logger.log(level, "Password: %s", word, extra={"user": user.pk if user else None})  # never the name
        return user if matches else None

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session with their person, in one query, or None for one who may not go on."""
        user = people.signed_in_user(user_id)
        return user if user and staff_passwords.may_log_in(user) else None


def remember_client(user: User, request: HttpRequest) -> None:
    """Remember from where the user logged in. Only a keyed digest of it is stored."""
    digests = _digests(user, request)
    if user.known_client not in digests:
        user.known_client = digests[0]
        user.save(update_fields=["known_client"])


def _digests(user: User, request: HttpRequest) -> list[str]:
    """Return the digest of the place under each live key, the active one first."""
    return [digest[:32] for digest in crypto.keyed(f"client {user.pk} {limits.client_network(request)}")]
