"""What the log tells of each proof of who somebody is: how it ended and whose it was, and nothing that they typed."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from identity.models import User
from tests.identity.accounts import EMAIL, PASSWORD, with_password
from tests.identity.test_logging_in import elsewhere, log_in
from tests.identity.test_staff import anna, code_of, form, secret  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db
CODE_PAGE = "/en/log-in/code/"


@pytest.fixture(autouse=True)
def _stopped_clock():
    """Limits begin anew with the minute: none does during a test. The library remembers used codes in the process."""
    cache.clear()
    with time_machine.travel("2026-11-21T10:00:05Z", tick=False):
        yield


@pytest.fixture
def lines(caplog):
    """Return a function that returns level, message and user of each line about log-ins."""
    caplog.set_level("INFO", logger="identity")

    def told():
        found = [record for record in caplog.records if record.name == "identity.log_in"]
        return [(record.levelname, record.getMessage(), record.user) for record in found]

    return told


def test_right_password_is_told_with_whose_it_is(visitor, lines):
    account = with_password()

    log_in(visitor)

    assert lines() == [("INFO", "Password: right", account.user_id)]


def test_wrong_password_is_told_with_whose_it_would_have_been(visitor, lines):
    account = with_password()

    log_in(visitor, password="something else 123")
    log_in(visitor, "nobody@example.com")

    assert lines() == [("WARNING", "Password: wrong", account.user_id), ("WARNING", "Password: wrong", None)]


def test_neither_name_nor_password_nor_code_is_told(visitor, anna, secret, caplog):  # noqa: F811  # fixtures
    caplog.set_level("DEBUG")
    code = code_of(secret)

    log_in(visitor, "nobody@example.com", "wrong password of nobody")
    log_in(visitor, "anna")
    visitor.post(CODE_PAGE, form(visitor, code="000000"))
    visitor.post(CODE_PAGE, form(visitor, code=code))

    said = caplog.text + "".join(str(vars(record)) for record in caplog.records if record.name == "identity.log_in")
    assert [word for word in ("nobody", EMAIL, PASSWORD, "'anna'", code, "000000") if word in said] == []


def test_code_of_the_second_factor_is_told(visitor, anna, secret, lines):  # noqa: F811  # fixtures
    code = code_of(secret)
    log_in(visitor, "anna")
    visitor.post(CODE_PAGE, form(visitor, code="000000"))
    visitor.post(CODE_PAGE, form(visitor, code=code))
    other = elsewhere(1)
    log_in(other, "anna")
    other.post(CODE_PAGE, form(other, code=code))

    assert lines() == [
        ("INFO", "Password: right", anna.pk),
        ("WARNING", "Second factor: wrong", anna.pk),
        ("INFO", "Second factor: right", anna.pk),
        ("INFO", "Password: right", anna.pk),
        ("WARNING", "Second factor: wrong", anna.pk),  # used before
    ]


MADE_UP = ["5", "[1]", '{"id": "made up"}', '{"id": "YWJj", "rawId": "YWJj", "response": {}}']


@pytest.mark.parametrize("credential", MADE_UP)
def test_key_that_is_made_up_is_refused_and_told(visitor, anna, secret, lines, credential):  # noqa: F811  # fixtures
    log_in(visitor, "anna")

    answer = visitor.post(CODE_PAGE, form(visitor, credential=credential))

    assert answer.status_code == 200
    assert lines()[1:] == [("WARNING", "Second factor: wrong", anna.pk)]


@pytest.mark.parametrize("credential", MADE_UP)
def test_key_that_is_made_up_is_refused_once_more_too(visitor, anna, lines, credential):  # noqa: F811  # a fixture
    log_in(visitor, "anna")
    Authenticator.objects.create(user=anna, type=Authenticator.Type.WEBAUTHN, data={"name": "Key 1"})

    answer = visitor.post("/en/staff/key/", form(visitor, credential=credential))

    assert answer.status_code == 302
    assert lines()[1:] == [("WARNING", "Second factor: wrong", anna.pk)]


@pytest.mark.parametrize("credential", MADE_UP)
def test_key_that_is_made_up_is_not_added(visitor, anna, credential):  # noqa: F811  # a fixture
    log_in(visitor, "anna")

    answer = visitor.post("/en/staff/second-factor/keys/add/", form(visitor, credential=credential))

    assert (answer.status_code, anna.authenticator_set.count()) == (200, 0)


def test_identification_by_a_broker_is_told_with_whose_it_is(visitor, broker, caplog):
    caplog.set_level("INFO", logger="identity")

    visitor.identify(broker)

    found = {record.getMessage(): getattr(record, "user", None) for record in caplog.records}
    assert found["Identification at test: identified"] == User.objects.get(person__isnull=False).pk
