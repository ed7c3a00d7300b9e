"""Writing what is stored again under the active keys, while the service goes on (ADR 56).

What a value was written with stands before it. So whatever is under the active key already is passed over unread, and
a run that was interrupted is taken up where it ended. Rows are locked for moments only, those that somebody else holds
are passed over and come again, and of each only the encrypted columns and their indexes are written.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import BinaryField, Count, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Substr
from django.db.models.lookups import Exact, In

from core import crypto
from core.crypto import KEY_ID_BYTES, CannotDecrypt, EncryptedTextField, Purpose
from core.links import KeyGone, MailedSecret

FEWEST, MOST = 10, 500  # rows of one transaction
LONGEST = 0.1  # seconds for which a transaction goes on writing; requests wait two for a lock
PAUSE = 0.01  # seconds between two transactions, in which somebody else may write on SQLite
ROUNDS, ROUND_PAUSE = 30, 1.0  # of those that somebody else holds, and seconds before they come again
HELD = {"40P01", "55P03"}  # a deadlock, and a lock that was not to be had in time


@dataclass(frozen=True)
class Kept:
    """What is stored under keys in the rows of one model."""

    model: type[models.Model]
    secrets: tuple[MailedSecret, ...] = ()  # whose hashes are stored

    @property
    def encrypted(self) -> list[str]:
        """The names of the encrypted columns."""
        return [field.name for field in self.model._meta.fields if isinstance(field, EncryptedTextField)]

    @property
    def indexed(self) -> dict[str, str]:
        """The columns of blind indexes, with the encrypted column in which the code stands."""
        names = {field.name for field in self.model._meta.fields}
        return {f"{name}_index": name for name in self.encrypted if f"{name}_index" in names}

    @property
    def hashed(self) -> list[str]:
        """The columns of the hashes of mailed secrets."""
        return [kind.column for kind in self.secrets]

    @property
    def columns(self) -> dict[str, Purpose]:
        """All these columns, each with what its keys are for."""
        purposes: dict[str, Purpose] = dict.fromkeys(self.encrypted, "encryption")
        return purposes | dict.fromkeys([*self.indexed, *self.hashed], "index")

    def behind(self) -> QuerySet[Any]:
        """Return the rows in which something is not under the active key, and that can be read."""
        stale, unreadable = Q(), Q()
        for name, purpose in self.columns.items():
            live = crypto.stamps(purpose)
            stale |= ~Q(Exact(_stamp(name, purpose), _value(live[0], purpose)))
            if purpose == "encryption":
                known = Q(In(_stamp(name, purpose), [_value(each, purpose) for each in live]))
                unreadable |= Q(**{f"{name}__isnull": False}) & ~known
        return self.model._base_manager.filter(stale).exclude(unreadable)

    def newest(self, name: str) -> str:
        """Return the id of the key under which a column of the newest row is, or nothing where there is none."""
        rows = self.model._base_manager.filter(**{f"{name}__isnull": False}).order_by("-pk")
        return _id(rows.annotate(stamp=_stamp(name, self.columns[name])).values_list("stamp", flat=True).first() or "")

    def counts(self, names: Iterable[str]) -> Counter[str]:
        """Return how many values of these columns are under each key, by its id."""
        found: Counter[str] = Counter()
        for name in names:
            rows = self.model._base_manager.filter(**{f"{name}__isnull": False}).order_by()
            by_key = rows.annotate(stamp=_stamp(name, self.columns[name])).values_list("stamp").annotate(Count("pk"))
            found.update({_id(key): number for key, number in by_key})
        return found


@dataclass
class Result:
    """What became of the rows of one model."""

    written: int = 0
    held: int = 0  # by somebody else, to the end
    lost: int = 0  # secrets that cannot be written any more, since the key that made them is gone
    unreadable: list[Any] = field(default_factory=list)  # keys of rows that were spoiled
    doubled: list[Any] = field(default_factory=list)  # keys of rows beside which another one has the new index


def rewrite(kept: Kept, *, tell: Callable[[int], object] = lambda _rows: None) -> Result:
    """Write every row of a model that is behind, in short transactions; `tell` is told how many are done."""
    rows, written = kept.behind().order_by("pk").values_list("pk", flat=True), 0
    for left in reversed(range(ROUNDS)):
        result, size = Result(), FEWEST
        keys = list(rows[:size])
        while keys:
            began, before = time.monotonic(), result.written
            last = _piece(kept, keys, result)
            is_quick = time.monotonic() - began < LONGEST / 2
            size = min(size * 2, MOST) if is_quick else max(size // 2, FEWEST)
            tell(result.written - before)
            time.sleep(PAUSE)
            keys = list(rows.filter(pk__gt=last)[:size])
        written += result.written
        if not (result.held and left):
            break
        time.sleep(ROUND_PAUSE)
    result.written = written
    return result


def _piece(kept: Kept, keys: Sequence[Any], result: Result) -> Any:
    """Write these rows in one transaction, or as many as time allows; return the key of the last.

    If that fails, write each alone, and note what is wrong with which.
    """
    try:
        done, lost, last = _written(kept, keys)
    except (IntegrityError, CannotDecrypt, OperationalError) as error:
        if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) not in HELD:
            raise
        if len(keys) > 1:
            for key in keys:
                _piece(kept, [key], result)
        elif isinstance(error, OperationalError):
            result.held += 1
        else:
            (result.doubled if isinstance(error, IntegrityError) else result.unreadable).append(keys[0])
        return keys[-1]
    result.written, result.lost = result.written + done - lost, result.lost + lost
    result.held += len([key for key in keys if key <= last]) - done
    return last


@transaction.atomic
def _written(kept: Kept, keys: Sequence[Any]) -> tuple[int, int, Any]:
    """Lock and write; return how many rows were seen, how many of them hold a lost secret, and the last key."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    rows = kept.model._base_manager.select_for_update(skip_locked=skip_locked, of=("self",) if skip_locked else ())
    until, last, lost = time.monotonic() + LONGEST, keys[-1], 0
    found = []
    for row in rows.filter(pk__in=keys).order_by("pk"):
        values, is_lost = _anew(kept, row)
        found.append((row.pk, values))
        lost += is_lost
        if time.monotonic() > until:
            last = row.pk
            break
    if found:
        _store(kept, found)
    return len(found), lost, last


