"""What the admin's pages of several apps have in common."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin, ShowFacets, display
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import Model
from django.http import HttpRequest
from django.template.defaultfilters import yesno
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_noop

# What Django's pages say and find in our catalogues: what its own lack or have wrong; and for changing a password what
# the link to it says, with nobody "confirming" one, as that is said of an application only.
TEXTS_OF_DJANGO = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Error:"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Change %s"),
    gettext_noop("%(app)s administration"),
    gettext_noop("Password change"),
    gettext_noop("Change password"),
    gettext_noop("Change my password"),
    gettext_noop("Old password"),
    gettext_noop("New password confirmation"),
    gettext_noop("Password confirmation"),
    gettext_noop("Enter the same password as before, for verification."),
    gettext_noop("Your old password was entered incorrectly. Please enter it again."),
    gettext_noop("The two password fields didn’t match."),
    gettext_noop("Password change successful"),
    gettext_noop("Your password was changed."),
)


def yes_or_no(model: type[Model], field: str) -> Callable[[Model], str]:
    """Return a column of a list that says yes or no in words; the pictures of Django's have English ones only."""

    @display(description=model._meta.get_field(field).verbose_name, ordering=field)  # type: ignore[union-attr]
    def column(row: Model) -> str:
        return capfirst(str(yesno(getattr(row, field))))

    return column


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


class FirstPages(Paginator):
    """The first pages of a list that may have millions of rows, which nobody counts to their end."""

    MOST = 10_000  # rows

    @cached_property
    def count(self) -> int:
        """The number of rows on these pages."""
        return min(self._counted, self.MOST)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than these pages have."""
        return self._counted > self.MOST

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list  # a query
        return int(rows.order_by()[: self.MOST + 1].count())


class _ByIndex(ChangeList):
    def get_ordering_field(self, field_name: Any) -> Any:
        # Django sorts by any column that an address names.
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


class Endless(ReadOnly, ModelAdmin):
    """For a list that grows with the applications: whatever is asked of it, its page takes as long as before.

    So it is not counted, its filters have fixed choices, and each of its orders has an index.
    """

    paginator = FirstPages
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by = ()

    def response_action(self, request: Any, queryset: Any, *args: Any, **options: Any) -> Any:
        """Do what was chosen. "All rows" cannot be chosen where nobody sees all of them, in the page or past it."""
        if FirstPages(queryset, self.list_per_page).is_cut:
            request.POST = request.POST.copy()
            request.POST["select_across"] = "0"
        return super().response_action(request, queryset, *args, **options)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """Return the list that is sorted by what has an index only."""
        return _ByIndex
