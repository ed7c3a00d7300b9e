"""Addresses that brokers know: one for all languages."""

from django.urls import path

from identity.views import identification, published_keys, sessions

app_name = "identification"
urlpatterns = [
    path("start/", identification.start, name="start"),
    path("callback/", identification.callback, name="callback"),
    path("jwks.json", published_keys.jwks, name="jwks"),
    path("jwks-signed", published_keys.signed_jwks, name="signed_jwks"),
    path("signed-out/", sessions.signed_out_at_broker, name="signed_out"),
]
