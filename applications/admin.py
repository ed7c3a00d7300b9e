from django.contrib import admin
from django.http import HttpRequest

from applications.models import Terms


@admin.register(Terms)
class TermsAdmin(admin.ModelAdmin):
    """Versions of the terms of use. People have accepted them as they stand: a new text is a new version."""

    list_display = ["published_at"]
    ordering = ["-published_at"]

    def has_change_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        return False
