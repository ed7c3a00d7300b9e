"""The terms of use as the operator publishes them. People accept them as they stand: a new text is a new version."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import terms
from applications.models import Terms
from applications.terms_changes import Piece, differences, in_lines, readers_of
from applications.typed_fields import MomentField
from core.admin import NeverDeleted

DRAFT = "terms_draft"  # in the session: whose text it is (a key, or None for new terms), and what was typed
TEXTS = [f"text_{code}" for code, _name in settings.LANGUAGES]


class When(TextChoices):
    """When new terms begin to count."""

    AT_ONCE = "at_once", _("At once, as soon as I have checked the changes")
    LATER = "later", _("Later, at this time:")


class TermsForm(forms.ModelForm):
    """New terms, which begin from the ones in force. They are saved once the operator has seen what they change."""

    when = forms.ChoiceField(
        label=_("When do the terms begin to apply?"),
        choices=When.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when the terms begin to apply.")},
    )
    published_at = MomentField(
        label=_("Publish at"),
        required=False,
        help_text=_("You can no longer change what has been published."),
    )

    class Meta:
        model = Terms
        fields = [*TEXTS, "when", "published_at"]

    # On the class that is made for each request: what was typed before, and whether the page shows what that changes.
    draft: ClassVar[dict[str, str]] = {}
    checks_draft: ClassVar[bool] = False

    def __init__(self, *arguments: Any, **options: Any) -> None:
        if self.checks_draft and not arguments:
            options["data"] = self.draft
        super().__init__(*arguments, **options)
        self.in_force, self.is_outdated = terms.current(), False
        if self.instance.pk:
            self.initial["when"] = When.LATER
        else:
            self.initial.update({name: getattr(self.in_force, name) for name in TEXTS})
        if not self.is_bound and self.draft:
            for name, field in self.fields.items():
                self.initial[name] = field.widget.value_from_datadict(self.draft, {}, name)

    def is_valid(self) -> bool:
        """Tell whether to save: what was not checked against the terms in force is shown with its changes first."""
        return self.is_right and not self.is_outdated and self.data.get("publish") == str(self.in_force.pk)

    @property
    def is_right(self) -> bool:
        return super().is_valid()

    def clean(self) -> dict[str, Any]:
        """Refuse terms that change nothing, and a time that is past: nobody can have read the text then."""
        cleaned, now = super().clean() or self.cleaned_data, timezone.now()
        if "publish" in self.data:  # one after the other
            Terms.objects.select_for_update().get(pk=self.in_force.pk)
            newer = Terms.objects.filter(published_at__gt=self.in_force.published_at, published_at__lte=now)
            self.is_outdated = newer.exists()
            same = Terms.objects.filter(published_at__gt=now, **{name: cleaned.get(name, "") for name in TEXTS})
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error(None, _("These terms are already waiting to be published."))
        if all(in_lines(cleaned.get(name, "")) == in_lines(getattr(self.in_force, name)) for name in TEXTS):
            self.add_error(None, _("These are the terms that are in force now. Change the text first."))
        at = cleaned.get("published_at")
        if cleaned.get("when") == When.AT_ONCE:
            cleaned["published_at"] = now
        elif cleaned.get("when") == When.LATER and "published_at" not in self.errors and (at is None or at <= now):
            self.add_error("published_at", _("Choose a time that is still to come."))
        return cleaned

    @property
    def changes(self) -> list[tuple[str, str, list[Piece]]]:
        """The code and name of each language, and the text in it with what it changes."""
        return [
            (code, name, differences(getattr(self.in_force, f"text_{code}"), self.cleaned_data[f"text_{code}"]))
            for code, name in settings.LANGUAGES
        ]


@admin.register(Terms)
class TermsAdmin(NeverDeleted, admin.ModelAdmin):
    """Versions of the terms of use: checked before they are published, and neither edited nor deleted after.

    What is typed stays in the session until it is published, so that the page with the changes and the form in another
    language have addresses to which a browser can go back.
    """

    form = TermsForm
    change_form_template = "applications/admin_terms.html"
    list_display = ["version", "status"]
    ordering = ["-published_at"]

    @admin.display(description=_("published"), ordering="published_at")
    def version(self, version: Terms) -> Any:
        return version.published_at

    @admin.display(description=_("status"))
    def status(self, version: Terms) -> Any:
        return _("published") if _is_published(version) else _("to be published")

    def get_fields(self, request: HttpRequest, obj: Terms | None = None) -> Any:
        """Return the fields of the form; of what is published there is nothing to choose any more."""
        return [name for name in TermsForm.Meta.fields if name != "when" or not (obj and _is_published(obj))]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002  # Django's
        """Return the form with what was typed before."""
        form: Any = super().get_form(request, obj, change, **options)
        of, typed = request.session.get(DRAFT, (None, {}))
        is_theirs = of == (obj and obj.pk) and (obj is None or self.has_change_permission(request, obj))
        form.draft = typed if is_theirs else {}
        form.checks_draft = bool(form.draft) and "check" in request.GET
        return form

    def save_model(self, request: HttpRequest, obj: Terms, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's
        super().save_model(request, obj, form, change)
        request.session.pop(DRAFT, None)

    def render_change_form(self, request: HttpRequest, context: Any, *arguments: Any, **options: Any) -> HttpResponse:
        """Show what the terms change and for whom before they are published; else the form."""
        form = context["adminform"].form
        if request.method == "POST" and ("show" in request.POST or form.is_right):
            typed = {name: text for name, text in request.POST.items() if name.startswith((*TermsForm.Meta.fields,))}
            request.session[DRAFT] = (form.instance.pk, typed)
            return HttpResponseRedirect(request.path if "show" in request.POST else f"{request.path}?check")
        if not (form.is_bound and form.is_right):
            context["typed_form"] = f"{self.opts.model_name}_form" if form.fields else ""
            return super().render_change_form(request, context, *arguments, **options)
        asked = {
            "title": _("Check what the new terms of use change"),
            "opts": self.opts,
            "form": form,
            "readers": readers_of(form.in_force),
            "at_once": form.cleaned_data["when"] == When.AT_ONCE,
        }
        whole = {**self.admin_site.each_context(request), **context, **asked}
        return TemplateResponse(request, "applications/admin_terms_check.html", whole)

    def has_change_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _is_published(obj))


def _is_published(version: Terms) -> bool:
    return version.published_at <= timezone.now()
