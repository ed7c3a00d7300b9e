"""The brokers that this installation may ask, as the setting IDENTITY_PROVIDERS lists them."""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.utils.translation import get_language

from identity.dialects import DIALECTS, Dialect

LONGEST_ID, LONGEST_LEVEL = 40, 200  # characters, as each confirmation keeps them
LONGEST_SERVICE_NAME = 40  # characters of ftn_spname
TOKEN_ENDPOINT, ISSUER = "token_endpoint", "issuer"  # words of assertion_audience; else it is an address
PRIVATE_KEY_JWT = "private_key_jwt"  # we show the token endpoint who we are by a signature of ours
BY_CONTRACT = "contract"  # the level of a confirmation whose broker states none: it is as agreed with the broker

Texts = str | dict[str, str]  # for all languages, or for each
Types = dict[str, tuple[type, ...]]
E = TypeVar("E")


class InvalidProvider(ValueError):
    """An entry of IDENTITY_PROVIDERS, or STAFF_DIRECTORY, cannot be used; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One broker. What is asked for (acr_values) and what is accepted (acr_accepted) are two settings.

    provider_faults.py lists the settings that do not go together.
    """

    id: str
    name: Texts
    dialect: str
    issuer: str
    client_id: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str = ""  # either this, or the next two
    signed_jwks_uri: str = ""
    entity_jwks: dict[str, Any] = field(default_factory=dict)  # the keys that sign the broker's keys
    acr_values: list[str] = field(default_factory=list)
    acr_accepted: list[str] = field(default_factory=list)  # either this, or the next
    level_by_contract: bool = False
    encrypted: bool = True
    pkce: bool = True
    prompt: str | None = None  # None: as the dialect has it
    max_age: int | None = None  # seconds since the broker saw the person; then auth_time is demanded
    service_name: Texts = ""  # what the bank shows as the asking service (ftn_spname)
    assertion_audience: str = TOKEN_ENDPOINT
    ui_locales: dict[str, str] = field(default_factory=dict)  # other names of languages than the dialect's
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""  # ends the broker's own session
    embedded_ui_endpoint: str = ""  # tells the means, for our own choice among them
    token_auth: ClassVar[str] = PRIVATE_KEY_JWT
    client_secret: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise InvalidProvider(f"the dialect {self.dialect!r} is none of {', '.join(DIALECTS)}")
        if len(self.id) > LONGEST_ID:
            raise InvalidProvider(f"its id is longer than {LONGEST_ID} characters")
        if any(not isinstance(level, str) or len(level) > LONGEST_LEVEL for level in self.acr_accepted):
            raise InvalidProvider(f"acr_accepted holds other than texts of at most {LONGEST_LEVEL} characters")
        refuse_non_texts(self.name, self.service_name, self.ui_locales)

    @property
    def claims(self) -> Dialect:
        return DIALECTS[self.dialect]

    @property
    def label(self) -> str:
        """The name to show, in the language in use."""
        return in_language(self.name, get_language() or "") or self.id

    @property
    def scope(self) -> str:
        return self.claims.scope

    @property
    def demands_auth_time(self) -> bool:
        """Whether a token must say when the broker saw the person."""
        return self.max_age is not None and self.claims.auth_time

    @property
    def prompt_asked(self) -> str:
        """The value of prompt to send, empty for none."""
        return self.claims.prompts[0] if self.prompt is None else self.prompt

    @property
    def audience(self) -> str:
        """To whom our client assertion is addressed."""
        return audience_of(self.assertion_audience, token_endpoint=self.token_endpoint, issuer=self.issuer)

    def locale(self, language: str) -> str:
        """Return the broker's name of one of our languages."""
        return self.ui_locales.get(language) or self.claims.languages.get(language, language)

    def service_name_in(self, language: str) -> str:
        return in_language(self.service_name, language)


def in_language(texts: Texts, language: str) -> str:
    """Return a text in a language, or else in the first that there is."""
    return texts if isinstance(texts, str) else texts.get(language) or next(iter(texts.values()), "")


def refuse_non_texts(*many: Texts) -> None:
    """Raise InvalidProvider if what is given for a language is no text."""
    for texts in many:
        if isinstance(texts, dict) and not all(isinstance(text, str) for text in texts.values()):
            raise InvalidProvider("a text for a language is no text")


def audience_of(word: str, *, token_endpoint: str, issuer: str) -> str:
    """Return to whom a client assertion is addressed: one of the two by its word, or the address itself."""
    return {TOKEN_ENDPOINT: token_endpoint, ISSUER: issuer}.get(word, word)


# The types that JSON may give each setting; others are texts.
TYPES: Types = {
    "name": (str, dict),
    "entity_jwks": (dict,),
    "acr_values": (list,),
    "acr_accepted": (list,),
    "level_by_contract": (bool,),
    "encrypted": (bool,),
    "pkce": (bool,),
    "prompt": (str, type(None)),
    "max_age": (int, type(None)),
    "service_name": (str, dict, type(None)),
    "ui_locales": (dict,),
}


def parse(entry: dict[str, Any]) -> Provider:
    """Return the provider that an entry of the setting describes. Raises InvalidProvider."""
    return read_entry(entry, Provider, TYPES)


def read_entry(entry: dict[str, Any], kind: type[E], types: Types) -> E:
    """Return the object of a dataclass that an entry of a setting describes; texts, where `types` names no others.

    Raises InvalidProvider.
    """
    if not isinstance(entry, dict):
        raise InvalidProvider("it is not an object")
    all_fields = fields(kind)  # type: ignore[arg-type]  # every `kind` is a dataclass
    known = {one.name: one.default is MISSING and one.default_factory is MISSING for one in all_fields}
    if unknown := sorted(entry.keys() - known.keys()):
        raise InvalidProvider(f"unknown: {', '.join(unknown)}")
    if missing := [name for name, required in known.items() if required and not entry.get(name)]:
        raise InvalidProvider(f"missing: {', '.join(missing)}")
    if wrong := [name for name, value in entry.items() if not isinstance(value, types.get(name, (str,)))]:
        raise InvalidProvider(f"of a wrong type: {', '.join(wrong)}")
    # null says the same as leaving a setting out.
    return kind(**{name: value for name, value in entry.items() if value is not None})


def all_providers() -> list[Provider]:
    """Return the providers in the order of the setting. Raises InvalidProvider."""
    return [parse(entry) for entry in settings.IDENTITY_PROVIDERS]


def find(provider_id: str) -> Provider | None:
    """Return the provider of that id, or None. Raises InvalidProvider."""
    return next((provider for provider in all_providers() if provider.id == provider_id), None)
