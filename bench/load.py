"""`python -m bench.load SIZE`: fill the database of DATABASE_URL with that many applications.

One application of each kind goes through the real intake; all others are copies of its rows.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import django

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management.color import no_style  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from applications import terms  # noqa: E402
from applications.models import (  # noqa: E402
    Applicant,
    Application,
    Confirmation,
    Invitation,
    StateChange,
    TermsAcceptance,
    Version,
)
from bench import rows  # noqa: E402
from core import crypto  # noqa: E402
from core.hetu import birth_date  # noqa: E402
from counter.models import Counter  # noqa: E402
from identity import proof, sessions  # noqa: E402
from identity.models import Person, SignedInSession, User  # noqa: E402
from mailing.models import Letter  # noqa: E402
from records import keys  # noqa: E402
from records.models import Chain, Entry  # noqa: E402
from records.names import applicant_subject, application_chain  # noqa: E402
from tests import cast  # noqa: E402
from tests.applications import factories  # noqa: E402

POSTGRES = connection.vendor == "postgresql"
# Somebody who confirms has read the page for longer than sessions.GRAIN_SECONDS; readers just came from another page.
SEEN_BY_CONFIRMERS, SEEN_BY_READERS = -2 * sessions.GRAIN_SECONDS, 3600  # seconds from now

Row = dict[str, Any]
Copies = dict[type[models.Model], list[Row]]


class Originals:
    """The rows of one application that came in, as the database gave them back."""

    def __init__(self, application: Application) -> None:
        main, *others = application.applicants
        self.application = _row(Application, id=application.pk)
        self.version = _row(Version, id=application.version.pk)
        self.content = application.version.content or ""
        self.codes = [applicant.hetu or "" for applicant in application.applicants]
        self.change = _row(StateChange, application_id=application.pk)
        self.main = _row(Applicant, id=main.pk)
        self.co_applicant = _row(Applicant, id=others[0].pk) if others else None
        self.invitation = _row(Invitation, applicant_id=others[0].pk) if others else None
        self.confirmation = _row(Confirmation, id=main.confirmed.pk) if main.confirmed else None
        self.person = _row(Person, hetu_index=main.hetu_index)
        self.user = _row(User, id=self.person["user_id"])
        self.letter = _row(Letter, id=Letter.objects.latest("pk").pk)
        self.chain = _row(Chain, name=application_chain(application.pk))
        self.entry = _row(Entry, chain_id=self.chain["id"])
        self.acceptance = _row(TermsAcceptance, person_id=self.person["id"])

    def copy(self, n: int, *, scripted: bool) -> Iterator[tuple[type[models.Model], Row]]:
        """Give the rows of number n."""
        code, other = rows.hetu(n), rows.co_applicant_hetu(n)
        encrypted, index = _identified(code)
        reference = rows.reference(n)
        if scripted:
            index, reference = rows.scripted_hetu_index(n), rows.scripted_reference(n)
        yield User, {**self.user, "id": n, "username": f"bench{n}"}
        yield Person, {**self.person, "id": n, "user_id": n, "hetu": encrypted, "hetu_index": index}
        yield TermsAcceptance, {**self.acceptance, "id": n, "person_id": n}
        yield (
            Application,
            {**self.application, "id": n, "current_id": n, "reference": reference},
        )
        content = self.content
        for original, copied in zip(self.codes, [code, other], strict=False):
            content = content.replace(original, copied)
        digest = Version.digest_of(self.version["salt"], content)  # confirming looks whether it is of the content
        yield (
            Version,
            {
                **self.version,
                "id": n,
                "application_id": n,
                "content": crypto.encrypt(content, context=Version._meta.get_field("content").context),
                "digest": digest,
            },
        )
        yield StateChange, {**self.change, "id": n, "application_id": n}
        yield Chain, _sealed({**self.chain, "id": n, "name": application_chain(n)})
        yield Entry, {**self.entry, "id": n, "chain_id": n}
        encrypted = crypto.encrypt(code, context=Applicant._meta.get_field("hetu").context)
        address = f"bench{n}@example.test"
        own = {"hetu": encrypted, "hetu_index": index, "birth_date": birth_date(code), "email": address}
        yield Applicant, {**self.main, **own, "id": n, "version_id": n}
        if self.co_applicant:
            encrypted = crypto.encrypt(other, context=Applicant._meta.get_field("hetu").context)
            yield (
                Applicant,
                {
                    **self.co_applicant,
                    "id": rows.CO_APPLICANT + n,
                    "version_id": n,
                    "hetu": encrypted,
                    "hetu_index": crypto.indexes(other)[0],
                    "birth_date": birth_date(other),
                    "email": f"other{n}@example.test",
                },
            )
        sent = {"key": f"bench:{n}", "message_id": f"<bench{n}@bench.example>", "sent_at": self.letter["created_at"]}
        subject = applicant_subject(n)
        yield Letter, {**self.letter, **sent, "id": n, "to": address, "about": reference, "recipient": subject}
        if self.invitation:
            hashes = {"token_hash": f"token {n}", "code_hash": f"code {n}"}
            yield Invitation, {**self.invitation, **hashes, "id": n, "applicant_id": rows.CO_APPLICANT + n}
        if self.confirmation:
            yield (
                Confirmation,
                {
                    **self.confirmation,
                    "id": n,
                    "applicant_id": n,
                    "person_id": n,
                    "digest": digest,
                    "number": rows.reference(n),
                },
            )


def main(size: int) -> None:
    layout = rows.Layout(size)
    Counter.only().save()
    alone, together = _arrange()
    session = _session()
    now = int(time.time())
    with transaction.atomic():
        if POSTGRES:  # the copies refer to each other correctly
            connection.cursor().execute("SET LOCAL session_replication_role = replica")
        numbers = range(rows.FIRST, rows.FIRST + size)
        for start in range(0, size, 10_000):
            copies: Copies = {}
            for n in numbers[start : start + 10_000]:
                original = together if n in layout.half_confirmed else alone
                for model, row in original.copy(n, scripted=n in layout.scripted):
                    copies.setdefault(model, []).append(row)
                seen = now + (SEEN_BY_READERS if n >= layout.waiting.start else SEEN_BY_CONFIRMERS)
                copies.setdefault(SignedInSession, []).append(session(n, seen))
            for model, new in copies.items():
                _write(model, new)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(copies)):
            connection.cursor().execute(statement)
    connection.cursor().execute("VACUUM ANALYZE" if POSTGRES else "ANALYZE")
    if POSTGRES:
        connection.cursor().execute("CHECKPOINT")


def _arrange() -> tuple[Originals, Originals]:
    for who in (cast.MAIJA, cast.VERA):
        terms.accept(terms.current(), by=factories.actor(who))
    alone = factories.application(cast.MAIJA)
    together = factories.application(cast.VERA, cast.VILLE)
    factories.confirm(together, cast.VERA)
    fresh = Application.objects.with_people()
    return Originals(fresh.get(pk=alone.pk)), Originals(fresh.get(pk=together.pk))


def _session() -> Any:
    """Return a function that gives the session row of person n, last seen at that second."""
    client = Client()
    client.force_login(factories.person(cast.MAIJA).user, backend="identity.backend.BrokerBackend")
    store = client.session
    proof.remember(store, factories.proof())
    store["_csrftoken"] = rows.CSRF_SECRET
    store.save()
    original = _row(SignedInSession, session_key=store.session_key)
    content, encoder = dict(store.items()), SessionStore()

    def row(n: int, seen: int) -> Row:
        data = {**content, "_auth_user_id": str(n), sessions.SEEN: seen}
        return {
            **original,
            "session_key": rows.session_key(n),
            "session_data": encoder.encode(data),
            "user_id": n,
        }

    return row


def _identified(code: str) -> tuple[bytes, str]:
    context = Person._meta.get_field("hetu").context
    return crypto.encrypt(code, context=context), crypto.indexes(code)[0]


def _sealed(row: Row) -> Row:
    """Return the row of a chain with the seal that its name makes."""
    return {**row, "seal": keys.mac(Chain(**row).sealed(), key_id=row["key_id"])}


def _row(model: type[models.Model], **where: Any) -> Row:
    """Return one row as the database holds it, past all of Django's conversions."""
    table = model._meta.db_table
    [(column, value)] = where.items()
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM {table} WHERE "{column}" = %s', [value])
        return dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))


def _write(model: type[models.Model], new: list[Row]) -> None:
    columns = ", ".join(f'"{column}"' for column in new[0])
    values: Iterable[tuple[Any, ...]] = (tuple(row.values()) for row in new)
    with connection.cursor() as cursor:
        if not POSTGRES:
            marks = ", ".join(["%s"] * len(new[0]))
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})", list(values))
            return
        with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


if __name__ == "__main__":
    main(int(sys.argv[1]))
