import pytest
from django.test import Client

from tests.staff import sign_in_staff, staff


@pytest.fixture
def adviser(db):
    """A browser at which an adviser has logged in."""
    return sign_in_staff(Client(), staff("adviser"))


@pytest.fixture
def supervisor(db):
    return sign_in_staff(Client(), staff("supervisor"))


@pytest.fixture
def operator(db):
    return sign_in_staff(Client(), staff("operator"))