def _anew(kept: Kept, row: Any) -> tuple[dict[str, Any], bool]:
    """Return the columns of a row under the active keys, and whether a secret of it is lost."""
    values = {name: getattr(row, name) for name in kept.encrypted}
    for index, name in kept.indexed.items():
        values[index] = crypto.indexes(values[name])[0] if values[name] else None
    is_lost = False
    for kind in kept.secrets:
        try:
            values[kind.column] = crypto.indexes(kind.of(row))[0]
        except KeyGone:
            values[kind.column] = getattr(row, kind.column)
            is_lost = values[kind.column] is not None or is_lost
    return values, is_lost


def _store(kept: Kept, rows: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Store these columns of rows that are locked, in one statement."""
    meta, quote = kept.model._meta, connection.ops.quote_name
    named = [each for each in meta.concrete_fields if each.primary_key or each.name in kept.columns]
    key_column, *columns = sorted(named, key=lambda each: not each.primary_key)
    places = ", ".join(f"CAST(%s AS {column.db_type(connection)})" for column in (key_column, *columns))
    values = (
        value
        for key, anew in rows
        for value in (key, *(column.get_db_prep_value(anew[column.name], connection) for column in columns))
    )
    key_name = quote(str(key_column.column))
    changes = ", ".join(f"{quote(str(each.column))} = v.column{place}" for place, each in enumerate(columns, 2))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {quote(meta.db_table)} AS c SET {changes}
            FROM (VALUES {", ".join([f"({places})"] * len(rows))}) AS v WHERE c.{key_name} = v.column1
            """,  # noqa: S608  # only names and types of our own columns are put in
            list(values),
        )


def _stamp(name: str, purpose: Purpose) -> Any:
    """Return the expression for the id of the key before a stored value, read without decrypting it."""
    if purpose == "encryption":
        sealed = ExpressionWrapper(F(name), output_field=BinaryField())
        return Substr(sealed, 1, KEY_ID_BYTES, output_field=BinaryField())
    return Substr(name, 1, 2 * KEY_ID_BYTES)


def _id(stamp: Any) -> str:
    return stamp if isinstance(stamp, str) else bytes(stamp).hex()


def _value(stamp: bytes, purpose: Purpose) -> Any:
    if purpose == "encryption":
        return Value(stamp, output_field=BinaryField())
    return Value(stamp.decode())
