"""A letter as a page: for whoever has no email address, or did not get the email."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from applications import own_letters
from applications.access import Visitor, applicant_view
from mailing.letters import NoLongerDue, letter_context


@applicant_view
@require_safe
def own_letter_page(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show what a letter says, in the language of the page; what it would say no longer leads to the application."""
    letter = own_letters.find_letter(visitor.person, pk)
    letter.language = get_language() or letter.language
    try:
        context = letter_context(letter)
    except NoLongerDue:
        return redirect("applications:status", letter.about)
    return render(request, f"mailing/{letter.message}/body.html", {**context, "base": "applications/letter.html"})
