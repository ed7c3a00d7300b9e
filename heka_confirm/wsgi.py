"""The WSGI application that gunicorn serves."""

import os

from django.core.checks import ERROR, Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def load_application() -> WSGIHandler:
    """Return the application. Raises ImproperlyConfigured for settings with which `manage.py` would not start either.

    A web server runs no system checks of its own, and would serve a demo broker, or people who do not exist.
    """
    loaded = get_wsgi_application()
    errors = [message for message in run_checks(tags=[Tags.security]) if message.level >= ERROR]
    if errors:
        raise ImproperlyConfigured("\n".join(map(str, errors)))
    return loaded


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heka_confirm.settings")
os.environ.setdefault("SERVES_REQUESTS", "true")  # the time limits of requests, and a pool of connections
application = load_application()
