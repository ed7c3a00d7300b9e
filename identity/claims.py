"""The person whom the claims of a verified identity token identify."""

from dataclasses import dataclass

from core import hetu
from core.text import has_control
from identity.enums import Method
from identity.providers import BY_CONTRACT, LONGEST_LEVEL, Provider
from identity.refusals import InvalidCode, NoCode, SetUpWrongly, TokenRefused
from identity.tokens import Claims

LONGEST_NAME = 200  # characters
LONGEST_MEANS = 200  # characters, as each confirmation keeps them


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person as the broker knows them. `sub` is left out, as most brokers change it each time.

    A broker that knows a name in one piece has it in last_name, undivided: nobody can tell where it divides.
    """

    hetu: str
    first_names: str
    last_name: str
    method: Method
    means: str = ""  # the broker's own word for the bank, card or app; empty where it has none
    level: str = ""  # how strong the broker says that it was, or BY_CONTRACT


def read(claims: Claims, provider: Provider) -> Identity:
    """Return the identity in claims in the provider's dialect.

    Raises NoCode for a person of whom the broker says that they have no Finnish code, SetUpWrongly for claims that it
    owes us for everybody, InvalidCode, and TokenRefused.
    """
    dialect = provider.claims
    if dialect.is_foreign(claims):  # first: where a broker tells so, it may tell no level
        raise NoCode("no-code")
    level, code = _level(claims, provider), _code(claims, provider)
    first_names, last_name = (_name(claims.get(name)) for name in (dialect.first_names, dialect.last_name))
    if not (first_names or last_name):  # some people have one name only
        last_name = _name(claims.get("name"))
        if last_name in ("", claims.get("sub")):  # some brokers repeat their own name of the person
            raise TokenRefused("name")
    method, means = dialect.method_of(claims)
    return Identity(
        hetu=code,
        first_names=first_names,
        last_name=last_name,
        method=method,
        means="" if has_control(means) or hetu.contains_code(means) else means[:LONGEST_MEANS],
        level=level,
    )


def _level(claims: Claims, provider: Provider) -> str:
    """Return the level that the confirmation keeps. Raises TokenRefused for one that is not accepted."""
    if provider.level_by_contract and provider.claims.by_contract:
        return BY_CONTRACT
    level = claims.get(provider.claims.level)
    if level is None:
        raise SetUpWrongly("level-missing")
    if not isinstance(level, str) or level not in provider.acr_accepted or len(level) > LONGEST_LEVEL:
        raise TokenRefused("acr")
    return level


def _code(claims: Claims, provider: Provider) -> str:
    code = next((claims[name] for name in provider.claims.hetu if claims.get(name)), None)
    if code is None:
        raise SetUpWrongly("claims-missing")
    try:
        return hetu.parse(code if isinstance(code, str) else "")
    except hetu.InvalidHetu:
        raise InvalidCode("hetu") from None


def _name(value: object) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if len(name) > LONGEST_NAME or has_control(name):
        raise TokenRefused("name")
    return name
