"""Setting one's password by the link that a member of staff got (C1). Nobody is logged in, and no cookie is set."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from identity import limits, staff_links
from identity.forms import NewPasswordForm
from identity.secret_pages import secret_of, secret_page

MOST_UNKNOWN = 30  # links a minute, of one client


@sensitive_post_parameters("password", "token")
@secret_page
def set_password(request: HttpRequest) -> HttpResponse:
    """Set a password by the link of a letter."""
    token, is_sent = secret_of(request), request.method == "POST"
    try:
        link = staff_links.find_staff_link(token)
        form = NewPasswordForm(request.POST if is_sent else None, user=link.user)
        if is_sent and form.is_valid():
            staff_links.set_staff_password(token, password=form.cleaned_data["password"])
            return redirect("identity:staff_password_set")
    except staff_links.CannotUseStaffLink as refusal:
        is_unknown = isinstance(refusal, staff_links.UnknownStaffLink)
        if is_unknown:
            limits.count("staff link", limits.client_network(request), most=MOST_UNKNOWN)
        dead = {"refusal": refusal, "used": isinstance(refusal, staff_links.StaffLinkUsed)}
        return render(request, "identity/staff_link_dead.html", dead, status=404 if is_unknown else 410)
    return render(request, "identity/staff_link.html", {"form": form, "username": link.user.username})


@require_safe
def password_set(request: HttpRequest) -> HttpResponse:
    """Say that the password was set, and lead to logging in."""
    return render(request, "identity/staff_password_set.html")
