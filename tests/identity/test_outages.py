import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from identity import keys, outages
from identity.models import BrokerOutage
from identity.outages import FAILURES, FORGOTTEN_AFTER
from tests.cast import MAIJA

pytestmark = pytest.mark.django_db


@pytest.fixture
def _known(broker):
    """The broker "test" is in the settings."""


def failing(times=FAILURES, provider="test"):
    for _ in range(times):
        outages.record_failure(provider)


@pytest.mark.usefixtures("_known")
def test_several_failures_one_after_the_other_are_an_outage():
    before = timezone.now()

    failing(FAILURES - 1)
    few = outages.present_outages()
    failing(1)

    [outage] = outages.present_outages()
    assert few == []
    assert (outage.provider.id, outage.failures) == ("test", FAILURES)
    assert before <= outage.since <= timezone.now()


@pytest.mark.usefixtures("_known")
def test_success_ends_an_outage():
    failing()

    outages.record_success("test")
    failing(FAILURES - 1)

    assert outages.present_outages() == []


def test_success_of_a_broker_that_never_failed_writes_nothing(django_assert_num_queries):
    failing(provider="another")

    with django_assert_num_queries(1) as queries:
        outages.record_success("test")

    assert queries[0]["sql"].startswith("SELECT")
    assert BrokerOutage.objects.get().provider == "another"


@pytest.mark.usefixtures("_known")
def test_outage_of_which_nothing_was_heard_is_forgotten():
    failing(7)
    long_ago = timezone.now() - FORGOTTEN_AFTER - dt.timedelta(minutes=1)
    BrokerOutage.objects.update(since=long_ago, last_at=long_ago)

    forgotten = outages.present_outages()
    failing(1)

    assert forgotten == []
    assert BrokerOutage.objects.get().failures == 1


@pytest.mark.usefixtures("_known")
def test_broker_that_is_no_longer_in_the_settings_is_not_told():
    failing(provider="former")

    assert outages.present_outages() == []


@pytest.mark.parametrize("behaviour", ["error", "hang up", "html"])
def test_broker_that_does_not_answer_as_it_should_has_an_outage(visitor, broker, behaviour):
    broker.behaviour = behaviour
    for _ in range(FAILURES):
        visitor.identify(broker)
    during = outages.present_outages()

    broker.behaviour = "good"
    visitor.identify(broker)

    assert [outage.failures for outage in during] == [FAILURES]
    assert outages.present_outages() == []


def test_nobody_makes_an_outage_up(visitor, broker):
    visitor.accept_cookies()
    for answer in ({"error": "server_error"}, {"code": "guessed"}):
        for _ in range(FAILURES):
            asked = broker.authorize(visitor.go_to_broker(), MAIJA, keys.load().sig[0])
            visitor.come_back({"state": asked["state"], **answer})

    assert BrokerOutage.objects.count() == 0


@pytest.mark.parametrize("record", [outages.record_success, outages.record_failure])
def test_what_cannot_be_written_down_of_a_broker_fails_nobody(caplog, record):
    """Whoever has been to their bank would have to go there once more."""
    failing()

    def refuse(_execute, sql, *_others):
        if not sql.startswith("SELECT"):
            raise OperationalError("read-only")
        return _execute(sql, *_others)

    with connection.execute_wrapper(refuse):
        record("test")

    assert [each.getMessage() for each in caplog.records] == [
        "how a broker does could not be written down: OperationalError"
    ]
