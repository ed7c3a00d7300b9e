"""`python -m bench.record FOLDER SIZE`: what the pages ask of the database, and how they look.

Leaves in the folder: `recorded.pickle` with a Recorded, and `templates/` for the bare pages.
"""

import json
import pickle
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.utils import translation
from psycopg.types.json import Jsonb

from applications.references import display, normalise_reference
from bench import rows
from bench.pages import CONFIRM_POST, PAGES
from bench.statements import OfRow, Recorded, Statement, TextOfRow


def main(folder: Path, size: int) -> None:
    from applications.models import Version  # after django.setup()

    layout = rows.Layout(size)
    queries = {}
    for page in PAGES:
        n = page.readers(layout)[0]
        response, statements = record(n, "get", page.path(n))
        if response.status_code != 200:
            raise RuntimeError(f"{page.name} answers {response.status_code}")
        queries[page.name] = len(statements)
        if page.name == "status":
            _make_bare(folder, response.content.decode())
    token = _token()
    n = layout.confirmable[-1]
    digest = Version.objects.get(pk=n).digest
    posted = {"csrfmiddlewaretoken": token, "version": digest}
    response, statements = record(n, "post", rows.page(n, "confirm/"), posted)
    if response.status_code != 302 or "receipt" not in response["Location"]:
        raise RuntimeError(f"Confirming answers {response.status_code}")
    queries[CONFIRM_POST] = len(statements)
    found = Recorded([_of_any_row(s, n, digest) for s in statements], queries, token)
    (folder / "recorded.pickle").write_bytes(pickle.dumps(found))


def record(n: int, method: str, address: str, data: Any = None) -> tuple[HttpResponse, list[Statement]]:
    """Return the answer to one request of person n, and the statements that it took."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    if n:
        client.cookies[settings.SESSION_COOKIE_NAME] = rows.session_key(n)
    headers = {"host": settings.ALLOWED_HOSTS[0], "origin": settings.PUBLIC_URL, "x-forwarded-proto": "https"}
    with recording() as statements:
        response = getattr(client, method)(address, data, headers=headers)
    return response, statements


@contextmanager
def recording() -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def begun() -> int:
        return sum(query["sql"] == "BEGIN" for query in connection.queries_log)

    def remember(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        number = begun() if connection.in_atomic_block else None
        statements.append(Statement(sql, list(parameters or ()), number))
        return execute(sql, parameters, many, context)

    connection.force_debug_cursor = True
    connection.queries_log.clear()
    try:
        with connection.execute_wrapper(remember):
            yield statements
    finally:
        connection.force_debug_cursor = False


def _of_any_row(statement: Statement, n: int, digest: str) -> Statement:
    """Replace each parameter that belongs to row n by its name."""
    names = {
        rows.reference(n): "reference",
        display(rows.reference(n)): "number",
        digest: "digest",
        _hetu_index(n): "hetu_index",
    }
    exact = {**names, n: "n", rows.session_key(n): "session_key"}
    # A letter's Message-ID is random: any text of 32 digits that no other row has is as good.
    patterns = {re.escape(text): name for text, name in names.items()}
    patterns |= {rf"\b{n}\b": "n", r"(?<=^<)[0-9a-f]{32}(?=@)": "session_key"}

    def parameter(sent: Any) -> Any:
        if isinstance(sent, list):
            return [parameter(one) for one in sent]
        if isinstance(sent, int | str) and sent in exact:
            return OfRow(exact[sent], type(sent))
        if isinstance(sent, str) and normalise_reference(sent) == sent:
            return OfRow("reference", str)  # a receipt's number is random: its application's is as good
        if not isinstance(sent, str | Jsonb):
            return sent
        text = sent if isinstance(sent, str) else json.dumps(sent.obj, default=str)
        parts = [text]
        for pattern, name in patterns.items():
            parts = [new for i, part in enumerate(parts) for new in ([part] if i % 2 else _split(pattern, name, part))]
        return TextOfRow(parts, isinstance(sent, Jsonb)) if len(parts) > 1 else sent

    return Statement(statement.sql, [parameter(p) for p in statement.parameters], statement.transaction)


def _split(pattern: str, name: str, text: str) -> list[str]:
    """Return the text with each match replaced by the name, in odd places."""
    found = re.split(pattern, text)
    return [part for piece in found for part in (piece, name)][:-1]


def _hetu_index(n: int) -> str:
    from core import crypto  # after django.setup()

    return crypto.indexes(rows.hetu(n))[0]


def _token() -> str:
    request = HttpRequest()
    request.META["CSRF_COOKIE"] = rows.CSRF_SECRET
    return get_token(request)


def _make_bare(folder: Path, page: str) -> None:
    """Write the page down twice as a template: all of it, and its content alone within our base.html."""
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    (templates / "bare.html").write_text(page)
    start, end = page.index("<h1>"), page.index("</main>")
    content = page[start:end]
    (templates / "based.html").write_text(
        '{% extends "base.html" %}{% block title %}Status{% endblock %}{% block content %}'
        + content
        + "{% endblock %}"
    )


if __name__ == "__main__":
    django.setup()
    translation.activate("fi")
    main(Path(sys.argv[1]), int(sys.argv[2]))
