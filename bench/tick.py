"""`python -m bench.tick`: how long `manage.py tick` takes over many applications of which a thousand are due.

Its time is to follow the due ones: two databases, one with a hundred times as many applications, take turns.
"""

import statistics
import sys
import tempfile
import time

import psycopg

from bench.scripts import run
from tests import postgres

DUE, SMALL, LARGE, ROUNDS = 1_000, 2_000, 200_000, 5
MOST = 1.25  # times as long over the large database as over the small one

# Copies of the one application that came in three days ago, and of its letters, with numbers of their own.
# Every hundredth invitation bounced, of which the main applicant has been told.
COPIES = """
SET session_replication_role = replica;
INSERT INTO applications_application SELECT copy.* FROM applications_application a, generate_series(1, %(more)s) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + n, 'reference', lpad(n::text, 9, '0'), 'current_id', a.current_id + n)) copy;
INSERT INTO applications_version SELECT copy.* FROM applications_version v, generate_series(1, %(more)s) n,
    jsonb_populate_record(v, jsonb_build_object('id', v.id + n, 'application_id', v.application_id + n)) copy;
INSERT INTO applications_applicant SELECT copy.* FROM applications_applicant a, generate_series(1, %(more)s) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + 2 * n, 'version_id', a.version_id + n, 'email', n || a.email)) copy;
INSERT INTO applications_invitation SELECT copy.* FROM applications_invitation i, generate_series(1, %(more)s) n,
    jsonb_populate_record(i, jsonb_build_object(
        'id', i.id + n, 'applicant_id', i.applicant_id + 2 * n, 'token_hash', 't' || n, 'code_hash', 'c' || n)) copy;
INSERT INTO mailing_letter SELECT copy.* FROM mailing_letter l, generate_series(1, %(more)s) n,
    jsonb_populate_record(l, jsonb_build_object(
        'id', l.id + 3 * n, 'to', n || l.to, 'message_id', n || l.message_id,
        'about', lpad(n::text, 9, '0'),
        'recipient', 'applicant ' || (split_part(l.recipient, ' ', 2)::int + 2 * n),
        'key', CASE l.message
            WHEN 'undeliverable' THEN
                concat_ws(
                    ':', l.message,
                    concat_ws('.', (l.parameters ->> 'invitation')::int + n, left(
                        encode(sha256(convert_to(n || %(invited)s, 'UTF8')), 'hex'), %(digest)s)),
                    split_part(l.key, ':', 3)::int + 2 * n)
            ELSE n || l.key END,
        'parameters', l.parameters || jsonb_build_object(
            'reference', lpad(n::text, 9, '0'), 'invitation', (l.parameters ->> 'invitation')::int + n),
        'bounced_at', CASE WHEN l.message = 'invitation' AND n %% 100 = 0 THEN l.sent_at END)) copy;
"""
ARM = """
DELETE FROM mailing_letter WHERE message = 'reminder';
UPDATE applications_application SET due_at = now() + interval '3 days', ticked_at = now() - interval '1 day'
    WHERE due_at < now() + interval '3 days' OR due_at > now() + interval '4 days';
UPDATE applications_application SET due_at = now() - interval '1 hour'
    WHERE id IN (SELECT id FROM applications_application ORDER BY md5(id::text) LIMIT %(due)s);
"""


def main() -> bool:
    """Measure, print, and tell whether the time follows the due ones."""
    with postgres.cluster(durable=True) as url, tempfile.TemporaryDirectory() as folder:
        databases = {size: url.rpartition("/")[0] + f"/applications{size}" for size in (SMALL, LARGE)}
        for size, database in databases.items():
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE applications{size}")
            run("manage.py", "migrate", "-v0", "--skip-checks", database=database, folder=folder)
            run("-m", "bench.tick", "load", str(size), database=database, folder=folder)
        seconds: dict[int, list[float]] = {size: [] for size in databases}
        for number in range(ROUNDS):
            for size in sorted(databases, reverse=bool(number % 2)):
                said = run("-m", "bench.tick", "measure", database=databases[size], folder=folder)
                seconds[size].append(float(said))
    return _report({size: statistics.median(found) for size, found in seconds.items()})


def _report(median: dict[int, float]) -> bool:
    for size, seconds in median.items():
        print(
            f"tick over {size:>7,} applications, {DUE:,} due: {seconds:6.2f} s,"
            f" {1000 * seconds / DUE:.1f} ms for each that was due"
        )
    ratio = median[LARGE] / median[SMALL]
    print(f"a hundred times the applications: {ratio:.2f} times as long (aim: at most {MOST})")
    return ratio <= MOST


def load(size: int) -> None:
    """Fill the database: one application that came in three days ago, and copies of it."""
    import django

    django.setup()
    import datetime as dt

    from django.db import connection
    from django.utils import timezone

    from applications import undeliverable
    from applications.models import Application, Invitation
    from mailing.models import Letter
    from tests import cast
    from tests.applications import factories

    then = timezone.now() - dt.timedelta(days=3, hours=1)
    factories.application(cast.MAIJA, cast.OLLI, sent_at=then.isoformat())
    Invitation.objects.update(created_at=then)
    Application.objects.update(ticked_at=then, due_at=None)
    invitation = Letter.objects.get(message="invitation")
    Letter.objects.filter(pk=invitation.pk).update(sent_at=then, bounced_at=then)
    undeliverable.tell()
    Letter.objects.update(sent_at=then, bounced_at=None)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in filter(str.strip, COPIES.split(";")):
            facts = {"more": size - 1, "invited": invitation.to, "digest": undeliverable.DIGEST_LENGTH}
            cursor.execute(statement, facts)
        for table in ("applications_invitation", "mailing_letter"):
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")
    if undeliverable.untold():
        raise RuntimeError("The copies of bounced letters do not count as told")


def measure() -> None:
    """Make a thousand applications due, and print how long one tick takes, in seconds."""
    import django

    django.setup()
    from django.db import connection

    from applications import clock
    from mailing.models import Letter

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in filter(str.strip, ARM.split(";")):
            cursor.execute(statement, {"due": DUE})
        cursor.execute("VACUUM ANALYZE applications_application, mailing_letter")
        cursor.execute("CHECKPOINT")
    started = time.perf_counter()
    visited = clock.tick()
    seconds = time.perf_counter() - started
    # None to an address that bounced.
    if visited != DUE or not DUE < Letter.objects.filter(message="reminder").count() <= 2 * DUE:
        raise RuntimeError(f"{visited} applications visited")
    print(seconds)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", size]:
            load(int(size))
        case ["measure"]:
            measure()
        case _:
            sys.exit(not main())
