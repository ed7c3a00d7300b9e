"""Addresses that brokers know: one for all languages."""

from django.urls import path

from identity.views import identification, sessions

app_name = "identification"
urlpatterns = [
    path("start/", identification.start, name="start"),
    path("callback/", identification.callback, name="callback"),
    path("jwks.json", identification.jwks, name="jwks"),
    path("signed-out/", sessions.signed_out_at_broker, name="signed_out"),
    path("jwks-signed", identification.signed_jwks, name="signed_jwks"),
]
