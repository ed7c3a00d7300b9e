"""Asking for the link to a password, and setting the password (J5). Nobody is logged in here, and no cookie is set."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from core.requests import TYPED, form_of
from identity import account_links, accounts, limits
from identity.forms import AddressForm, PasswordForm
from identity.origin import same_origin_forms
from identity.secret_pages import secret_of, secret_page

MOST_ASKED = 60  # links a minute, by one client: a library is one; each address has limits of its own
MOST_SENT, MOST_SENT_A_DAY = 5, 10  # links an hour and a day, to one address
MOST_LINKS = 30  # passwords a minute for one account, and as many unknown links of one client


@same_origin_forms
def create_account(request: HttpRequest) -> HttpResponse:
    """Ask for the first link of an account that was issued at the counter."""
    return _ask(request, "identity/create_account.html")


@same_origin_forms
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set another password."""
    return _ask(request, "identity/forgotten_password.html")


def _ask(request: HttpRequest, template: str) -> HttpResponse:
    form = form_of(request, AddressForm)
    if form.is_valid():
        limits.count("account link client", limits.client_network(request), most=MOST_ASKED)
        email = accounts.normal(form.cleaned_data["email"])
        if _may_send_to(email):
            accounts.request_link(email)
        return redirect("identity:link_asked")
    return render(request, template, {"form": form, "typed_form": TYPED})


def _may_send_to(email: str) -> bool:
    """Count a link to an address, and tell whether it may be sent.

    If strangers have used up the limit, the newest link that they have sent to the holder goes on working.
    """
    is_within_hour = limits.is_within("account link address", email, most=MOST_SENT, seconds=limits.HOUR)
    return is_within_hour and limits.is_within(
        "account link address in a day", email, most=MOST_SENT_A_DAY, seconds=limits.DAY
    )


@require_safe
def link_asked(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way; the text is the same whether or not the address is known."""
    return render(request, "identity/link_asked.html")


@sensitive_post_parameters("code_end", "password", "token")
@secret_page
def set_password(request: HttpRequest) -> HttpResponse:
    """Set a password by the link of a letter and the end of one's code. Nobody is logged in by it."""
    is_sent = request.method == "POST"
    token = secret_of(request)
    try:
        link = account_links.find_account_link(token)
        form = PasswordForm(request.POST if is_sent else None, user=link.account.user)
        if is_sent:
            limits.count("account password", str(link.account.pk), most=MOST_LINKS)
            if form.is_valid():
                accounts.set_password(token, **form.cleaned_data)
                return redirect("identity:password_set")
    except account_links.WrongCodeEnd as refusal:
        form.add_error("code_end", str(refusal))
    except account_links.CannotUseAccountLink as refusal:
        is_unknown = isinstance(refusal, account_links.UnknownAccountLink)
        if is_unknown:
            limits.count("account link", limits.client_network(request), most=MOST_LINKS)
        used = isinstance(refusal, account_links.AccountLinkUsed)
        dead = {"refusal": refusal, "used": used, "locked": isinstance(refusal, account_links.AccountLinkLocked)}
        return render(request, "identity/link_dead.html", dead, status=404 if is_unknown else 410)
    context = {"form": form, "email": link.account.email}
    return render(request, "identity/set_password.html", context)


@require_safe
def password_set(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/password_set.html")
