"""`python -m chaos.within.load PEOPLE FILE`: fill the database of DATABASE_URL with people who are about to confirm.

Everything is sound, as verify_applications and verify_records see it: the applications come in by the import, every
fourth of two adults. Each person is signed in. FILE gets, as JSON, where they confirm and what they read.
"""

import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models.functions import Now  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from applications import terms  # noqa: E402
from applications.models import Applicant, TermsAcceptance  # noqa: E402
from bench import rows  # noqa: E402
from core import crypto, hetu  # noqa: E402
from counter.models import Counter  # noqa: E402
from identity import proof, sessions  # noqa: E402
from identity.models import Person, User  # noqa: E402
from mailing.models import Letter  # noqa: E402
from tests import cast  # noqa: E402
from tests.applications import factories  # noqa: E402
from upstream import clients, endpoints, events, importing  # noqa: E402
from upstream.models import WebhookDelivery  # noqa: E402

NOBODY = "http://127.0.0.1:1/events"  # who plays a scenario puts a receiver in its place
# Somebody who confirms has read the page for longer than sessions.GRAIN_SECONDS.
SEEN = -2 * sessions.GRAIN_SECONDS  # seconds from now


def main(people: int, file: Path) -> None:
    Counter.only().save()
    _send(people)
    numbers = range(rows.FIRST, rows.FIRST + people)
    _know(numbers)
    file.write_text(json.dumps(list(_awaited(numbers))))
    # What was owed before is out of the way.
    Letter.objects.filter(sent_at=None, dropped_at=None).update(sent_at=Now())
    events.collect_late()
    WebhookDelivery.objects.update(delivered_at=Now())
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")


def _send(people: int) -> None:
    owner, _token = clients.issue("Housing system")
    endpoints.add(owner, NOBODY)
    lines = io.BytesIO("".join(json.dumps(one) + "\n" for one in _documents(people)).encode())
    taken = importing.take_in(lines, client=owner, resumes=False, holds_emails=False, advance=lambda size: None)
    if not sum(batch.new for batch in taken):
        raise RuntimeError("Nothing was taken in")


def _documents(people: int) -> Iterator[dict[str, Any]]:
    numbers = iter(range(rows.FIRST, rows.FIRST + people))
    for n in numbers:
        other = next(numbers, None) if n % 4 == 0 else None
        yield cast.document(_applicant(n), *([_applicant(other)] if other else []), reference=f"chaos-{n}")


def _applicant(n: int) -> dict[str, str]:
    return {
        "first_names": "Maija Liisa",
        "last_name": "Meikäläinen",
        "hetu": rows.hetu(n),
        "email": f"person{n}@example.test",
    }


def _know(numbers: range) -> None:
    """Make people with the terms accepted, and a session of each."""
    users = User.objects.bulk_create([User(username=f"chaos{n}") for n in numbers])
    people = Person.objects.bulk_create(
        Person(
            user=user,
            hetu=rows.hetu(n),
            hetu_index=crypto.indexes(rows.hetu(n))[0],
            first_names="Maija Liisa",
            last_name="Meikäläinen",
            birth_date=hetu.birth_date(rows.hetu(n)),
            language="fi",
            identified_at=timezone.now(),
        )
        for n, user in zip(numbers, users, strict=True)
    )
    current, now = terms.current(), timezone.now()
    TermsAcceptance.objects.bulk_create(TermsAcceptance(terms=current, person=one, accepted_at=now) for one in people)
    client = factories.sign_in(Client(), cast.OTSO, accept_terms=False)
    store = client.session
    proof.remember(store, factories.proof())
    content = {**store, "_csrftoken": rows.CSRF_SECRET, sessions.SEEN: int(time.time()) + SEEN}
    encoder, ends = SessionStore(), store.get_expiry_date()
    Session.objects.bulk_create(
        Session(
            session_key=rows.session_key(n),
            session_data=encoder.encode({**content, "_auth_user_id": str(user.pk)}),
            expire_date=ends,
        )
        for n, user in zip(numbers, users, strict=True)
    )


def _awaited(numbers: range) -> Iterator[dict[str, Any]]:
    """Yield whom the applications wait for, in the order of their numbers."""
    numbered = {crypto.indexes(rows.hetu(n))[0]: n for n in numbers}
    request = HttpRequest()
    request.META["CSRF_COOKIE"] = rows.CSRF_SECRET
    token = get_token(request)
    slots = Applicant.objects.select_related("version__application").defer("version__content", "hetu").order_by("pk")
    for slot in slots:
        yield {
            "number": numbered[slot.hetu_index],
            "slot": slot.pk,
            "path": f"/fi/applications/{slot.version.application.number}/",
            "form": {"csrfmiddlewaretoken": token, "version": slot.version.digest},
        }


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
