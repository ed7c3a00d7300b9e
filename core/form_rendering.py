"""How the forms of all pages are rendered."""

from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Widget


class Field(BoundField):
    """A field that leaves the focus to the list of errors once its form has some: a page has one focus only."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        return {**built, "autofocus": False} if self.form.errors else built


class Renderer(TemplatesSetting):
    """Renders by the templates of the pages (FORM_RENDERER)."""

    bound_field_class = Field
