"""The page for developers of a housing system: what they need to begin with, and the events that have arrived."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from applications.enums import State
from demo import housing_system
from demo.models import DemoEvent

COMMANDS = Path(settings.BASE_DIR, "docs", "housing-system.md")
MOST_SHOWN = 50
TAGS = {State.AWAITING.value: "waiting", State.VALID.value: "ok"}
# By the last word of an event's type.
WORDS = {
    "sent": _("The application came in."),
    "confirmed": _("The last adult has confirmed the application. It is valid."),
    "changed": _("The application was changed. All adults have to confirm it again."),
    "undone": _("A confirmation was undone at customer service."),
    "renewed": _("The application was renewed."),
    "lapsed": _("Not everyone confirmed the application in time. It lapsed."),
    "expired": _("The period of validity of the application ended."),
    "withdrawn": _("The application was withdrawn."),
    "replaced": _("A newer application took the place of this one."),
    "person_confirmed": _("An applicant has confirmed the application. It is waiting for the others."),
    "person_declined": _("An applicant has declined the application."),
    "declining_undone": _(
        "A decline was undone at customer service. The application is waiting for that applicant again."
    ),
    "error_reported": _("An applicant has reported an error."),
    "invitation_opened": _("An applicant has opened their invitation."),
    "invitation_undeliverable": _("An invitation did not reach an applicant."),
    "contact_details_changed": _("The contact details of an applicant were changed."),
    "code_learned": _("Customer service recorded the personal identity code of an applicant."),
    "code_taken_back": _("A personal identity code that customer service had recorded was removed."),
}


@dataclass(frozen=True)
class Shown:
    """An event as the page shows it."""

    event: DemoEvent

    @property
    def data(self) -> dict[str, Any]:
        return self.event.event.get("data", {})  # type: ignore[no-any-return]

    @property
    def words(self) -> Promise | str:
        kind: str = self.event.event["type"].rpartition(".")[2]
        return WORDS.get(kind, kind)

    @property
    def state(self) -> str:
        state = self.data.get("state", "")
        return str(State(state).label) if state in State.values else state

    @property
    def tag(self) -> str:
        """The class of the state's tag."""
        return TAGS.get(self.data.get("state", ""), "ended")

    @property
    def as_json(self) -> str:
        return json.dumps(self.event.event, indent=2, ensure_ascii=False)


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = [Shown(event) for event in DemoEvent.objects.order_by("-pk")[:MOST_SHOWN]]
    context = {
        "api": f"{settings.PUBLIC_URL}/api/v1",
        "token": housing_system.TOKEN,
        "receiver": housing_system.receiver_url(),
        "events": shown,
    }
    return render(request, "demo/housing_system.html", context)


@never_cache
@require_safe
def commands(request: HttpRequest) -> HttpResponse:
    """Show the page of commands as it stands in the repository, with this demo's address."""
    text = COMMANDS.read_text().replace("http://localhost:8000", settings.PUBLIC_URL)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Content-Language": "en"})


@never_cache
@csrf_exempt
@require_POST
def receive_event(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204 if housing_system.receive(request.headers, request.body) else 401)
