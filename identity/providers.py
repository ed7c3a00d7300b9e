"""The brokers that this installation may ask, as the setting IDENTITY_PROVIDERS lists them."""

from dataclasses import MISSING, dataclass, fields
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from identity.dialects import DIALECTS, Dialect

LONGEST_ID, LONGEST_LEVEL = 40, 200  # characters, as each confirmation keeps them


class InvalidProvider(ValueError):
    """An entry of IDENTITY_PROVIDERS cannot be used; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One broker. The acr that is asked for and the acr that is accepted are two settings."""

    id: str
    name: str | dict[str, str]  # for all languages, or for each
    dialect: str
    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    acr_values: list[str]
    acr_accepted: list[str]
    encrypted: bool = True
    pkce: bool = True
    prompt: str = "login"  # single sign-on would let the second person of a household in as the first
    max_age: int | None = None  # seconds since the broker saw the person; then auth_time is demanded
    service_name: str | None = None  # what the bank shows as the asking service (ftn_spname)

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise InvalidProvider(f"the dialect {self.dialect!r} is none of {', '.join(DIALECTS)}")
        if len(self.id) > LONGEST_ID:
            raise InvalidProvider(f"its id is longer than {LONGEST_ID} characters")
        if any(not isinstance(level, str) or len(level) > LONGEST_LEVEL for level in self.acr_accepted):
            raise InvalidProvider(f"acr_accepted holds other than texts of at most {LONGEST_LEVEL} characters")
        if self.service_name and len(self.service_name) > 40:
            raise InvalidProvider("service_name is longer than 40 characters")

    @property
    def claims(self) -> Dialect:
        return DIALECTS[self.dialect]

    @property
    def label(self) -> str:
        """The name to show, in the language in use."""
        if isinstance(self.name, str):
            return self.name
        return self.name.get(get_language() or "") or next(iter(self.name.values()), self.id)


# The types that JSON may give each setting; others are texts.
TYPES: dict[str, tuple[type, ...]] = {
    "name": (str, dict),
    "acr_values": (list,),
    "acr_accepted": (list,),
    "encrypted": (bool,),
    "pkce": (bool,),
    "max_age": (int, type(None)),
    "service_name": (str, type(None)),
}


def parse(entry: dict[str, Any]) -> Provider:
    """Return the provider that an entry of the setting describes. Raises InvalidProvider."""
    if not isinstance(entry, dict):
        raise InvalidProvider("it is not an object")
    known = {field.name: field.default is MISSING for field in fields(Provider)}
    if unknown := sorted(entry.keys() - known.keys()):
        raise InvalidProvider(f"unknown: {', '.join(unknown)}")
    if missing := [name for name, required in known.items() if required and not entry.get(name)]:
        raise InvalidProvider(f"missing: {', '.join(missing)}")
    if wrong := [name for name, value in entry.items() if not isinstance(value, TYPES.get(name, (str,)))]:
        raise InvalidProvider(f"of a wrong type: {', '.join(wrong)}")
    return Provider(**entry)


def all_providers() -> list[Provider]:
    """Return the providers in the order of the setting. Raises InvalidProvider."""
    return [parse(entry) for entry in settings.IDENTITY_PROVIDERS]


def find(provider_id: str) -> Provider | None:
    """Return the provider of that id, or None. Raises InvalidProvider."""
    return next((provider for provider in all_providers() if provider.id == provider_id), None)
