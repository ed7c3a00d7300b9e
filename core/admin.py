"""What the admin's pages of several apps have in common."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError
from django.http import HttpRequest
from django.utils.translation import gettext_noop

# What the admin's pages say and Django's Finnish catalogue lacks; they find it in ours.
TEXTS_OF_DJANGO = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    gettext_noop("Error:"),
)


class NeverDeleted:
    """For an admin page whose rows nobody deletes (R18)."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list as the address filters it; Django leads to the unfiltered list where it cannot be.

        Django itself lets values through that the database or Python refuses later: NUL, and years beyond 9999.
        """
        try:
            return super().get_changelist_instance(request)  # type: ignore[misc]  # of the ModelAdmin beside it
        except (DataError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """For an admin page whose rows are written elsewhere and only read here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
