from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def counter_page(request: HttpRequest) -> HttpResponse:
    """Show how to reach the counter, and when; its record comes by counter.context."""
    return render(request, "counter/page.html")
