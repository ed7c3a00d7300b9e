"""Addresses that the City's directory of staff knows: one for all languages."""

from django.urls import path

from identity.views import sessions, staff_sign_on

app_name = "directory"
urlpatterns = [
    path("log-in/", staff_sign_on.start, name="start"),
    path("callback/", staff_sign_on.callback, name="callback"),
    path("logged-out/", staff_sign_on.logged_out_there, name="logged_out"),
    path("left/", sessions.signed_out_at_broker, name="left"),
]
