"""Django's side of the sign-in of staff: directory_staff.py says who comes in whom the City's directory identifies.

Nobody is looked up by their email address or name here: only by the directory's own id of them.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from identity import directory_staff
from identity.attempts import Attempt
from identity.directory import Directory
from identity.directory_answers import DirectoryAnswer
from identity.models import User
from identity.openid_backend import OpenIdBackend
from identity.refusals import SetUpWrongly, TokenRefused
from identity.tokens import Claims

LONGEST_TEXT = 300  # characters of a name, an address or the id of a group; what is longer is no such thing


def redirect_uri() -> str:
    """Return the one address to which the directory sends staff back, whatever their language."""
    return settings.PUBLIC_URL + reverse("directory:callback")


class DirectoryBackend(OpenIdBackend):
    """Signs in the member of staff whom the directory identifies. One instance serves one sign-in."""

    provider: Directory
    has_second_factor: bool

    # Keyword-only and without defaults: Django skips this backend for a user name and password.
    def authenticate(  # type: ignore[override]
        self, request: HttpRequest, *, directory: Directory, attempt: Attempt
    ) -> User | None:
        """Return the user whom the directory's answer identifies, or None for an answer without a code.

        Raises BrokerUnreachable, BrokerRefused, TokenRefused, SetUpWrongly and NotAdmitted.
        """
        return self.user_of_answer(request, directory, attempt, redirect_uri())

    def get_or_create_user(self, access_token: object, id_token: object, payload: Claims) -> User:
        answer = read_answer(payload, self.userinfo(payload), self.provider)
        self.has_second_factor = answer.has_second_factor
        return directory_staff.admit(answer)


def read_answer(payload: Claims, userinfo: Claims, directory: Directory) -> DirectoryAnswer:
    """Return what the claims of a verified identity token, and those of the userinfo endpoint, say of somebody.

    How they were identified is told by the token alone. Raises TokenRefused and SetUpWrongly.
    """
    told = {**userinfo, **payload}
    groups = told.get(directory.groups_claim, [])
    elsewhere = told.get("_claim_names")
    if directory.groups_claim not in told and isinstance(elsewhere, dict) and directory.groups_claim in elsewhere:
        raise SetUpWrongly("groups-elsewhere")  # too many for a token: they would have to be asked for one by one
    listed = [groups] if isinstance(groups, str) else groups
    if not isinstance(listed, list):
        raise TokenRefused("groups")
    amr, session_id = payload.get("amr"), payload.get("sid")
    methods = amr if isinstance(amr, list) else [amr]
    return DirectoryAnswer(
        issuer=directory.issuer,
        subject=payload["sub"],
        groups=frozenset(filter(None, map(_text, listed))),
        username=_text(told.get("preferred_username")) or _text(told.get("upn")),
        first_name=_text(told.get("given_name")),
        last_name=_text(told.get("family_name")),
        email=_text(told.get("email")),
        session_id=session_id if isinstance(session_id, str) else "",  # of any length: only a digest is stored
        has_second_factor=payload.get("acr") in directory.acr_second_factor
        or any(method in directory.amr_second_factor for method in methods),
    )


def _text(value: Any) -> str:
    """Return a claim that is a text of a usable length, and an empty text for any other."""
    return value if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""
