"""The admin, with the desk in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path

from identity.staff import StaffSite


class DeskSite(StaffSite):
    """Django's admin behind two factors, and the desk's own pages, each behind its own right."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from counter.desk.urls import PAGES  # its views need the models, which are not there yet

        own: list[URLPattern | URLResolver] = [
            path(f"desk/{route}", self.admin_view(view), name=name) for route, view, name in PAGES
        ]
        return own + super().get_urls()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # it may lead on
        """Lead whoever works at the desk alone there; the others see what they may edit."""
        if not self.get_app_list(request):
            return redirect("admin:desk")
        return super().index(request, extra_context)
