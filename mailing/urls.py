"""Only the webhook of the provider that is configured: each open address could be attacked."""

from django.conf import settings
from django.urls import URLPattern

from mailing.webhooks import tracking_webhooks

app_name = "anymail"
urlpatterns: list[URLPattern] = tracking_webhooks(settings.EMAIL_BACKEND)
