"""Filling a database with copies of what was really lived through in it, row by row and table by table.

Every copy has keys of its own, and its rows refer to each other as the first ones do. Their events lie back over two
years, or over as many as it takes for a busy city to get so many applications. All but the first ones have ended.
They share the staff.
"""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models

STRIDE = 1_000  # between the keys of one copy and the next: more than the first rows have
BATCH = 2_000  # copies of one statement
OPEN = 25_000  # applications at most that have not ended, which is what a city has (docs/performance.md)
MOST_A_DAY = 550
LETTERS = "'0123456789', 'abdeghiklm'"
# What concerns people and applications; everything else is shared by all copies.
COPIED = {
    "applications": "application version applicant namepart invitation confirmation statechange happening idcheck "
    "termsacceptance",
    "identity": "user person",
    "mailing": "letter trackingevent",
    "records": "chain entry",
    "upstream": "intake event webhookdelivery",
}
OWN_REFERENCE = "(SELECT lpad((a.id + n * {stride})::text, 9, '0') FROM first_application a WHERE a.reference = {of})"
# Columns that must differ, or that name other rows in words.
WRITTEN = {
    "applications_application.reference": "lpad((t.id + n * {stride})::text, 9, '0')",
    "applications_application.state": "CASE WHEN n * {each} < {open} THEN t.state ELSE 'expired' END",
    "applications_application.due_at": "CASE WHEN n * {each} < {open} THEN t.due_at END",
    "applications_applicant.hetu_index": "left(t.hetu_index, 60) || '.' || n",
    "applications_applicant.email": "CASE WHEN t.email <> '' THEN n || '.' || t.email ELSE '' END",
    "mailing_letter.to": "n || '.' || t.\"to\"",
    "identity_person.hetu_index": "left(t.hetu_index, 60) || '.' || n",
    "applications_applicant.last_name": "t.last_name || translate((n * 7919 % 20011)::text, {letters})",
    "applications_namepart.part": "t.part || convert_to(translate((n * 7919 % 20011)::text, {letters}), 'UTF8')",
    "mailing_letter.about": "coalesce(" + OWN_REFERENCE.replace("{of}", "t.about") + ", t.about)",
    "mailing_letter.recipient": "split_part(t.recipient, ' ', 1) || ' ' || "
    "(nullif(split_part(t.recipient, ' ', 2), '')::bigint + n * {stride})",
    "records_chain.name": "split_part(t.name, ' ', 1) || ' ' || "
    "(nullif(split_part(t.name, ' ', 2), '')::bigint + n * {stride})",
    "records_entry.subject": "CASE WHEN t.subject = '' THEN '' ELSE split_part(t.subject, ' ', 1) || ' ' || "
    "(nullif(split_part(t.subject, ' ', 2), '')::bigint + n * {stride}) END",
    "upstream_intake.reference": "t.reference || '-' || n",
}


def copied_models() -> list[type[models.Model]]:
    return [apps.get_model(label, name) for label, names in COPIED.items() for name in names.split()]


def fill(size: int, *, below: int = STRIDE, first: int = 1) -> None:
    """Copy the applications that are here, with keys below that number, until there are `size` more of them or so.

    `first` is the number of the first copy, above all keys that are here.
    """
    each = apps.get_model("applications", "application").objects.filter(pk__lt=below).count()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")
        indexes = list(_take_indexes_away())
        for model in copied_models():
            copied = f"SELECT * FROM {_table(model)} WHERE id < {below}"
            cursor.execute(f'CREATE TEMP TABLE "first_{model._meta.model_name}" AS {copied}')
        cursor.execute("DELETE FROM first_user WHERE is_staff")
        last = first - 1 + size // each
        for start in range(first, last, BATCH):
            copies = range(start, min(start + BATCH, last))
            for model in copied_models():
                days, still_open = max(730, size // MOST_A_DAY), OPEN + (first - 1) * each
                cursor.execute(_copy(model, each=each, copies=copies, days=days, still_open=still_open))
        for index in indexes:
            cursor.execute(index)
        for model in copied_models():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{_table(model)}', 'id'), max(id)) FROM {_table(model)}"
            )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def _take_indexes_away() -> Iterator[str]:
    """Drop the indexes that hold no constraint, which are faster made at once; yield what makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexname::regclass)",
            [[_table(model) for model in copied_models()]],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            yield definition


def _copy(model: type[models.Model], *, each: int, copies: Iterable[int], days: int, still_open: int) -> str:
    fields = model._meta.local_concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(model, field) for field in fields)
    values = values.replace("{stride}", str(STRIDE)).replace("{each}", str(each)).replace("{open}", str(still_open))
    values = values.replace("{days}", str(days))
    first, *_, last = [*copies] * 2
    return (
        f"INSERT INTO {_table(model)} ({columns}) SELECT {values.replace('{letters}', LETTERS)} "
        f'FROM "first_{model._meta.model_name}" t, generate_series({first}::bigint, {last}) n'
    )


def _value(model: type[models.Model], field: "models.Field[object, object]") -> str:
    name = f't."{field.column}"'
    if written := WRITTEN.get(f"{_table(model)}.{field.column}"):
        return written
    if field.unique and isinstance(field, models.UUIDField):
        return f"CASE WHEN {name} IS NOT NULL THEN gen_random_uuid() END"
    if field.related_model is get_user_model():  # a person, or a member of staff
        return f"CASE WHEN {name} IN (SELECT id FROM first_user) THEN {name} + n * {{stride}} ELSE {name} END"
    if field.primary_key or field.related_model in copied_models():
        return f"{name} + n * {{stride}}"
    if field.unique and isinstance(field, models.CharField):
        length = field.max_length or 80
        return (
            f"left({name}, {length - 10}) || lpad(n::text, 10, '0')"
            if length > 20
            else f"lpad((t.id + n * {{stride}})::text, {length}, '0')"
        )
    if isinstance(field, models.DateTimeField):
        return f"{name} - (n % {{days}}) * interval '1 day'"
    return name


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table
