"""Deleting many rows by statements that read none of them."""

from typing import Any

from django.db.models import CASCADE, PROTECT, QuerySet


def delete_rows(rows: "QuerySet[Any]") -> None:
    """Delete rows as QuerySet.delete() does, and before them what goes along with them, without signals.

    That reads every row first, and looks in every table for what refers to it. Here the database alone refuses to
    delete what something that stays refers to: raises IntegrityError, at the end of the transaction at the latest.
    """
    for relation in rows.model._meta.get_fields(include_hidden=True):
        on_delete = getattr(relation, "on_delete", PROTECT) if relation.auto_created else PROTECT
        if on_delete is CASCADE:
            delete_rows(relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows}))
        elif on_delete is not PROTECT:
            raise TypeError(f"What refers to {rows.model.__name__} would not be deleted with it")
    rows._raw_delete(rows.db)
