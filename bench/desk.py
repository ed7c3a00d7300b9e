"""`python -m bench.desk`: how fast the desk finds people among many, with a long trail behind them.

Two databases, one with a hundred times as many people, take turns. What counts is the slow end: the time that
95 of 100 searches stay under.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

import psycopg

from bench.scripts import run
from tests import postgres

SMALL, LARGE, ENTRIES, ROUNDS, SEARCHES = 5_000, 500_000, 4, 5, 200
MOST = 1.5  # times as long among many as among few
KINDS = ("number", "code", "name", "first letters of a last name", "who looked")

# Copies of the one application that came in, each with a person of its own and with entries of the trail. Names
# are numbers in letters: 700 first names, and of each last name some 20 people in the large database.
COPIES = """
SET session_replication_role = replica;
INSERT INTO applications_application SELECT copy.* FROM applications_application a, generate_series(1, %(more)s) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + n, 'reference', lpad(n::text, 9, '0'), 'current_id', a.current_id + n)) copy;
INSERT INTO applications_version SELECT copy.* FROM applications_version v, generate_series(1, %(more)s) n,
    jsonb_populate_record(v, jsonb_build_object('id', v.id + n, 'application_id', v.application_id + n)) copy;
INSERT INTO applications_applicant SELECT copy.* FROM applications_applicant a, generate_series(1, %(more)s) n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', a.id + n, 'version_id', a.version_id + n, 'hetu_index', 'bench:' || n,
        'first_names', translate(lpad((n %% 700)::text, 3, '0'), '0123456789', 'abdeghiklm'),
        'last_name', translate(lpad((n::bigint * 7919 %% %(names)s)::text, 5, '0'), '0123456789', 'nopqrstuvy'))) copy;
INSERT INTO applications_namepart (applicant_id, part)
    SELECT id, convert_to(name, 'UTF8') FROM applications_applicant, unnest(array[first_names, last_name]) name
    WHERE hetu_index LIKE 'bench:%%';
INSERT INTO records_chain (name, length, head, key_id, seal)
    SELECT 'application ' || id, %(entries)s, '', '', '' FROM applications_application a
    WHERE NOT EXISTS (SELECT 1 FROM records_chain WHERE name = 'application ' || a.id);
INSERT INTO records_entry (chain_id, number, at, event, role, user_id, name, subject, facts, previous, key_id, mac)
    SELECT c.id, n, now() - n * interval '1 hour', 'applicant_opened', 'adviser', NULL, '',
        'applicant ' || split_part(c.name, ' ', 2), '{}', '', '', ''
    FROM records_chain c, generate_series(1, %(entries)s) n WHERE c.seal = '';
"""


def main() -> bool:
    """Measure, print, and tell whether the time stays about the same."""
    with postgres.cluster(durable=True) as url, tempfile.TemporaryDirectory() as folder:
        databases = {size: url.rpartition("/")[0] + f"/people{size}" for size in (SMALL, LARGE)}
        for size, database in databases.items():
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE people{size}")
            run("manage.py", "migrate", "-v0", "--skip-checks", database=database, folder=folder)
            run("-m", "bench.desk", "load", str(size), database=database, folder=folder)
        found: dict[int, list[list[float]]] = {size: [] for size in databases}
        for number in range(ROUNDS):
            for size in sorted(databases, reverse=bool(number % 2)):
                said = run("-m", "bench.desk", "measure", str(size), database=databases[size], folder=folder)
                found[size].append([float(each) for each in said.split()])
    return _report(
        {size: [statistics.median(of) for of in zip(*rounds, strict=True)] for size, rounds in found.items()}
    )


def _report(median: dict[int, list[float]]) -> bool:
    holds = True
    for place, kind in enumerate(KINDS):
        few, many = median[SMALL][place], median[LARGE][place]
        holds = holds and many / few <= MOST
        print(
            f"{kind:<30} 95 of 100 under {1000 * few:6.1f} ms with {SMALL:,} people,"
            f" {1000 * many:6.1f} ms with {LARGE:,}: {many / few:.2f} times (aim: at most {MOST})"
        )
    return holds


def load(size: int) -> None:
    """Fill the database: one application, copies of it, and real numbers and codes for those who are looked for."""
    import django

    django.setup()
    from django.db import connection

    from applications.models import Applicant, Application
    from bench import rows
    from core import crypto
    from tests import cast
    from tests.applications import factories

    first = factories.application(cast.MAIJA).pk
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in filter(str.strip, COPIES.split(";")):
            cursor.execute(statement, {"more": size - 1, "names": max(size // 20, 700), "entries": ENTRIES})
    for n in range(1, SEARCHES + 1):
        wanted = Application.objects.filter(pk=first + n * (size // (SEARCHES + 1)))
        Applicant.objects.filter(version__current_of__in=wanted).update(
            hetu_index=crypto.indexes(rows.hetu(rows.FIRST + n))[0]
        )
        wanted.update(reference=rows.reference(rows.FIRST + n))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
        for table in ("application", "version", "applicant"):
            cursor.execute(f"SELECT setval('applications_{table}_id_seq', (SELECT max(id) FROM applications_{table}))")
        cursor.execute("VACUUM ANALYZE")


def measure(size: int) -> None:
    """Print for each kind of search how long 95 of 100 take at most, in seconds."""
    import django

    django.setup()
    from applications.models import Applicant
    from bench import rows
    from counter import search
    from counter.search import SearchReason
    from records.enums import ACCESS_EVENTS
    from records.names import applicant_subject
    from records.reading import entries_about
    from tests.staff import acting

    adviser = acting("adviser")
    numbers = [rows.FIRST + n for n in range(1, SEARCHES + 1)]
    step = size // (SEARCHES + 1)
    people = list(Applicant.objects.filter(pk__in=range(1, size, step)).only("first_names", "last_name"))
    random.Random(1).shuffle(people)

    def find(text: str) -> None:
        if not search.find_people(text, reason=SearchReason.HERE, by=adviser).hits:
            raise RuntimeError(f"{text} finds nobody")

    searches: list[list[Callable[[], object]]] = [
        [lambda n=n: find(rows.reference(n)) for n in numbers],
        [lambda n=n: find(rows.hetu(n)) for n in numbers],
        [lambda one=one: find(f"{one.first_names} {one.last_name}") for one in people],
        [lambda one=one: find(one.last_name[:4]) for one in people],
        [
            lambda one=one: list(entries_about([applicant_subject(one.pk)]).filter(event__in=ACCESS_EVENTS)[:50])
            for one in people
        ],
    ]
    print(*[_slow_end(of_kind) for of_kind in searches])


def _slow_end(acts: list[Callable[[], object]]) -> float:
    for act in acts[:20]:
        act()
    seconds = []
    for act in acts:
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", size]:
            load(int(size))
        case ["measure", size]:
            measure(int(size))
        case _:
            sys.exit(not main())
