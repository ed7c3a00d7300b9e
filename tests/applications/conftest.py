import functools

import pytest

from tests.applications import factories


@pytest.fixture
def sign_in(client):
    """Return a function that signs somebody of the cast in, who has accepted the terms unless told otherwise."""
    return functools.partial(factories.sign_in, client)
