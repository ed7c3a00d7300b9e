"""How each broker of the Finnish Trust Network names the same facts."""

from dataclasses import dataclass

from identity.enums import Method

# Parts of the brokers' names of methods. A method with neither is a bank.
MOBILE_WORDS = ("mobiili", "mobile", "mpki")
CARD_WORDS = ("card", "kortti", "fineid", "hst")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The scope that is asked for, and the claims that hold the answer."""

    scope: str
    hetu: tuple[str, ...]
    last_name: str = "family_name"
    first_names: str = "given_name"
    method: str | None = None  # the claim that names the method; None where the broker does not tell

    def method_of(self, value: object) -> Method:
        """Return the method that the value of the method claim stands for."""
        name = str(value).lower()
        if any(word in name for word in MOBILE_WORDS):
            return Method.MOBILE
        if any(word in name for word in CARD_WORDS):
            return Method.ID_CARD
        return Method.BANK


DIALECTS = {
    "telia": Dialect(
        scope="openid",
        hetu=("urn:oid:1.2.246.21",),
        last_name="urn:oid:2.5.4.4",
        first_names="urn:oid:1.2.246.575.1.14",
        method="amr",
    ),
    "op": Dialect(scope="openid profile personal_identity_code", hetu=("personal_identity_code",)),
    "signicat": Dialect(scope="openid profile nin ftn-extra idp-id", hetu=("nin", "ftn_hetu"), method="ftn_idp"),
    "nets": Dialect(scope="openid profile ssn", hetu=("ssn", "fi_ssn"), method="fi_tupas_bank"),
    "idura": Dialect(scope="openid", hetu=("hetu",)),
    "suomi.fi": Dialect(scope="openid profile", hetu=("national_id_num",), method="amr"),
}
