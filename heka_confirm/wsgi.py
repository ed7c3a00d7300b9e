"""The WSGI application that gunicorn, or any other web server, serves."""

import logging
import os
import sys

from django.apps import apps
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core.beside import find_beside
from core.checked_app import CheckedApp

logger = logging.getLogger("heka_confirm.start")


def _load_application() -> WSGIHandler:
    """Return the application. Raises ImproperlyConfigured where `manage.py check --deploy` would find an error.

    A web server runs no system checks of its own, and would serve a demo broker, or people who do not exist.
    """
    CheckedApp.are_checked_beside = True
    loaded = get_wsgi_application()
    get_resolver().url_patterns  # noqa: B018  # what all have is imported before
    found = find_beside(_find)
    if errors := [text for level, text in found if level >= ERROR]:
        raise ImproperlyConfigured("\n".join(errors))
    for _level, text in found:
        logger.warning(text)
    return loaded


def _find() -> list[tuple[int, str]]:
    """Return what the checks find, as level and text."""
    for app in apps.get_app_configs():
        if isinstance(app, CheckedApp):
            app.import_checks()
    found = [each for each in run_checks(include_deployment_checks=not settings.DEBUG) if not each.is_silenced()]
    return [
        (each.level, str(each) if each.level >= ERROR else f"{each.id} {each.msg} {each.hint or ''}") for each in found
    ]


# What is imported later comes from the folder of this release, also once a link such as `current` leads to the next.
sys.path[:] = map(os.path.realpath, sys.path)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heka_confirm.settings")
os.environ.setdefault("SERVES_REQUESTS", "true")  # the time limits of requests, and a pool of connections
application = _load_application()
