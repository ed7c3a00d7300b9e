"""Django's side of the sign-in of people: people.py finds the person whom a broker identifies."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from identity import claims, people
from identity.attempts import Attempt
from identity.models import User
from identity.openid_backend import OpenIdBackend
from identity.proof import Proof
from identity.providers import Provider
from identity.refusals import TokenRefused
from identity.tokens import Claims

PATH = "identity.backend.BrokerBackend"  # what a session remembers of how its user signed in


def redirect_uri() -> str:
    """Return the address to which every broker sends people back, whatever their language."""
    return settings.PUBLIC_URL + reverse("identification:callback")


class BrokerBackend(OpenIdBackend):
    """Signs in the person whom a broker identifies. One instance serves one sign-in."""

    provider: Provider
    proof: Proof

    # Keyword-only and without defaults: Django skips this backend for a user name and password.
    def authenticate(  # type: ignore[override]
        self, request: HttpRequest, *, provider: Provider, attempt: Attempt
    ) -> User | None:
        """Return the user whom the provider's answer identifies, or None for an answer without a code.

        Raises BrokerUnreachable, BrokerRefused, TokenRefused and NoCode.
        """
        return self.user_of_answer(request, provider, attempt, redirect_uri())

    def get_or_create_user(self, access_token: object, id_token: object, payload: Claims) -> User:
        told = {**self.userinfo(payload), **payload} if self.provider.claims.userinfo else payload
        identity, now = claims.read(told, self.provider), timezone.now()
        user = people.recognise(identity, language=self.attempt.language, at=now).user
        if not user.is_active:
            raise TokenRefused("inactive")
        self.proof = Proof(
            method=identity.method,
            provider=self.provider.id,
            level=identity.level,
            means=identity.means,
            at=now.isoformat(),
        )
        return user
