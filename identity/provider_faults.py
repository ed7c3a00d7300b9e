"""Settings of one provider that do not go together, each with a hint: the table behind the system checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's name

from identity.providers import ISSUER, LONGEST_SERVICE_NAME, TOKEN_ENDPOINT, Provider
from identity.signatures import BadSignature, public_key

ENDPOINTS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "signed_jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
    "embedded_ui_endpoint",
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
WEAK = ("low", "loa1")  # ends of the names of levels that are not strong identification


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong, as the rest of a sentence about the provider, and when."""

    id: str
    what: str
    hint: str
    found: Callable[[Provider], bool]
    kind: type[Error | Warning] = Error

    def message(self, provider: Provider) -> CheckMessage:
        text = f"Provider {provider.id} {self.what.format(dialect=provider.dialect)}."
        return self.kind(text, hint=self.hint, id=f"identity.{self.id}")


def faults_of(provider: Provider) -> Iterator[CheckMessage]:
    """Yield what is wrong with the settings of a provider, and what is worth a second look."""
    for name in ENDPOINTS:
        address = getattr(provider, name)
        if address and not is_safe(address):
            yield Error(
                f"{name} of provider {provider.id} is not an https address.",
                hint="What the broker is asked and answers must not be read on the way.",
                id="identity.E003",
            )
    yield from (fault.message(provider) for fault in FAULTS if fault.found(provider))


