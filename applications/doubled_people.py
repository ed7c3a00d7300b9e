"""People who are stored twice, because one process did not know the index key of another (ADR 56)."""

from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from applications.models import Draft
from identity.models import Account, Person


def rows_of(key: int) -> list[int]:
    """Return the keys of all rows of the person of this row, itself among them."""
    return [each.pk for each in _rows(key)]


def _rows(key: int) -> QuerySet[Person]:
    person = Person.objects.filter(pk=key).first()  # None if it was the one that went
    return Person.objects.filter(hetu_index__in=person.hetu_indexes if person else []).order_by("pk")


@transaction.atomic
def join(key: int) -> list[int]:
    """Remove one of two rows of a person if nothing rests on it; its drafts become the other's.

    Return the keys of the rows that there are of the person afterwards, which is one when that has succeeded.
    """
    rows = list(_rows(key).select_for_update())
    for gone in reversed(rows):  # the later one, if nothing rests on either
        kept = next((each for each in rows if each.pk != gone.pk), None)
        if kept and _is_removed(gone, kept):
            rows.remove(gone)
    return [each.pk for each in rows]


def _is_removed(gone: Person, kept: Person) -> bool:
    """Remove a row and its sign-in, unless an account, an act, or the trail names one of them. Tell whether."""
    if Account.objects.filter(user=gone.user_id).exists():
        return False
    try:
        with transaction.atomic():
            Draft.objects.filter(person=gone).update(person=kept)
            user = gone.user
            gone.delete()
            user.delete()
    except ProtectedError:
        return False
    kept.identified_at = max(kept.identified_at, gone.identified_at)
    kept.save(update_fields=["identified_at"])
    return True
