"""Does what the service does, with the database of its environment: `python -m tests.running.everything`.

Each act of people, staff, the housing system and the clock, which is then taken back; one application from its intake
to its end, committed; pages; and the commands. It says in the end what has become of that application.
"""

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from applications.models import Application  # noqa: E402
from tests import cast  # noqa: E402
from tests.acts import ACTS  # noqa: E402
from tests.applications.factories import sign_in  # noqa: E402
from tests.staff import sign_in_staff, staff  # noqa: E402
from tests.test_races import ended, newcomer, people, valid, waiting  # noqa: E402

ELSEWHERE = {"renew": valid, "renew_here": valid, "erase": ended, "learn": newcomer}
HEADERS = {"Host": settings.ALLOWED_HOSTS[0], "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
IN_TURN = ["correct", "change_by_form", "confirm", "tick", "withdraw"]


def each_act():
    """Do each act where it can be done, and take it back."""
    for arrange in (waiting, valid, ended, newcomer):
        with transaction.atomic():
            place, _ = arrange()
            for name in [name for name in ACTS if ELSEWHERE.get(name, waiting) == arrange]:
                with transaction.atomic():
                    ACTS[name].prepare(place)()
                    connection.check_constraints()
                    transaction.set_rollback(True)
            transaction.set_rollback(True)


def one_application():
    """Do some acts one after the other, each in transactions of its own."""
    place, _ = waiting()
    for name in IN_TURN:
        ACTS[name].prepare(place)()
    return place.sent


def pages(sent):
    """Sign in, and open pages of an applicant, of staff and of the platform."""
    applicant = sign_in(Client(headers=HEADERS), cast.MAIJA)
    adviser = sign_in_staff(Client(headers=HEADERS), staff("adviser"))
    asked = [
        (applicant, reverse("applications:status", args=[sent.reference])),
        (adviser, reverse("admin:desk")),
        (Client(), "/readiness"),
    ]
    for client, page in asked:
        answer = client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)


def commands():
    """Run what an operator runs daily or after a new key."""
    call_command("deliver", once=True)
    call_command("purge")
    call_command("reencrypt")
    call_command("verify_records")
    call_command("verify_applications")


people()
each_act()
pages(one_application())
commands()
print("done:", Application.objects.get().state)
