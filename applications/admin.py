"""The terms of use as the operator publishes them. People accept them as they stand: a new text is a new version."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from applications.models import Terms
from core.admin import NeverDeleted
from core.requests import act_of


def moment_input() -> forms.DateTimeInput:
    """Return one field for date and time, which has a label; the two fields of Django's admin have none."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class TermsForm(forms.ModelForm):
    published_at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=moment_input(),
        help_text=_("Leave this empty to publish at once. You can no longer change what has been published."),
    )

    class Meta:
        model = Terms
        fields = ["text_fi", "text_sv", "text_en", "published_at"]

    def clean_published_at(self) -> Any:
        """Refuse a time that is past: nobody can have read the text then."""
        chosen, now = self.cleaned_data["published_at"], timezone.now()
        if chosen and chosen <= now:
            raise forms.ValidationError(_("Choose a time that is still to come, or leave this empty."))
        return chosen or now


@admin.register(Terms)
class TermsAdmin(NeverDeleted, admin.ModelAdmin):
    """Versions of the terms of use: previewed before they are published, and neither edited nor deleted after."""

    form = TermsForm
    change_form_template = "applications/admin_terms.html"
    list_display = ["version", "status"]
    ordering = ["-published_at"]

    @admin.display(description=_("published"), ordering="published_at")
    def version(self, terms: Terms) -> Any:
        return terms.published_at

    @admin.display(description=_("status"))
    def status(self, terms: Terms) -> Any:
        return _("published") if _is_published(terms) else _("to be published")

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", self.admin_site.admin_view(self.preview), name="applications_terms_preview")
        return [preview, *super().get_urls()]

    @method_decorator(permission_required("applications.add_terms", raise_exception=True))
    @method_decorator(act_of("admin:applications_terms_changelist"))
    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show texts that are not stored yet as people would read them."""
        texts = [(code, name, request.POST.get(f"text_{code}", "")) for code, name in settings.LANGUAGES]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of the terms of use"),
            "opts": self.opts,
            "texts": texts,
        }
        return TemplateResponse(request, "applications/admin_terms_preview.html", context)

    def has_change_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _is_published(obj))


def _is_published(terms: Terms) -> bool:
    return terms.published_at <= timezone.now()
