"""mozilla-django-oidc's backend with everything inside it replaced, for brokers and for the City's directory.

Only the order of the steps is the library's. tokens.py checks what it omits, and client.py makes the calls.
"""

from typing import Any

from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from identity import client, people, tokens
from identity.attempts import Attempt
from identity.directory import Issuer
from identity.models import User
from identity.refusals import TokenRefused
from identity.tokens import Claims, Expected


class OpenIdBackend(OIDCAuthenticationBackend):
    """What every sign-in by OpenID Connect does. One instance serves one sign-in."""

    provider: Issuer
    attempt: Attempt
    redirect_uri: str
    token: object  # as it came, and what it tells
    told: Claims

    def __init__(self) -> None:
        """Leave out the library's own, which demands settings of a single provider."""
        self.OIDC_RP_CLIENT_ID = self.OIDC_RP_CLIENT_SECRET = ""  # read, and never sent
        self.deadline = client.Deadline()

    # The library's own method is static.
    def get_settings(self, attr: str, *args: Any) -> Any:  # type: ignore[override]
        # The library makes an address of this name, which is not sent either: that is redirect_uri.
        return "identification:callback" if attr == "OIDC_AUTHENTICATION_CALLBACK_URL" else args[0]

    def user_of_answer(self, request: HttpRequest, provider: Issuer, attempt: Attempt, uri: str) -> User | None:
        """Return the user whom the answer to an attempt identifies, or None for an answer without a code.

        `uri` is where the answer came. Raises BrokerUnreachable, BrokerRefused and TokenRefused.
        """
        self.provider, self.attempt, self.redirect_uri = provider, attempt, uri
        return super().authenticate(  # type: ignore[no-any-return,no-untyped-call]
            request, nonce=attempt.nonce, code_verifier=attempt.verifier
        )

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        answer = client.exchange(
            self.provider,
            code=payload["code"],
            verifier=self.attempt.verifier,
            redirect_uri=self.redirect_uri,
            deadline=self.deadline,
        )
        access_token = answer.get("access_token")
        self.expected = Expected(
            provider=self.provider,
            attempt=self.attempt,
            access_token=access_token if isinstance(access_token, str) else None,
        )
        return answer

    def verify_token(self, token: object, **kwargs: Any) -> Claims:
        def find_key(kid: str) -> dict[str, Any] | None:
            return client.signing_key(self.provider, kid, self.deadline)

        self.token, self.told = token, tokens.verify(token, self.expected, find_key)
        return self.told

    def userinfo(self, payload: Claims) -> Claims:
        """Return what the userinfo endpoint says of the person of a token, nothing where there is no endpoint.

        Raises BrokerUnreachable, BrokerRefused, and TokenRefused.
        """
        if not self.provider.userinfo_endpoint:
            return {}
        told = client.fetch_userinfo(self.provider, self.expected.access_token, self.deadline)
        if told.get("sub") != payload["sub"]:  # OpenID Connect Core 5.3.2: it could be another person's
            raise TokenRefused("userinfo-sub")
        return told

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session with their person, in one query, or None for a deactivated user."""
        return people.signed_in_user(user_id)
