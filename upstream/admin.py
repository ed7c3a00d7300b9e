"""Clients of the API in the admin: added with a token that is shown once, revoked, never deleted."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from upstream import clients
from upstream.models import ApiClient


@admin.register(ApiClient)
class ApiClientAdmin(admin.ModelAdmin):
    list_display = ["name", "created_at", "revoked_at"]
    search_fields = ["name"]
    fields = ["name", "created_at", "revoked_at"]
    readonly_fields = ["created_at", "revoked_at"]
    ordering = ["name"]
    actions = ["replace_token", "revoke"]

    def has_change_permission(self, request: HttpRequest, obj: ApiClient | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiClient | None = None) -> bool:
        return False

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Who may change clients may replace and revoke their tokens; nothing else of them changes."""
        return super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        # Its first token is seen by nobody: response_add puts another in its place, and shows it.
        created, _token = clients.issue(obj.name)
        obj.pk = created.pk

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        return self._token_page(request, obj, clients.replace_token(obj))

    @admin.action(description=_("Replace the token"), permissions=["manage"])
    def replace_token(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> HttpResponse | None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose one client."), messages.ERROR)
            return None
        client = queryset.get()
        token = clients.replace_token(client)
        self.log_change(request, client, [{"changed": {"fields": ["token"]}}])
        return self._token_page(request, client, token)

    @admin.action(description=_("Revoke the token"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        number = clients.revoke(*queryset)
        for client in queryset:
            self.log_change(request, client, [{"changed": {"fields": ["revoked_at"]}}])
        text = ngettext("%(number)d client was revoked.", "%(number)d clients were revoked.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)

    def _token_page(self, request: HttpRequest, client: ApiClient, token: str) -> HttpResponse:
        # The answer to the POST itself: a message would put the token into the session, and so the database.
        context = {
            **self.admin_site.each_context(request),
            "title": _("Token of an API client"),
            "opts": self.opts,
            "client": client,
            "token": token,
        }
        return TemplateResponse(request, "upstream/token.html", context, headers={"Cache-Control": "no-store"})
