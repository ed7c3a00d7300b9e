"""The language of the demo's pages that name it in the middle of their address."""

from django.conf import settings
from django.http import Http404
from django.utils import translation


def speak(language: str, *, path: str) -> list[dict[str, object]]:
    """Let a page be in the language that its address names; return the links to the others, for base.html.

    They replace those of all pages, which know an address by the language that begins it. Raises Http404.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    translation.activate(language)
    return [
        {"code": code, "name": name, "url": path.replace(f"/{language}/", f"/{code}/", 1), "current": code == language}
        for code, name in settings.LANGUAGES
    ]
