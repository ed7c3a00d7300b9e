"""Fills the database, and prints what visitors (visitors.py) need, as JSON; the argument is how many applications.

Run by its text, in the folder of the release whose code is to write the rows: `command(url, "-c", TEXT, "500")`.
"""

import json
import sys

from bench import load, rows  # isort: skip  # the first sets Django up

from django.conf import settings
from django.test import Client

from counter.models import DocumentType
from tests import cast, staff
from upstream import clients

size = int(sys.argv[1])
load.main(size)
layout = rows.Layout(size)
people = [
    {
        "session": rows.session_key(n),
        "confirm": rows.page(n, "confirm/"),
        "status": rows.page(n),
        "version": rows.digest(n),
    }
    for n in layout.confirmable
]
adviser = staff.sign_in_staff(Client(), staff.staff("adviser")).session
adviser["_csrftoken"] = rows.CSRF_SECRET
adviser.save()
passport = DocumentType.objects.get(code="passport").pk
checks = [
    {
        "page": f"/en/admin/desk{rows.page(n).removeprefix('/fi')}0/check/",
        "form": {
            "version": rows.digest(n),
            "document_type": passport,
            "country": "FI",
            "document_valid_until": "31.1.2036",
            "code": rows.hetu(n)[-4:],
            "picture_matches": "on",
            "name_matches": "on",
        },
    }
    for n in layout.waiting
]
strangers = [{**cast.MAIJA, "hetu": rows.hetu(n)} for n in range(rows.FIRST + size, rows.FIRST + 2 * size)]
documents = [cast.document(who, reference=f"HS-{number}") for number, who in enumerate(strangers)]
print(
    json.dumps(
        {
            "cookie": settings.SESSION_COOKIE_NAME,
            "csrf": rows.CSRF_SECRET,
            "people": people,
            "adviser": adviser.session_key,
            "checks": checks,
            "token": clients.issue("Housing system")[1],
            "documents": documents,
        }
    )
)
