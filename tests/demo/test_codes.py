from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from demo import codes, request_objects
from demo.models import Code
from demo.people import BY_KEY

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work, times=4):
    """Return what `work` returned in each of several threads, each with a connection of its own."""
    start = Barrier(times)

    def run(_):
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_code_redeemed_by_several_workers_at_once_works_once(service):
    code = codes.issue(request_objects.read(service.request()), BY_KEY["aino"].identity)

    def redeem():
        try:
            return codes.redeem(code).identity.first_names
        except codes.Unknown:
            return "refused"

    assert sorted(at_once(redeem)) == ["Aino", "refused", "refused", "refused"]


def test_assertion_used_by_several_workers_at_once_works_once():
    expires = timezone.now() + codes.LIFETIME

    answers = at_once(lambda: codes.use_assertion("the-same", expires_at=expires))

    assert sorted(answers) == [False, False, False, True]


def test_codes_past_their_time_are_removed_by_the_next(service):
    asked = request_objects.read(service.request())
    codes.issue(asked, BY_KEY["aino"].identity)
    Code.objects.update(expires_at=timezone.now() - codes.LIFETIME)

    new = codes.issue(asked, BY_KEY["aino"].identity)

    assert list(Code.objects.values_list("code", flat=True)) == [new]
