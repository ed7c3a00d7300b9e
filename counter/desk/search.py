"""The desk's first page: the search box, and what is to be done today."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.facts import Line
from applications.forms import fits
from core import hetu
from core.requests import read_or_act
from core.text import typed_text
from counter import search
from counter.desk import lists
from counter.desk.access import desk_actor, desk_page, desk_view, staff_of
from counter.search import Found, SearchReason
from identity import limits

MOST_SEARCHES = 60  # a minute and member of staff: nobody reads through all who apply
LONGEST = 200  # characters


class SearchField(forms.CharField):
    """A line of text without what is pasted along unseen."""

    def to_python(self, value: Any) -> str:
        return typed_text(str(super().to_python(value)))


class SearchForm(forms.Form):
    """One box for all, and why somebody is looked for by their code."""

    text = SearchField(
        label=gettext_lazy("Application number, personal identity code or name"),
        help_text=gettext_lazy("Type it, or scan the QR code of the slip."),
        max_length=LONGEST,
        validators=[fits(Line, gettext_lazy("The text has characters that cannot be searched for."))],
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, if you search by a personal identity code"),
        choices=SearchReason,
        initial=SearchReason.HERE,
    )


class SeeOther(HttpResponse):
    """Another page to be read, after a form that was sent (303, RFC 9110 § 15.4.4)."""

    def __init__(self, address: str) -> None:
        super().__init__(status=303, headers={"Location": address})


@desk_view("counter.use_desk")
@read_or_act
def search_page(request: HttpRequest) -> HttpResponseBase:
    """Show the search box and the lists in short; what is typed comes by POST, so that no address holds it (R17)."""
    if request.method == "POST":
        return _search(request)
    context = {"title": _("Desk"), "form": SearchForm(), "lists": lists.in_short()}
    return desk_page(request, "counter/desk/desk.html", context)


def _search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    found = _find_typed(request, form) if form.is_valid() else None
    if found and found.only:
        return SeeOther(reverse("admin:desk_application", args=[found.only.reference]))
    context = {
        "title": _("Search"),
        "form": _form_again(form, has_hits=bool(found and found.hits)),
        "found": found,
        "most": search.MOST,
        "sees_protected": staff_of(request).has_perm("counter.see_protected"),
    }
    return desk_page(request, "counter/desk/results.html", context)


def _find_typed(request: HttpRequest, form: SearchForm) -> Found | None:
    limits.count("desk search", str(staff_of(request).pk), most=MOST_SEARCHES)
    wanted = form.cleaned_data
    try:
        return search.find_people(wanted["text"], reason=SearchReason(wanted["reason"]), by=desk_actor(request))
    except search.CannotFind as refusal:
        form.add_error("text", str(refusal))
        return None


def _form_again(form: SearchForm, *, has_hits: bool) -> SearchForm:
    """Return the form as it is shown again: without a code (R17), and beneath hits not the first to be typed in."""
    if hetu.may_contain_code(form.data.get("text", "")):
        form.data = {**form.data, "text": ""}
    if has_hits:
        del form.fields["text"].widget.attrs["autofocus"]
    return form
