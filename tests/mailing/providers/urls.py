from django.urls import include, path

from mailing.providers import PROVIDERS
from mailing.webhooks import of_backend

webhooks = [pattern for key in PROVIDERS for pattern in of_backend(f"anymail.backends.{key}.EmailBackend")]
urlpatterns = [path("anymail/", include((webhooks, "anymail")))]
