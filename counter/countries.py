"""The countries that issue identity documents, by ISO 3166-1 alpha-2, named in the language of the page (CLDR)."""

from functools import cache

from django.utils.translation import get_language

from core.alphabet import alphabetical

FINLAND = "FI"
# CLDR also names islands within a country, unions, and codes for tests. Kosovo (XK) issues passports, so it stays.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@cache
def _country_names(language: str) -> dict[str, str]:
    from babel import Locale  # 6 MB of the language with its calendars, for some pages of staff and one of people

    named = ((str(code), str(name)) for code, name in Locale(language).territories.items())
    # Continents have numbers for codes.
    return {code: name for code, name in named if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES}


def name(code: str) -> str:
    """Return the name of a country in the language of the page, or the code itself if it is unknown."""
    return _country_names(get_language() or "fi").get(code, code)


def choices() -> list[tuple[str, str]]:
    """Return codes and names for a form, Finland first and the others in the order of their names."""
    language = get_language() or "fi"
    names = _country_names(language)
    return [(code, names[code]) for code in _order(language)]


@cache
def _order(language: str) -> list[str]:
    """Return the codes in the order of the form, in the language of the page: the key of 250 names takes its time."""
    names = _country_names(language)
    return [FINLAND, *sorted(names.keys() - {FINLAND}, key=lambda code: alphabetical(names[code]))]
