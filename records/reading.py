"""What the desk reads of the trail, newest first. The caller pages it, and records that it was read."""

from collections.abc import Sequence

from django.db.models import QuerySet

from records.models import Entry


def entries_of_chain(name: str) -> QuerySet[Entry]:
    """Return all entries of one chain."""
    return _with_names(Entry.objects.filter(chain__name=name)).order_by("-number")


def entries_about(subjects: Sequence[str]) -> QuerySet[Entry]:
    """Return all entries about any of these subjects, such as "applicant 55"."""
    return _with_names(Entry.objects.filter(subject__in=subjects)).order_by("-at", "-pk")


def _with_names(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("chain", "user")
