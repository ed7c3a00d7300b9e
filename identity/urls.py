"""Pages under a language."""

from django.urls import path

from identity.views import cookies, identification, sessions

app_name = "identity"
urlpatterns = [
    path("cookies/", cookies.page, name="cookies"),
    path("cookies/accept/", cookies.accept, name="accept_cookies"),
    path("cookies/blocked/", cookies.blocked, name="cookies_blocked"),
    path("cookies/decline/", cookies.decline, name="decline_cookies"),
    path("cookies/declined/", cookies.declined, name="cookies_declined"),
    path("identify/", identification.identify, name="identify"),
    path("identify/<slug:outcome>/", identification.outcome, name="outcome"),
    path("session/ended/", sessions.ended, name="session_ended"),
    path("session/extend/", sessions.extend, name="extend_session"),
    path("sign-out/", sessions.sign_out, name="sign_out"),
    path("signed-out/", sessions.signed_out, name="signed_out"),
]
