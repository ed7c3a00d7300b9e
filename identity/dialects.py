"""How each broker tells the same facts (docs/providers.md, with sources). A new broker is one more row of DIALECTS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core import hetu
from identity.enums import Method

# A person whom another country identified (eIDAS), at any broker.
FOREIGN_ID = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"

# Parts of brokers' names of means. Any other name is strong electronic identification, of which no more is said.
PARTS: Mapping[Method, str] = {
    Method.MOBILE: "mobiilivarmenne|mobile|mpki",
    Method.ID_CARD: "hst|fineid|varmennekortti",
    Method.WALLET: "wallet|lompakko",
    Method.BANK: r"aktia|aland|danske|nordea|omasp|op|pop|sp|\w*(?:bank|banken|pankki)",  # bankidse is no bank
}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What is asked of a broker, and where its answer holds what. Names in tuples are looked up in their order."""

    scope: str
    hetu: tuple[str, ...]  # claims that may hold the Finnish personal identity code
    country: str | None = None  # claim that names the country of the person's code, such as SE
    last_name: str = "family_name"
    first_names: str = "given_name"
    means: tuple[str, ...] = ()  # claims that may name the means, such as a bank; () where the broker does not tell
    level: str = "acr"  # claim that states how strong the identification was, or by which means
    by_contract: bool = False  # the broker may state no level at all
    cancelled: tuple[str, ...] = ("access_denied", "cancel")  # errors that mean that the person changed their mind
    prompts: tuple[str, ...] = ("login", "")  # values of prompt that the broker knows, the usual one first
    languages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # where it says not fi, sv, en
    auth_time: bool = True  # the token says when the broker saw the person
    userinfo: bool = False  # part of the claims comes from the userinfo endpoint only
    logout: bool = False  # the broker keeps a session of its own, and has an address that ends it
    own_choice: bool = False  # lets a service show the means itself

    def method_of(self, claims: Mapping[str, Any]) -> tuple[Method, str]:
        """Return how the person identified themselves, and the broker's own word for it, empty where it has none."""
        told = next((_words(claims[name]) for name in self.means if claims.get(name)), "")
        # A name is the end of an address, in parts: …/saml2/names/ac/oidc.aktia.1
        parts = [part for name in told.lower().split() for part in re.split(r"[\W_]+", name.rpartition("/")[2])]
        found = [method for method, known in PARTS.items() if any(re.fullmatch(known, part) for part in parts)]
        return (found[0] if len(found) == 1 else Method.STRONG), told

    def is_foreign(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether the broker says that the person was identified by another country, without a Finnish code."""
        country = claims.get(self.country) if self.country else None
        is_foreign = bool(claims.get(FOREIGN_ID)) or (isinstance(country, str) and country.upper() not in ("", "FI"))
        return is_foreign and not any(_is_hetu(claims.get(name)) for name in self.hetu)


DIALECTS = {
    "telia": Dialect(
        scope="openid",
        hetu=("urn:oid:1.2.246.21",),
        last_name="urn:oid:2.5.4.4",
        first_names="urn:oid:1.2.246.575.1.14",
        means=("amr",),
    ),
    "op": Dialect(
        scope="openid profile personal_identity_code",
        hetu=("personal_identity_code",),
        cancelled=("cancel",),  # its access_denied is a fault, such as a failed validation
        prompts=("", "consent"),
        own_choice=True,
    ),
    "signicat": Dialect(
        scope="openid profile nin ftn-extra",
        hetu=("ftn_hetu", "nin"),
        country="nin_issuing_country",
        means=("ftn_idp", "idp"),
        by_contract=True,
        cancelled=("IDP-3200", "access_denied", "cancel"),
    ),
    "nets": Dialect(scope="openid profile ssn", hetu=("ssn", "fi_ssn"), means=("fi_tupas_bank", "amr")),
    "idura": Dialect(
        scope="openid",
        hetu=("hetu",),
        country="country",
        means=("authenticationmethod", "authenticationtype"),
        level="authenticationtype",
        prompts=("login", "consent", ""),
        languages=MappingProxyType({"sv": "se"}),
        auth_time=False,
    ),
    "helsinki": Dialect(
        scope="openid profile",
        hetu=("national_id_num",),
        means=("amr",),
        level="loa",
        userinfo=True,
        logout=True,
    ),
}


def _words(value: object) -> str:
    """Return a claim of one text or several as one text, without what is no text."""
    values = value if isinstance(value, list) else [value]
    return " ".join(item.strip() for item in values if isinstance(item, str))


def _is_hetu(value: object) -> bool:
    try:
        hetu.parse(value if isinstance(value, str) else "")
    except hetu.InvalidHetu:
        return False
    return True
