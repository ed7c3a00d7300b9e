"""A process that fails in every way that there is, with a person in all that lies around: `python -m` this module.

CONTROL=true lets error reports leave without being emptied, which shows that there is something to be emptied.
"""

import contextlib
import logging
import os
import threading

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import path

CODE, NAME, TOKEN, ADDRESS = "131052-308T", "Korhonen", "tok3n-of-a-link", "aino@example.fi"
PERSON = f"{CODE} {NAME} {TOKEN} {ADDRESS}"
TABLE = "CREATE TEMP TABLE people (code text UNIQUE)"

logger = logging.getLogger("applications.example")


class Odd(Exception):
    """Says all that it knows."""


def fail_in_view(request, code):
    local = {"code": CODE, "name": NAME, "form": request.POST}
    raise Odd(f"{local} {TOKEN}")


def fail_in_database(request):
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        for _ in range(2):
            cursor.execute("INSERT INTO people VALUES (%s)", [PERSON])  # PostgreSQL's DETAIL repeats it


urlpatterns = [
    path("fail/<code>/", fail_in_view, name="odd-view"),
    path("database/", fail_in_database, name="database-view"),
]


def work():
    person = {"code": CODE, "name": NAME}
    try:
        int(PERSON)
    except ValueError as cause:
        cause.add_note(f"{NAME} wrote {TOKEN}")
        raise Odd(f"at {person}") from cause


def main():
    django.setup()
    from core import worker
    from heka_confirm import error_reports

    if os.environ.get("CONTROL"):
        import sentry_sdk

        sentry_sdk.init(**{**error_reports.options(), "before_send": None})
    settings.ROOT_URLCONF, settings.DEBUG = __name__, False
    headers = {"X-Person": PERSON, "Referer": f"http://testserver/{TOKEN}", "Authorization": f"Bearer {TOKEN}"}
    client = Client(raise_request_exception=False, headers=headers)
    for address in (f"/fail/{CODE}/?name={NAME}&token={TOKEN}", "/database/"):
        print(client.post(address, {"hetu": CODE, "name": NAME})["X-Request-ID"])
    worker._guarded(work)
    logger.error("%s wrote from %s", NAME, ADDRESS, extra={"person": PERSON})
    with contextlib.suppress(Odd):
        work()  # nothing is reported that somebody expects
    thread = threading.Thread(target=work, name=NAME)
    thread.start()
    thread.join()
    work()


if __name__ == "__main__":
    main()
