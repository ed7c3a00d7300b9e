from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.actors import acting_staff, operator_actor
from core.addresses import InvalidAddress, read_address
from core.admin import Endless
from mailing import outbox
from mailing.backlog import present_backlog
from mailing.enums import Status
from mailing.models import HELD, LEAVING, Letter, LetterQuerySet
from mailing.stops import present_stop
from records.names import staff_chain

FILTERS = ("waiting", "message", "language", "failure", "bounced_at")
PERIOD = ("created_at__gte", "created_at__lt")


class WaitingFilter(admin.SimpleListFilter):
    """What has not left yet: the longest waiting first, over all ranks."""

    title = _("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(status.value, status.label) for status in (Status.WAITING, Status.HELD)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case Status.WAITING:
                return queryset.filter(LEAVING)
            case Status.HELD:
                return queryset.filter(HELD)
        return queryset


@admin.register(Letter)
class LetterAdmin(Endless):
    """What became of each letter. Its text is stored nowhere, its address is not shown: a domain tells much (R16)."""

    list_display = ["__str__", "state", "failure", "created_at"]  # as many as fit beside the filters
    sortable_by = ("created_at",)  # type: ignore[assignment]
    # None by rank: the kind tells it, and two filters that exclude each other make PostgreSQL read the whole table.
    list_filter = [
        WaitingFilter,
        "created_at",
        "message",
        "language",
        "failure",
        ("bounced_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["to__exact"]
    search_help_text = _("A whole email address, exactly as it is in the application")
    actions = ["send_again"]
    fields = [
        "state",
        "message",
        "language",
        "about",
        "rank",
        "key",
        "created_at",
        "due_at",
        "attempts",
        "failure",
        "sent_at",
        "dead_at",
        "dropped_at",
        "delivered_at",
        "bounced_at",
        "complained_at",
        "message_id",
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Letter], search_term: str
    ) -> tuple[QuerySet[Letter], bool]:
        """Find an address in whichever letters its domain is typed."""
        with suppress(InvalidAddress):
            search_term = read_address(search_term)
        return super().get_search_results(request, queryset, search_term)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Django lets anybody filter by any column: an address could be guessed letter by letter.
        is_offered = lookup in PERIOD or lookup.partition("__")[0] in FILTERS
        return is_offered and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        about_waiting = {"backlog": present_backlog(), "stop": present_stop()}
        return super().changelist_view(request, {**(extra_context or {}), **about_waiting})

    def get_ordering(self, request: HttpRequest) -> Any:
        since = {Status.WAITING.value: "created_at", Status.HELD.value: "held_at"}
        first = since.get(request.GET.get(WaitingFilter.parameter_name, ""))
        return [first, "pk"] if first else ["-created_at", "-pk"]

    @admin.display(description=_("status"))
    def state(self, letter: Letter) -> str:
        return str(letter.status.label)

    @admin.action(
        description=_("Send again the emails that we gave up on or that were refused"), permissions=["send_again"]
    )
    def send_again(self, request: HttpRequest, queryset: LetterQuerySet) -> None:
        by = operator_actor(request.user)
        chain = staff_chain(acting_staff(by).pk, timezone.localdate().year)
        number = outbox.send_letters_again(queryset, chain=chain, by=by)
        text = ngettext("%(number)d email will be sent again.", "%(number)d emails will be sent again.", number)
        messages.success(request, text % {"number": number})

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mailing.change_letter")
