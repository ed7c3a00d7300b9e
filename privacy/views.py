"""What is held about somebody, for them to read and take along (GDPR 15)."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.requests import act_of
from identity.access import actor_of, identified_person_required, person_of, proof_of
from privacy import own_data


@identified_person_required
@require_safe
def show_own_data(request: HttpRequest) -> HttpResponse:
    """Show people everything that is held about them; each time is recorded. They need not have accepted the terms."""
    parts = own_data.export_own_data(person_of(request), proof=proof_of(request), by=actor_of(request), as_file=False)
    return render(request, "privacy/own_data.html", {"parts": parts})


@identified_person_required
@act_of("privacy:own_data")
def download_own_data(request: HttpRequest) -> HttpResponseBase:
    """Hand the same out as a JSON file, whose name reveals nothing about the person."""
    parts = own_data.export_own_data(person_of(request), proof=proof_of(request), by=actor_of(request), as_file=True)
    return JsonResponse(
        {part.name: part.data for part in parts},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="own-data.json"'},
    )