def is_safe(address: str) -> bool:
    """Tell whether an address is https, or else on this machine or the demo's own while developing."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme == "http" and (settings.DEBUG or settings.DEMO_WITHOUT_DEBUG):
        return host in (*LOOPBACK, urlsplit(settings.PUBLIC_URL).hostname)
    return parts.scheme == "https" and bool(host)


def _has_unusable_entity_keys(provider: Provider) -> bool:
    keys = provider.entity_jwks.get("keys")
    if not provider.entity_jwks:
        return False
    return not (isinstance(keys, list) and keys and all(_is_public_key(key) for key in keys))


def _is_public_key(key: object) -> bool:
    try:
        return isinstance(key, dict) and "d" not in key and bool(key.get("kid")) and bool(public_key(key))
    except BadSignature:
        return False


def lacks_a_language(texts: object) -> bool:
    """Tell whether texts for each language are not exactly those of our languages."""
    return isinstance(texts, dict) and texts.keys() != dict(settings.LANGUAGES).keys()


def _is_too_long(provider: Provider) -> bool:
    names = provider.service_name
    return any(len(name) > LONGEST_SERVICE_NAME for name in (names.values() if isinstance(names, dict) else [names]))


def has_odd_audience(audience: str) -> bool:
    """Tell whether an assertion_audience is no word and no safe address."""
    return audience not in (TOKEN_ENDPOINT, ISSUER) and not is_safe(audience)


FAULTS = (
    Fault(
        id="E011",
        what="has both or neither of jwks_uri and signed_jwks_uri",
        hint="Give the one from which the broker's keys are read. Where a signed set exists, give that.",
        found=lambda provider: bool(provider.jwks_uri) == bool(provider.signed_jwks_uri),
    ),
    Fault(
        id="E012",
        what="has only one of signed_jwks_uri and entity_jwks",
        hint="A signed set of keys is worth the key that checks it: give the broker's entity keys beside its address.",
        found=lambda provider: bool(provider.signed_jwks_uri) != bool(provider.entity_jwks),
    ),
    Fault(
        id="E013",
        what="has entity_jwks that cannot check a signature",
        hint='It is an object {"keys": […]} of public RSA keys of 2048 bits or more, each with its kid.',
        found=_has_unusable_entity_keys,
    ),
    Fault(
        id="E014",
        what="has both or neither of acr_accepted and level_by_contract",
        hint="Say which levels are accepted; level_by_contract is for a broker that states none.",
        found=lambda provider: bool(provider.acr_accepted) == provider.level_by_contract,
    ),
    Fault(
        id="E015",
        what="has level_by_contract, but a broker of the dialect {dialect} states how strong an identification was",
        hint="List what you accept in acr_accepted instead; docs/providers.md names the claim.",
        found=lambda provider: provider.level_by_contract and not provider.claims.by_contract,
    ),
    Fault(
        id="W002",
        kind=Warning,
        what="states no level, so that each confirmation rests on your contract with the broker",
        hint="Make sure that the contract lets in strong identification only, and keep it as long as confirmations.",
        found=lambda provider: provider.level_by_contract and provider.claims.by_contract,
    ),
    Fault(
        id="E016",
        what="accepts a level that is not strong identification",
        hint="Take it out of acr_accepted: a confirmation needs strong identification (J1).",
        found=lambda provider: any(level.lower().endswith(WEAK) for level in provider.acr_accepted),
    ),
    Fault(
        id="E017",
        what="lacks userinfo_endpoint, where a broker of the dialect {dialect} tells the personal identity code",
        hint="Add it: without it nobody can identify themselves.",
        found=lambda provider: provider.claims.userinfo and not provider.userinfo_endpoint,
    ),
    Fault(
        id="E018",
        what="has userinfo_endpoint, but the dialect {dialect} tells everything in the ID token",
        hint="Leave it out: it would never be called.",
        found=lambda provider: bool(provider.userinfo_endpoint) and not provider.claims.userinfo,
    ),
    Fault(
        id="E019",
        what="has an assertion_audience that is no word and no https address",
        hint='Use "token_endpoint", "issuer", or the address that the broker\'s guide gives.',
        found=lambda provider: has_odd_audience(provider.assertion_audience),
    ),
    Fault(
        id="E020",
        what="has max_age, but the dialect {dialect} does not tell when the broker saw the person",
        hint="Leave max_age out.",
        found=lambda provider: provider.max_age is not None and not provider.claims.auth_time,
    ),
    Fault(
        id="E021",
        what="asks for a prompt that a broker of the dialect {dialect} does not know",
        hint="Leave prompt out: each dialect has its own.",
        found=lambda provider: provider.prompt_asked not in provider.claims.prompts,
    ),
    Fault(
        id="E022",
        what="does not name itself or the service once in each language, and in no other",
        hint="name and service_name are one text, or an object with fi, sv and en.",
        found=lambda provider: lacks_a_language(provider.name) or lacks_a_language(provider.service_name),
    ),
    Fault(
        id="E023",
        what=f"has a service_name of more than {LONGEST_SERVICE_NAME} characters",
        hint="Banks cut longer ones off. Agree a shorter one with the broker.",
        found=_is_too_long,
    ),
    Fault(
        id="E024",
        what="has ui_locales for a language that this service does not speak",
        hint='It is an object from fi, sv or en to the broker\'s own name of the language, such as {"sv": "se"}.',
        found=lambda provider: not provider.ui_locales.keys() <= dict(settings.LANGUAGES).keys(),
    ),
    Fault(
        id="E025",
        what="has embedded_ui_endpoint, but the dialect {dialect} leaves the choice of means to the broker's page",
        hint="Leave it out.",
        found=lambda provider: bool(provider.embedded_ui_endpoint) and not provider.claims.own_choice,
    ),
    Fault(
        id="E026",
        what="has end_session_endpoint, but a broker of the dialect {dialect} has no address that ends its session",
        hint="Leave it out: people are told how to end the broker's session themselves.",
        found=lambda provider: bool(provider.end_session_endpoint) and not provider.claims.logout,
    ),
    Fault(
        id="W003",
        kind=Warning,
        what="lacks end_session_endpoint, though a broker of the dialect {dialect} goes on knowing who was there",
        hint="Add it: otherwise the second person at one computer cannot identify themselves.",
        found=lambda provider: provider.claims.logout and not provider.end_session_endpoint,
    ),
    Fault(
        id="W004",
        kind=Warning,
        what="reads OP's keys from a set that is not signed, which OP has given up",
        hint="Use signed_jwks_uri with entity_jwks; docs/providers.md says where to get them.",
        found=lambda provider: provider.dialect == "op" and bool(provider.jwks_uri),
    ),
)
