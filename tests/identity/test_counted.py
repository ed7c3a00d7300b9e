"""Each end of an identification is counted by the word that stands in the log (docs/providers.md)."""

import pytest

from core import counting
from identity import keys
from identity.enums import Method
from tests import cast
from tests.applications.factories import application, confirm


@pytest.fixture
def counted(monkeypatch):
    found = []
    monkeypatch.setattr(counting, "_watchers", set())
    counting.watch(lambda *what: found.append(what))
    return found


def test_identification_is_counted_by_broker_and_word(broker, visitor, counted):
    visitor.identify(broker)
    visitor.come_back({"state": "unknown", "code": "x"})  # nobody’s attempt

    assert counted == [("identifications", ("test", "identified"))]


def test_failure_is_counted_by_its_word_and_not_by_what_the_broker_said(broker, visitor, counted):
    visitor.accept_cookies()
    answer = broker.authorize(visitor.go_to_broker(), cast.MAIJA, keys.load().sig[0])

    visitor.come_back({"state": answer["state"], "error": "s3cret"})

    assert counted == [("identifications", ("test", "broker-error"))]


@pytest.mark.django_db(transaction=True)
def test_confirmation_is_counted_once_and_after_its_commit(counted):
    sent = application(cast.MAIJA, cast.OLLI)

    for who in (cast.MAIJA, cast.MAIJA, cast.OLLI):
        confirm(sent, who)

    assert counted == [("confirmations", (Method.BANK,)), ("confirmations", (Method.BANK,))]
