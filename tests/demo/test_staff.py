import pytest
from django.contrib.auth import authenticate

from demo import staff
from identity.models import User

pytestmark = pytest.mark.django_db


def test_operator_is_made_once_and_can_sign_in(rf):
    staff.ensure_operator()
    staff.ensure_operator()

    operator = authenticate(rf.post("/admin/login/"), username=staff.USERNAME, password=staff.PASSWORD)
    assert (User.objects.get(), operator.is_superuser) == (operator, True)
