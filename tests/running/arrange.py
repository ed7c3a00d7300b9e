"""Fills the database, and prints what visitors (visitors.py) need, as JSON.

ARRANGED in the environment says how many people are to confirm, to be checked at the counter, and to be sent by the
housing system. `manage.py shell` of the release whose code is to write the rows runs it by its text.
"""

import json
import os

from django.conf import settings
from django.test import Client
from django.utils import timezone

from applications.references import display
from bench import rows
from counter.models import DocumentType
from identity import cookies
from tests import cast, staff
from tests.applications import factories
from upstream import clients

confirming, checked, sent = map(int, os.environ["ARRANGED"].split())


def somebody(number: int) -> dict[str, str]:
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return {"first_names": "Maija", "last_name": f"M{letters}", "hetu": rows.hetu(rows.FIRST + number)}


def session(client: Client) -> str:
    kept = client.session
    kept["_csrftoken"] = rows.CSRF_SECRET
    kept.save()
    return kept.session_key


def come_in(number: int) -> tuple[str, str]:
    """Return number and digest of an application of somebody, sent in just now."""
    application = factories.application(somebody(number), reference=f"HS-{number}")
    return display(application.reference), application.version.digest


people, checks = [], []
for number in range(confirming):
    reference, digest = come_in(number)
    people.append(
        {
            "session": session(factories.sign_in(Client(), somebody(number))),
            "page": f"/fi/applications/{reference}/",
            "version": digest,
        }
    )
passport = DocumentType.objects.get(code="passport").pk
for number in range(confirming, confirming + checked):
    reference, digest = come_in(number)
    form = {
        "version": digest,
        "document_type": passport,
        "country": "FI",
        "document_valid_until": f"31.1.{timezone.localdate().year + 5}",
        "code": somebody(number)["hetu"][-4:],
        "picture_matches": "on",
        "name_matches": "on",
    }
    checks.append({"page": f"/en/admin/desk/applications/{reference}/0/check/", "form": form})
first = confirming + checked
known = {
    "accepted": {cookies.acceptance_name(): cookies.VERSION},
    "cookie": settings.SESSION_COOKIE_NAME,
    "csrf": rows.CSRF_SECRET,
    "people": people,
    "adviser": session(staff.sign_in_staff(Client(), staff.staff("adviser"))),
    "checks": checks,
    "token": clients.issue("Housing system")[1],
    "documents": [cast.document(somebody(n), reference=f"HS-{n}") for n in range(first, first + sent)],
}
print(json.dumps(known))
