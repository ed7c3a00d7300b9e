"""The webhook of the provider that is configured, and no other: each open address is one to attack."""

from django.conf import settings
from django.urls import URLPattern

from mailing.webhooks import tracking_webhooks

app_name = "anymail"
urlpatterns: list[URLPattern] = tracking_webhooks(settings.EMAIL_BACKEND)
