"""The districts of Helsinki where Heka has homes, to choose from; people may also write down any other area.

A document names a district in Finnish, and pages name it in their language. The Swedish names are the City's own.
"""

from collections.abc import Sequence

from django.utils.translation import get_language

from core.alphabet import alphabetical

SWEDISH = {
    "Alppila": "Alphyddan",
    "Arabianranta": "Arabiastranden",
    "Haaga": "Haga",
    "Hermanni": "Hermanstad",
    "Herttoniemi": "Hertonäs",
    "Itäkeskus": "Östra centrum",
    "Jakomäki": "Jakobacka",
    "Jätkäsaari": "Busholmen",
    "Kalasatama": "Fiskehamnen",
    "Kallio": "Berghäll",
    "Kannelmäki": "Gamlas",
    "Konala": "Kånala",
    "Kontula": "Gårdsbacka",
    "Koskela": "Forsby",
    "Kruununvuorenranta": "Kronbergsstranden",
    "Kumpula": "Gumtäkt",
    "Käpylä": "Kottby",
    "Laajasalo": "Degerö",
    "Latokartano": "Ladugården",
    "Lauttasaari": "Drumsö",
    "Malmi": "Malm",
    "Malminkartano": "Malmgård",
    "Maunula": "Månsas",
    "Mellunmäki": "Mellungsbacka",
    "Meri-Rastila": "Havsrastböle",
    "Munkkiniemi": "Munksnäs",
    "Myllypuro": "Kvarnbäcken",
    "Oulunkylä": "Åggelby",
    "Pasila": "Böle",
    "Pihlajamäki": "Rönnbacka",
    "Pukinmäki": "Bocksbacka",
    "Puotila": "Botby gård",
    "Roihuvuori": "Kasberget",
    "Ruoholahti": "Gräsviken",
    "Siltamäki": "Brobacka",
    "Suutarila": "Skomakarböle",
    "Tapulikaupunki": "Stapelstaden",
    "Töölö": "Tölö",
    "Vallila": "Vallgård",
    "Vuosaari": "Nordsjö",
}
DISTRICTS = list(SWEDISH)  # in the order of Finnish, which a document has too
_CHOICES: dict[str | None, list[tuple[str, str]]] = {}  # by language: sorting is slow


def district_name(area: str) -> str:
    """Return an area of a document as the language of the page names it; one that is no district stays as written."""
    return SWEDISH.get(area, area) if get_language() == "sv" else area


def area_names(areas: Sequence[str]) -> list[str]:
    """Return the areas of a document as the language of the page names and sorts them; what was typed comes last."""
    districts, typed = set(areas) & SWEDISH.keys(), [area for area in areas if area not in SWEDISH]
    return [*sorted(map(district_name, districts), key=alphabetical), *typed]


def district_choices() -> list[tuple[str, str]]:
    """Return the districts for a form, in the order of their names."""
    language = get_language()
    if language not in _CHOICES:
        named = [(area, district_name(area)) for area in DISTRICTS]
        _CHOICES[language] = sorted(named, key=lambda choice: alphabetical(choice[1]))
    return _CHOICES[language]
