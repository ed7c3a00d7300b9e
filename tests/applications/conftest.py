import pytest

from applications import terms
from identity import proof as identity_proof
from tests.applications.factories import actor, person, proof


@pytest.fixture
def sign_in(client):
    """Return a function that signs somebody of the cast in, who has accepted the terms unless told otherwise."""

    def signed_in(who, *, accept_terms=True):
        client.force_login(person(who).user, backend="identity.backend.BrokerBackend")
        session = client.session
        identity_proof.remember(session, proof())
        session.save()
        if accept_terms:
            terms.accept(terms.current(), by=actor(who))
        return client

    return signed_in
