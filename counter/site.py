"""The admin, with the desk in it."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string

from core.requests import act_of
from identity import broker_sessions, limits
from identity.redirects import with_next
from identity.staff import StaffSite

if TYPE_CHECKING:
    from counter.desk.access import Page


class DeskSite(StaffSite):
    """Django's admin behind two factors, with the desk's own pages, each behind its own right."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Imported here, because the views need the models, which are not loaded when the site is made.
        pages: list[Page] = [page for path_ in settings.DESK_PAGES for page in import_string(path_)]
        own: list[URLPattern | URLResolver] = [
            path(f"desk/{route}", self.admin_view(view), name=name) for route, view, name in pages
        ]
        return own + super().get_urls()

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # it leads on
        """Let members of staff change their own password; tries of the present one are counted. Raises TooMany.

        Whoever comes through the City's directory has none (ADR 58).
        """
        # Imported here, as the forms need the models too.
        from django.contrib.auth.views import PasswordChangeView

        from counter.desk.access import staff_of
        from identity.forms import StaffPasswordForm

        if not staff_of(request).has_usable_password():
            return redirect("mfa_index")
        if request.method == "POST" and request.user.pk is not None:
            limits.count_password_again(request.user.pk)
        change = PasswordChangeView.as_view(
            form_class=StaffPasswordForm,
            template_name="counter/desk/password.html",
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return change(request)

    @method_decorator(act_of("admin:index"))
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """End the session, and then that of the City's directory, if it has an address for that."""
        next_page = with_next("account_login", reverse("admin:index"), left="yes")
        at_directory = broker_sessions.session_end_of_staff(request.session, next_page)
        response: TemplateResponse = super().logout(request, extra_context)
        if at_directory:
            ways = {"address": at_directory, "next_page": next_page}
            response = TemplateResponse(request, "identity/leaving_directory.html", ways)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # it may lead on
        """Redirect members of staff who may edit nothing to the desk; show others the desk and what they may edit."""
        # Imported here, as it needs the models too.
        from counter.desk.access import staff_of
        from counter.desk.today import numbers_of_today
        from identity.break_glass import shown_use

        if not self.get_app_list(request):
            return redirect("admin:desk")
        reader = staff_of(request)
        lists = numbers_of_today(reader) if reader.has_perm("counter.use_desk") else None
        return super().index(request, {**(extra_context or {}), "lists": lists, "break_glass_at": shown_use()})
