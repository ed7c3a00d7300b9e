"""A trail that the database refuses to write, on either database."""

from contextlib import contextmanager

from django.db import connection

from records.models import Entry

TABLE = Entry._meta.db_table
SQLITE = (
    "CREATE TRIGGER broken BEFORE INSERT ON {table} WHEN NEW.event = '{event}' BEGIN SELECT RAISE(ABORT, 'x'); END"
)
POSTGRESQL = """
    CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'restrict_violation'; END $$;
    CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.event = '{event}') EXECUTE FUNCTION broken();
"""


@contextmanager
def refusing(event):
    """Let the database refuse every entry of that event: an IntegrityError."""
    is_sqlite = connection.vendor == "sqlite"
    _execute((SQLITE if is_sqlite else POSTGRESQL).format(table=TABLE, event=event))
    try:
        yield
    finally:
        _execute("DROP TRIGGER broken" if is_sqlite else "DROP FUNCTION broken CASCADE")


def _execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
