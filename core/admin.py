"""What the admin's pages of several apps have in common."""

from typing import Any

from django.http import HttpRequest


class NeverDeleted:
    """For an admin page whose rows nobody deletes (R18)."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """For an admin page whose rows are written elsewhere and only read here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
