"""The pointing card: the sentences of a visit in the customer's language, beside that of the page (J4.6)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counter.desk.access import desk_page, desk_view
from counter.pointing_card import CARDS


@desk_view("counter.use_desk")
@require_safe
def pointing_card_page(request: HttpRequest) -> HttpResponse:
    """Offer the languages of the card, and show it in the one of `?language=` beside that of the page."""
    ours = CARDS[get_language() or "fi"]
    offered = [card for card in CARDS.values() if card is not ours]
    theirs = next((card for card in offered if card.code == request.GET.get("language")), None)
    context = {"title": _("Pointing card"), "offered": offered, "ours": ours, "theirs": theirs}
    if theirs:
        context["parts"] = [
            (theirs.customer, ours.customer, list(zip(theirs.customer_says, ours.customer_says, strict=True))),
            (theirs.adviser, ours.adviser, list(zip(theirs.adviser_says, ours.adviser_says, strict=True))),
        ]
    return desk_page(request, "counter/desk/pointing_card.html", context)
