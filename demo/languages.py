"""The language of the demo's pages that name it in the middle of their address."""

from django.conf import settings
from django.http import Http404
from django.utils import translation


def speak(language: str, *, path: str) -> dict[str, object]:
    """Let a page be in the language that its address names; return how it leads to the others, for base.html.

    All other pages know an address by the language that begins it. Raises Http404.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    translation.activate(language)
    before, _, behind = path.partition(f"/{language}/")
    languages = tuple((code, name, f"{before}/{code}/") for code, name in settings.LANGUAGES)
    return {"languages": languages, "behind_language": behind}
