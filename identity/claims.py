"""The person whom the claims of a verified identity token identify."""

from dataclasses import dataclass

from core import hetu
from core.text import has_control
from identity.enums import Method
from identity.providers import Provider
from identity.refusals import NoCode, TokenRefused
from identity.tokens import Claims

LONGEST_NAME = 200  # characters


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person as the broker knows them. `sub` is left out, as most brokers change it each time."""

    hetu: str
    first_names: str
    last_name: str
    method: Method


def read(claims: Claims, provider: Provider) -> Identity:
    """Return the identity in claims in the provider's dialect. Raises TokenRefused and NoCode."""
    dialect = provider.claims
    code = next((claims[name] for name in dialect.hetu if claims.get(name)), None)
    if code is None:
        raise NoCode("no-code")
    try:
        code = hetu.parse(code if isinstance(code, str) else "")
    except hetu.InvalidHetu:
        raise TokenRefused("hetu") from None
    first_names, last_name = (_name(claims.get(name)) for name in (dialect.first_names, dialect.last_name))
    if not (first_names or last_name):  # some people have one name only
        raise TokenRefused("name")
    return Identity(
        hetu=code,
        first_names=first_names,
        last_name=last_name,
        method=dialect.method_of(claims.get(dialect.method)) if dialect.method else Method.BANK,
    )


def _name(value: object) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if len(name) > LONGEST_NAME or has_control(name):
        raise TokenRefused("name")
    return name
