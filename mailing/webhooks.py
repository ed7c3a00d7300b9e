"""Which of anymail's webhooks are served."""

import warnings

from anymail.exceptions import AnymailConfigurationError, AnymailInsecureWebhookWarning
from anymail.urls import urlpatterns as all_webhooks
from django.urls import URLPattern

BACKENDS = "anymail.backends."


def tracking_webhooks(backend: str) -> list[URLPattern]:
    """Return the delivery webhook of an e-mail backend, if only the provider can call it."""
    return [pattern for pattern in of_backend(backend) if insecurity(pattern) is None]


def of_backend(backend: str) -> list[URLPattern]:
    """Return the delivery webhook of an e-mail backend (dotted path); an empty list if it is not anymail's."""
    if not backend.startswith(BACKENDS):
        return []
    provider = backend.removeprefix(BACKENDS).split(".")[0]
    return [pattern for pattern in all_webhooks if str(pattern.pattern) in {f"{provider}/tracking/", f"{provider}/"}]


def insecurity(pattern: URLPattern) -> str | None:
    """Return why anybody could call a webhook, which has neither a secret nor a signature; None if it has one."""
    view = pattern.callback.view_class  # type: ignore[attr-defined]  # each is a class-based view
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnymailInsecureWebhookWarning)
        try:
            view()
        except (AnymailInsecureWebhookWarning, AnymailConfigurationError) as error:
            return str(error)
    return None
