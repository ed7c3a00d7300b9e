from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from counter.models import Counter, ExceptionalHours, ExceptionQuerySet, WeeklyHours


class WeeklyHoursInline(admin.TabularInline):
    model = WeeklyHours
    extra = 1


class ExceptionalHoursInline(admin.TabularInline):
    model = ExceptionalHours
    extra = 1

    def get_queryset(self, request: HttpRequest) -> ExceptionQuerySet:
        """Days gone by stay stored and out of the way."""
        return ExceptionalHours.objects.ahead()


@admin.register(Counter)
class CounterAdmin(admin.ModelAdmin):
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [WeeklyHoursInline, ExceptionalHoursInline]
    fieldsets = [
        (None, {"fields": ["name_fi", "name_sv", "name_en"]}),
        (
            "Address",
            {
                "fields": [
                    ("street_fi", "street_sv"),
                    ("postal_code", "city_fi", "city_sv"),
                    ("place_fi", "place_sv", "place_en"),
                    "map_url",
                ]
            },
        ),
        ("Contact", {"fields": ["phone", "email", "page_url", "note_fi", "note_sv", "note_en"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Counter | None = None) -> bool:
        return False
