"""What the operator edits: the counter's contact details and opening hours, notices, types of documents."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.typed_fields import MomentField, MomentInput
from core.addresses import AddressInput, EmailField
from core.admin import NeverDeleted, yes_or_no
from counter.hours_forms import CounterForm, ExceptionalDayForm
from counter.models import Counter, DocumentType, ExceptionalHours, ExceptionQuerySet, Notice


class ExceptionalHoursInline(admin.TabularInline):
    """The exceptional days to come. Django's own tables have no labels for their fields, so it is one of ours."""

    model = ExceptionalHours
    form = ExceptionalDayForm
    template = "counter/_admin_exceptional_days.html"
    extra = 2

    def get_queryset(self, request: HttpRequest) -> ExceptionQuerySet:
        """Return the days of today and later; those gone by stay stored."""
        return ExceptionalHours.objects.ahead()


@admin.register(Counter)
class CounterAdmin(NeverDeleted, admin.ModelAdmin):
    """The counter: first the hours of its week and the exceptional days, then what seldom changes."""

    form = CounterForm
    change_form_template = "counter/admin_counter.html"
    save_on_top = True  # the hours, which change most, fit one screen; the whole form is five
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.EmailField: {"form_class": EmailField, "widget": AddressInput},
    }
    inlines = [ExceptionalHoursInline]
    fieldsets = [
        (None, {"fields": ["name_fi", "name_sv", "name_en"]}),
        (
            _("Address"),
            {
                "fields": [
                    ("street_fi", "street_sv"),
                    ("postal_code", "city_fi", "city_sv"),
                    ("place_fi", "place_sv", "place_en"),
                    "map_url",
                ]
            },
        ),
        (_("Contact"), {"fields": ["phone", "email", "feedback_email", "note_fi", "note_sv", "note_en"]}),
        (_("The City’s page"), {"fields": ["page_url_fi", "page_url_sv", "page_url_en"]}),
        (_("E-service"), {"fields": ["e_service_url_fi", "e_service_url_sv", "e_service_url_en"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        """Save the hours of the week with the exceptional days."""
        super().save_related(request, form, formsets, change)
        form.week.save(form.instance)


@admin.register(Notice)
class NoticeAdmin(NeverDeleted, admin.ModelAdmin):
    """Notices are taken away by ending them. One that has ended stays as it was shown."""

    formfield_overrides = {
        models.DateTimeField: {"form_class": MomentField, "widget": MomentInput, "show_hidden_initial": False}
    }
    list_display = ["text", "shown_from", "shown_until", yes_or_no(Notice, "is_disturbance")]
    ordering = ["-shown_until"]
    fields = ["text_fi", "text_sv", "text_en", "shown_from", "shown_until", "is_disturbance"]

    @admin.display(description=_("text"))
    def text(self, notice: Notice) -> str:
        return notice.text

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.has_ended)


@admin.register(DocumentType)
class DocumentTypeAdmin(NeverDeleted, admin.ModelAdmin):
    """Types are switched on and off (C3). Checks refer to them, so they keep their code and are never deleted."""

    list_display = ["name", yes_or_no(DocumentType, "is_on"), yes_or_no(DocumentType, "needs_note"), "position"]
    fields = ["code", "name_fi", "name_sv", "name_en", "is_on", "needs_note", "position"]
    ordering = ["position", "pk"]

    @admin.display(description=_("name"))
    def name(self, document_type: DocumentType) -> str:
        return str(document_type)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []
