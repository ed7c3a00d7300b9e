"""The accessibility statement: what Act 306/2019 wants to be told, and no deficiency that is none."""

import pytest
from django.conf import settings

from heka_confirm import accessibility
from tests.as_read import as_read
from tests.heka_confirm.test_pages import Tags

LANGUAGES = ["fi", "sv", "en"]
PARTS = {  # which service, aim, status, deficiencies, other forms, tests, dates and feedback, as said in each language
    "fi": [
        "Helsingin kaupungin verkkopalvelua",
        "306/2019",
        "23.9.2018 jälkeen",
        "AA-tason",
        "sopivassa muodossa",
        "itsearviointiin",
        "laadittu 21.11.2026",
        "päivitetty 29.11.2026",
        "14 päivän kuluessa",
        "ilmoituksen Traficomille",
        "Digitaalisen esteettömyyden ja saavutettavuuden valvontayksikkö",
        "PL 320",
    ],
    "sv": [
        "Helsingfors stads webbtjänst",
        "306/2019",
        "efter 23.9.2018",
        "nivå AA",
        "form som passar dig",
        "självutvärdering",
        "upprättades 21.11.2026",
        "uppdaterades senast 29.11.2026",
        "inom 14 dagar",
        "anmälan till Traficom",
        "Enheten för tillsyn över digital tillgänglighet",
        "PB 320",
    ],
    "en": [
        "City of Helsinki’s online service",
        "306/2019",
        "after 23 September 2018",
        "level AA",
        "form that suits you",
        "self-assessment",
        "prepared on 21 November 2026",
        "last updated on 29 November 2026",
        "within 14 days",
        "report it to Traficom",
        "Digital Accessibility Supervision Unit",
        "P.O. Box 320",
    ],
}
WITH_DEFICIENCIES = {
    "fi": ["suurimman osan", "Tiedossa olevat puutteet"],
    "sv": ["de flesta av kraven", "Kända brister"],
    "en": ["most of the requirements", "Known deficiencies"],
}
WITHOUT_DEFICIENCIES = {
    "fi": "Tiedossamme ei ole puutteita.",
    "sv": "Vi känner inte till några brister.",
    "en": "We know of no deficiencies.",
}
REACHED_AT = {
    "fi": ["https://www.saavutettavuusvaatimukset.fi/", "mailto:saavutettavuus@traficom.fi", "tel:+358295345000"],
    "sv": ["https://www.tillganglighetskrav.fi/", "mailto:tillganglighet@traficom.fi", "tel:+358295345000"],
    "en": ["https://www.webaccessibility.fi/", "mailto:saavutettavuus@traficom.fi", "tel:+358295345000"],
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", LANGUAGES)
def test_statement_holds_what_the_law_wants_to_be_told(client, language):
    text = as_read(client.get(f"/{language}/accessibility/").text)

    assert [part for part in PARTS[language] if part not in text] == []
    assert settings.PUBLIC_URL in text
    assert accessibility.DEFICIENCIES or WITHOUT_DEFICIENCIES[language] in text
    assert text.count("(WCAG ") == len(accessibility.DEFICIENCIES) + 1  # and the name of the guidelines


@pytest.mark.parametrize("language", LANGUAGES)
def test_statement_leads_to_the_supervisor_and_to_our_feedback(client, language):
    links = [a["href"] for a in Tags(client.get(f"/{language}/accessibility/").text).named("a")]

    assert [link for link in [*REACHED_AT[language], f"/{language}/feedback/"] if link not in links] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_deficiencies_are_listed_while_there_are_any(client, monkeypatch, language):
    told = accessibility.Deficiency("Heading without a level.", "1.3.1")
    monkeypatch.setattr(accessibility, "DEFICIENCIES", (told,))

    text = client.get(f"/{language}/accessibility/").text

    assert "<li>Heading without a level. (WCAG 1.3.1)</li>" in text
    assert [part for part in WITH_DEFICIENCIES[language] if part not in text] == []
    assert WITHOUT_DEFICIENCIES[language] not in text
