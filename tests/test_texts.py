"""What pages and emails say: words that were given up, verbs that want an object, and sentences that are too long.

docs/texts.md says how texts are written, and why."""

import re

import pytest

from tests.test_catalogues import PLACEHOLDER, catalogue
from tests.test_catalogues import texts as translations

LANGUAGES = ["en", "fi", "sv"]
LONGEST = 20  # words of a sentence
TAG = re.compile(r"</?[a-z][^>]*>")

# Words that were given up, in each language, with what is said instead.
GIVEN_UP = {
    "en": {
        r"\bletters?\b(?! (and|or) digits|s? and signs)": "email, message; a letter is paper",
        r"\bcounter\b": "the rental apartment search advisory service, customer service",
        r"\bwho appl(y|ies)\b": "applicant",
        r"\bsomebody of you\b": "one of you",
        r"\bhow (it|%\(\w+\)s|the application) stands\b": "status",
        r"\bwaits? for you(r|\b)": "is waiting for you",
        r"\be-mails?\b": "email",
        r"\blease\b": "tenancy agreement",
        r"\bthe others who\b": "the other applicants",
        r"\bthis field is required\b": "what to do, such as: Enter your name.",
        r"\bservice point\b": "customer service",
        r"\b(audit )?trail\b": "event log",
        r"\bsecond (look|check)s?\b": "second review",
        r"'": "’",
    },
    "fi": {
        r"palvelupist": "Vuokra-asunnon haun neuvonta, asiakaspalvelu",
        r"(?<!haun )\bneuvon(ta|nan|nassa|nasta|taan|taa)\b": "Vuokra-asunnon haun neuvonta, asiakaspalvelu",
        r"\bkirje(?!lliset)": "viesti; kirje on paperia",
        r"\bhävit": "poistaa",
        r"\btoimesta\b": "tekijä lauseen subjektiksi",
        r"\bosalta\b": "-lta, -lla",
        r"\bviimeistään [^.]*\basti\b": "joko viimeistään tai asti",
        r"kenttä vaaditaan": "mitä tehdä, esimerkiksi: Kirjoita nimesi.",
        r"salasanatunnus": "sähköpostiosoite ja salasana",
        r"\b(Heka-asuntohake|Hekaan lähet)": "Hekan asuntohakemus",
        r"roskapostikansio": "roskapostilaatikko",
        r"\btoi(nen|sta|sen) tarkistu": "lisätarkistus",
        r"\bei ole kokonainen\b": "linkistä puuttuu osa",
        r"[\"']": "” ja ’",
    },
    "sv": {
        r"bevaringstid": "förvaringstid",
        r"\bandra granskning": "extra granskning",
        r"serviceställe": "rådgivningen om ansökan om hyresbostad, kundtjänsten",
        r"\brådgivningen\b(?! om ansökan)": "rådgivningen om ansökan om hyresbostad, kundtjänsten",
        r"\bbrev": "meddelande; brev är papper",
        r"\bframsida": "startsidan",
        r"\bännu en\b": "fortfarande en, en till",
        r"skiljetecken": "skiljemarkör",
        r"(?<!nät)bankkod": "nätbankskoder",
        r"\bfält(et)? måste fyllas i\b": "vad man ska göra, till exempel: Skriv ditt namn.",
        r"[\"']": "” och ’",
    },
}

# What stands in quotes as an example of what to type.
EXAMPLES = {"poste restante", "King Jr.", "Sofia Sofie", "J. R. Virtanen"}

# Forms of the service's one verb, which wants to be told what is confirmed.
CONFIRMS = {
    "fi": r"\bvahvist(aa|an|at|amme|atte|avat|i|in|it|imme|ivat|anut|aneet|etaan|ettiin|a|aisi|aisit)\b",
    "sv": r"\bbekräfta(r|de|t)?\b",
}
OBJECT = {
    "fi": r"hakemu|\bse(n|t)?\b|\bsi(tä|ksi)\b|\bjon?ka\b|\bjota\b|\bmi(tä|nkä|tään|nä|kä)\b|\bne\b"
    r"|\bniitä\b|\btä(mä|tä|män)\b|muutos|henkilöllisyy|salasana|tie(to|do|di)|versio|osoite|kuitti",
    "sv": r"ansök|\bde[nt]\b|\bdem\b|\bvad\b|\bvilk|\bsom\b|\bingenting\b|\bdetta\b"
    r"|uppgift|ändring|identitet|lösenord|version|adress|kvitt",
}


def texts(language):
    """Every text of a language as it is read; the English ones stand in the code, and in each catalogue."""
    for entry in catalogue("fi" if language == "en" else language):
        if entry.msgctxt == "of the alphabet":  # the one letter that is none of paper
            continue
        in_code = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for text in in_code if language == "en" else translations(entry):
            yield TAG.sub("", text)


def sentences(text):
    return [part for part in re.split(r"(?<=[.?!…])[”’)]?\s+(?=[A-ZÅÄÖ”“‘%{(])", text) if part]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_were_given_up_stand_nowhere(language):
    found = [
        (text, instead)
        for text in texts(language)
        for word, instead in GIVEN_UP[language].items()
        if re.search(word, text, re.IGNORECASE)
    ]

    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_too_long_to_be_read_once(language):
    long = [
        (len(sentence.split()), sentence)
        for text in texts(language)
        for sentence in sentences(PLACEHOLDER.sub("X", text))
        if len([word for word in sentence.split() if re.search(r"\w", word)]) > LONGEST
    ]

    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_in_quotes_are_those_of_a_link_or_button(language):
    """Whoever is told to choose something finds the same words."""
    found = list(texts(language))
    opening, closing = ("“", "”") if language == "en" else ("”", "”")
    quoted = {words for text in found for words in re.findall(f"{opening}([^“”%]+){closing}", text)}

    assert sorted(words for words in quoted - EXAMPLES if not any(text.startswith(words) for text in found)) == []


@pytest.mark.parametrize("language", sorted(CONFIRMS))
def test_confirming_says_what_is_confirmed(language):
    bare = [
        sentence
        for text in texts(language)
        for sentence in sentences(text)
        if re.search(CONFIRMS[language], sentence, re.IGNORECASE)
        and not re.search(OBJECT[language], sentence, re.IGNORECASE)
    ]

    assert bare == []
