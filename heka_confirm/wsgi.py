"""The WSGI application that gunicorn, or any other web server, serves."""

import logging
import os

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

logger = logging.getLogger("heka_confirm.start")


def load_application() -> WSGIHandler:
    """Return the application. Raises ImproperlyConfigured where `manage.py check --deploy` would find an error.

    A web server runs no system checks of its own, and would serve a demo broker, or people who do not exist.
    """
    loaded = get_wsgi_application()
    found = [each for each in run_checks(include_deployment_checks=not settings.DEBUG) if not each.is_silenced()]
    if errors := [each for each in found if each.level >= ERROR]:
        raise ImproperlyConfigured("\n".join(map(str, errors)))
    for each in found:
        logger.warning("%s %s %s", each.id, each.msg, each.hint or "")
    return loaded


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heka_confirm.settings")
os.environ.setdefault("SERVES_REQUESTS", "true")  # the time limits of requests, and a pool of connections
application = load_application()
