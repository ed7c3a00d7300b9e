"""Pages under a language."""

from django.urls import path

from core.rare_addresses import RareViews
from identity.views import cookies, identification, leaving, sessions

# Passwords and second factors, of staff and of few people.
accounts = RareViews("identity.views.accounts")
logging_in = RareViews("identity.views.logging_in")
staff_links = RareViews("identity.views.staff_links")
staff_sign_on = RareViews("identity.views.staff_sign_on")

app_name = "identity"
urlpatterns = [
    path("account/create/", accounts.create_account, name="create_account"),
    path("account/forgotten-password/", accounts.forgotten_password, name="forgotten_password"),
    path("account/link-asked/", accounts.link_asked, name="link_asked"),
    path("account/password/", accounts.set_password, name="set_password"),
    path("account/password-set/", accounts.password_set, name="password_set"),
    path("cookies/", cookies.page, name="cookies"),
    path("cookies/accept/", cookies.accept, name="accept_cookies"),
    path("cookies/blocked/", cookies.blocked, name="cookies_blocked"),
    path("cookies/decline/", cookies.decline, name="decline_cookies"),
    path("cookies/declined/", cookies.declined, name="cookies_declined"),
    path("identify/", identification.identify, name="identify"),
    path("identify/<slug:outcome>/", identification.outcome, name="outcome"),
    path("leave/", leaving.leave, name="leave"),
    path("leave/done/", leaving.left, name="left"),
    path("log-in/", logging_in.log_in, name="log_in"),  # account_login to allauth, in urls_allauth.py
    path("session/ended/", sessions.ended, name="session_ended"),
    path("session/extend/", sessions.extend, name="extend_session"),
    path("staff/session/ended/", sessions.staff_session_ended, name="staff_session_ended"),
    path("staff/session/extend/", sessions.extend_staff_session, name="extend_staff_session"),
    path("sign-out/", sessions.sign_out, name="sign_out"),
    path("staff/log-in-failed/", staff_sign_on.failed, name="staff_sign_on_failed"),
    path("staff/link/", staff_links.set_password, name="staff_link"),
    path("staff/link/done/", staff_links.password_set, name="staff_password_set"),
    path("signed-out/", sessions.signed_out, name="signed_out"),
]
