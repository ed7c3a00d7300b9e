"""The WSGI application that gunicorn, or any other web server, serves."""

import json
import logging
import os
import threading
from contextlib import suppress

from django.apps import apps
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core.checked_app import CheckedApp

logger = logging.getLogger("heka_confirm.start")


def load_application() -> WSGIHandler:
    """Return the application. Raises ImproperlyConfigured where `manage.py check --deploy` would find an error.

    A web server runs no system checks of its own, and would serve a demo broker, or people who do not exist.
    """
    loaded = get_wsgi_application()
    found = _found_beside()
    if errors := [text for level, text in found if level >= ERROR]:
        raise ImproperlyConfigured("\n".join(errors))
    for _level, text in found:
        logger.warning(text)
    return loaded


def _found_beside() -> list[tuple[int, str]]:
    """Run the checks in a process of their own, with which goes all that only they import and make.

    What it does not live to tell is found here then, before all eyes. Beside other threads no process is split.
    """
    if threading.active_count() > 1:
        return _find()
    reader, writer = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(writer, json.dumps(_find()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    get_resolver().url_patterns  # noqa: B018  # imported meanwhile
    with open(reader) as pipe:
        told = pipe.read()
    with suppress(ChildProcessError):  # of a server that ignores its children
        os.waitpid(child, 0)
    return json.loads(told) if told else _find()


def _find() -> list[tuple[int, str]]:
    """Return what the checks find, as level and text."""
    for app in apps.get_app_configs():
        if isinstance(app, CheckedApp):
            app.import_checks()
    found = [each for each in run_checks(include_deployment_checks=not settings.DEBUG) if not each.is_silenced()]
    return [
        (each.level, str(each) if each.level >= ERROR else f"{each.id} {each.msg} {each.hint or ''}") for each in found
    ]


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heka_confirm.settings")
os.environ.setdefault("SERVES_REQUESTS", "true")  # the time limits of requests, and a pool of connections
application = load_application()
