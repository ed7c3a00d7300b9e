"""The City's directory of staff, as the setting STAFF_DIRECTORY describes it (docs/staff-sign-on.md).

Staff log in there by OpenID Connect. It tells in which groups they are, and this setting which role a group gives.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import get_language

from identity.providers import (
    PRIVATE_KEY_JWT,
    TOKEN_ENDPOINT,
    InvalidProvider,
    Provider,
    Texts,
    Types,
    audience_of,
    in_language,
    read_entry,
    refuse_non_texts,
)

# By which we show the token endpoint who we are (OpenID Connect Core 9).
CLIENT_SECRET_BASIC, CLIENT_SECRET_POST = "client_secret_basic", "client_secret_post"
TOKEN_AUTHS = (CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, PRIVATE_KEY_JWT)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """The directory. directory_checks.py lists the settings that do not go together."""

    name: Texts  # as the button of the log-in names it
    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    groups: dict[str, str]  # a group by the directory's id of it → the role that it gives
    client_secret: str = field(default="", repr=False)
    token_auth: str = CLIENT_SECRET_BASIC
    assertion_audience: str = TOKEN_ENDPOINT
    userinfo_endpoint: str = ""  # asked where it is given: some tell groups and names there only
    end_session_endpoint: str = ""  # ends the directory's own session
    scope: str = "openid profile email"
    groups_claim: str = "groups"
    acr_values: list[str] = field(default_factory=list)  # asked for
    acr_second_factor: list[str] = field(default_factory=list)  # each says that a second factor was given there
    amr_second_factor: list[str] = field(default_factory=list)
    prompt: str = ""
    max_age: int | None = None  # seconds since the directory saw the person; then auth_time is demanded

    # What brokers may have, and this has not.
    id: ClassVar[str] = "directory"
    encrypted: ClassVar[bool] = False
    pkce: ClassVar[bool] = True
    signed_jwks_uri: ClassVar[str] = ""
    entity_jwks: ClassVar[dict[str, Any]] = {}

    def __post_init__(self) -> None:
        if self.token_auth not in TOKEN_AUTHS:
            raise InvalidProvider(f"token_auth is none of {', '.join(TOKEN_AUTHS)}")
        refuse_non_texts(self.name, self.groups)
        lists = (self.acr_values, self.acr_second_factor, self.amr_second_factor)
        if not all(isinstance(value, str) for values in lists for value in values):
            raise InvalidProvider("acr_values, acr_second_factor or amr_second_factor holds what is no text")

    @property
    def label(self) -> str:
        """The name to show, in the language in use."""
        return in_language(self.name, get_language() or "")

    @property
    def prompt_asked(self) -> str:
        """The value of prompt to send, empty for none."""
        return self.prompt

    @property
    def demands_auth_time(self) -> bool:
        """Whether a token must say when the directory saw the person: nothing else shows that it did so anew."""
        return self.max_age is not None or self.prompt == "login"

    @property
    def audience(self) -> str:
        """To whom our client assertion is addressed."""
        return audience_of(self.assertion_audience, token_endpoint=self.token_endpoint, issuer=self.issuer)

    def locale(self, language: str) -> str:
        """Return the directory's name of one of our languages."""
        return language


Issuer = Provider | Directory  # who signs tokens for us

TYPES: Types = {
    "name": (str, dict),
    "groups": (dict,),
    "acr_values": (list,),
    "acr_second_factor": (list,),
    "amr_second_factor": (list,),
    "max_age": (int, type(None)),
}


def configured() -> Directory | None:
    """Return the directory, or None where staff log in with passwords of this service only. Raises InvalidProvider."""
    return read_entry(settings.STAFF_DIRECTORY, Directory, TYPES) if settings.STAFF_DIRECTORY else None
