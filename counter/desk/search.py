"""The first page of the desk: the search box, and what is to be done today. And the pages of those who were found."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from applications.facts import Line
from applications.forms import fits
from core import hetu
from core.requests import read_or_act
from core.text import typed_text
from counter import search
from counter.desk import kept_results, lists, today
from counter.desk.access import desk_actor, desk_page, desk_view, staff_of
from counter.search import Found, SearchReason
from counter.searched import CannotFind
from identity import limits
from identity.break_glass import shown_use
from identity.staff_changes import waiting_changes
from records.enums import Event

MOST_SEARCHES = 60  # by one member of staff in a minute: nobody needs to read through all applicants
LONGEST_SEARCH = 200  # characters


NOBODY = {
    Event.SEARCH_BY_NUMBER: gettext_lazy("No application has this number. Check the number."),
    Event.SEARCH_BY_CODE: gettext_lazy("Nobody with this personal identity code is an applicant. Check the code."),
    Event.SEARCH_BY_NAME: gettext_lazy("No applicant has this name. Check how it is written, or type less of it."),
    Event.SEARCH_BY_BIRTH_DATE: gettext_lazy("No applicant has this date of birth. Check the date."),
    Event.SEARCH_BY_EMAIL_ADDRESS: gettext_lazy(
        "No applicant has this email address. Check how it is written, or search by name."
    ),
    Event.SEARCH_BY_PHONE: gettext_lazy("No applicant has this phone number. Check the number, or search by name."),
}


class SearchField(forms.CharField):
    """A line of text without the invisible characters that come with pasted text."""

    def to_python(self, value: Any) -> str:
        return typed_text(str(super().to_python(value)))


class SearchForm(forms.Form):
    """One box for every kind of search, and the reason for a search by code."""

    text = SearchField(
        label=gettext_lazy("Application number, personal identity code or name"),
        help_text=gettext_lazy(
            "Or a date of birth, email address, phone number, or the code of an invitation or an email. You can scan "
            "the QR code on the slip."
        ),
        max_length=LONGEST_SEARCH,
        error_messages={
            "required": gettext_lazy("Enter what you are searching for, for example an application number or a name.")
        },
        validators=[
            fits(
                Line,
                gettext_lazy("The text has characters that cannot be searched for. Remove the special characters."),
            )
        ],
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason, if you search by a personal identity code"),
        choices=SearchReason,
        initial=SearchReason.HERE,
        required=False,  # one is chosen always, so no asterisk asks for it beside the "if"
    )

    def clean_reason(self) -> str:
        """Refuse a search that names no reason, as no browser sends one."""
        if reason := self.cleaned_data["reason"]:
            return str(reason)
        raise forms.ValidationError(_("Choose why you are searching by a personal identity code."))


class SeeOther(HttpResponseRedirect):
    """A redirect to a page that is read, after a form was sent (303, RFC 9110 § 15.4.4)."""

    status_code = 303


@desk_view("counter.use_desk")
@read_or_act
def search_page(request: HttpRequest) -> HttpResponseBase:
    """Show the search box and the first rows of the lists. A search comes by POST, so no address holds it (R17)."""
    if request.method == "POST":
        return _search(request)
    lists.record_list(request, list="desk")
    context = {
        "title": _("Desk"),
        "form": SearchForm(),
        "lists": today.lists_of_today(staff_of(request)),
        "staff_changes": waiting_changes().count(),
        "break_glass_at": shown_use(),
    }
    return desk_page(request, "counter/desk/desk.html", context)


def _search(request: HttpRequest) -> HttpResponse:
    form, found, is_refused = SearchForm(request.POST), None, False
    if form.is_valid():
        limits.count("desk search", str(staff_of(request).pk), most=MOST_SEARCHES)
        text, reason = form.cleaned_data["text"], SearchReason(form.cleaned_data["reason"])
        try:
            found = search.find_people(text, reason=reason, by=desk_actor(request))
        except CannotFind as refusal:
            form.add_error("text", str(refusal))
            is_refused = True
    if found and found.hits:
        return SeeOther(_where_to(request, found))
    if hetu.may_contain_code(form.data.get("text", "")):
        form.data = {**form.data, "text": ""}  # no page shows a code again (R17)
    context = {
        "title": pgettext("noun", "Search"),
        "form": form,
        "nobody": NOBODY[found.event] if found else "",
        "is_not_found": bool(found) or is_refused,
    }
    return desk_page(request, "counter/desk/results.html", context)


def _where_to(request: HttpRequest, found: Found) -> str:
    """Return the address of the person or the application that is meant, or else of the list of hits.

    The list has an address of its own, which holds nothing of the search, so that Back leads to it.
    """
    if hit := found.person:
        return reverse("admin:desk_applicant", args=[hit.application.reference, hit.applicant.position])
    if found.only:
        return reverse("admin:desk_application", args=[found.only.reference])
    return reverse("admin:desk_results", args=[kept_results.keep(request.session, found)])


@desk_view("counter.use_desk")
@require_safe
def results_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show who was found by a search of this session; each view is recorded (C1). Without one, lead to the desk."""
    found = kept_results.find_again(request.session, token)
    if found is None or not found.hits:
        return HttpResponseRedirect(reverse("admin:desk"))
    lists.record_list(request, list="results", found=len(found.hits))
    form = SearchForm()
    del form.fields["text"].widget.attrs["autofocus"]  # the hits are read first
    context = {"title": pgettext("noun", "Search"), "form": form, "found": found, "most": search.MOST_HITS}
    return desk_page(request, "counter/desk/results.html", context)
