"""What a web worker does not import before somebody needs it: memory that most workers never give away."""

import os

import pytest
from django.urls import URLResolver, get_resolver

from core.rare_addresses import RareView
from tests import cast
from tests.applications.factories import application
from tests.mailing.conftest import database_url
from tests.processes import python
from tests.test_consistency import signed_in

# Libraries, and what of ours leads to them: the housing system's interface, the staff's pages, the checks, passwords.
RARE = [
    *("babel", "django.test", "fido2", "jinja2", "ninja", "segno", "unittest"),
    *("anymail.urls", "django.core.management.commands", "django.db.migrations.autodetector"),
    *(
        "applications.admin",
        "counter.desk.urls",
        "demo",
        "identity.forms",
        "identity.checks",
        "mailing.worker",
        "privacy.own_data",
    ),
    *("heka_confirm.environment_checks", "upstream.schemas"),
]
ANSWER = """
import sys
from heka_confirm.wsgi import application

for address in sys.argv[3:]:
    told = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": address, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": sys.stdin.buffer, "wsgi.errors": sys.stderr,
        "HTTP_COOKIE": sys.argv[2], "HTTP_HOST": "testserver", "wsgi.url_scheme": "http",
    }
    answer = application(environ, lambda status, headers: told.append(status))
    list(answer)
    answer.close()
    if told != ["200 OK"]:
        print(address, told)
print(*[module for module in sys.argv[1].split() if module in sys.modules])
"""


@pytest.mark.django_db(transaction=True)
def test_pages_of_applicants_import_nothing_that_they_do_not_use():
    sent = application(cast.MAIJA, cast.OLLI)
    client = signed_in()
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    own = [f"/fi/applications/{sent.number}/{page}" for page in ("", "confirm/")]
    pages = ["/fi/", "/fi/counter/", "/fi/cookies/", "/fi/how-to/", "/fi/applications/", *own]

    environment = {**os.environ, "DEMO": "false", "LOG_LEVEL": "CRITICAL", "DATABASE_URL": database_url()}
    done = python("-c", ANSWER, " ".join(RARE), cookies, *pages, **environment)

    assert done.stdout == "\n", done.stderr


def rare_views(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from rare_views(pattern)
        elif isinstance(pattern.callback, RareView):
            yield pattern.callback


def test_every_view_that_is_imported_later_is_there_with_its_marks():
    found = {each.path: each for each in rare_views()}

    assert len(found) > 10
    assert [path for path, each in found.items() if not callable(each.view)] == []
    assert found["identity.views.logging_in.log_in"].csrf_exempt  # its guard is another
    assert not hasattr(found["identity.views.logging_in.keys"], "csrf_exempt")
