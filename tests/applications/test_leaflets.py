"""The City's leaflets and these pages: their steps, their words, and what to bring."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from applications import changes, document, letters
from applications.models import Application
from counter.models import Counter
from mailing import outbox
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM, application, confirm
from tests.applications.form.forms import MAIN, OLLI, Somebody
from tests.applications.households import fresh, letter, sent, slot, written
from tests.as_read import as_read
from tests.counter.checks import doubtful
from tests.counter.conftest import counter  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
TEMPLATES = {path: path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")}
QUOTED = sorted({msgid for text in TEMPLATES.values() for msgid in re.findall(r'{% button_words "([^"]+)"', text)})
PRESSED = r'<(?:button|a) [^>]*class="button[^>]*>\s*{{% translate "{}" %}}</'
SENDING_THERE = [
    *("arrived", "invitation", "slip", "reminder", "about_to_lapse", "about_to_expire"),
    *("check_accepted", "check_rejected"),
]
IN_THE_LEAFLETS = {
    "fi": [
        "Valitse ”Siirry vahvistamaan hakemus”. Evästeiden hyväksyminen vaaditaan",
        "Valitse ”Jatka tunnistautumiseen”. Valitse tunnistautumistapa ja noudata tunnistamisen ohjeita.",
        "Lue käyttöehdot ja valitse ”Hyväksy”.",
        "Valitse vahvistettava hakemus.",
        "valitse ”Vahvista hakemus”",
        "Vuokra-asunnon haun neuvonta, Työpajankatu 8",
        "passi tai henkilökortti",
        "henkilökohtainen sähköpostiosoite",
        "valitse ”Luo tunnus”",
        "valitse ”Jatka”",
        "roskapostilaatikosta",
        "oikeinkirjoitus",
    ],
    "sv": [
        "Välj ”Gå vidare för att bekräfta ansökan”. Du måste godkänna kakorna",
        "Välj ”Fortsätt till identifieringen” (på finska ”Jatka tunnistautumiseen”).",
        "Läs användarvillkoren och välj ”Godkänn” (på finska ”Hyväksy”).",
        "Välj den ansökan som ska bekräftas.",
        "Välj sedan ”Bekräfta ansökan” (på finska ”Vahvista hakemus”)",
        "Rådgivningen om ansökan om hyresbostad, Verkstadsgatan 8",
        "pass eller identitetskort",
        "personliga e-postadress",
        "välj ”Skapa användarnamn”",
        "välj ”Fortsätt”",
        "skräppostmappen",
    ],
    "en": [
        "“Go to confirm the application”",
        "“Continue to identification”",
        "“Confirm application”",
        "junk mail folder",
    ],
}


def read(page):
    """Return the words of a page, as they are read."""
    main = re.search(r"<main.*</main>", page.text, re.DOTALL).group()
    return " ".join(strip_tags(main).split())


# --- Steps and words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_reader_of_the_leaflet_finds_its_five_and_three_steps(client, language):
    page = client.get(f"/{language}/how-to/")

    lists = re.findall("(?s)<ol>.*?</ol>", re.sub(r"(?s)<ul>.*?</ul>", "", page.text))
    assert [each.count("<li>") for each in lists] == [5, 3]
    assert [text for text in IN_THE_LEAFLETS[language] if text not in read(page)] == []


def test_finnish_words_on_a_swedish_page_are_read_out_in_finnish(client):
    assert '<span lang="fi">”Vahvista hakemus”</span>' in client.get("/sv/how-to/").text


def test_texts_quote_buttons():
    assert len(QUOTED) >= 7


@pytest.mark.parametrize("msgid", QUOTED)
def test_button_that_a_text_names_bears_these_very_words(msgid):
    assert [path.name for path, text in TEMPLATES.items() if re.search(PRESSED.format(re.escape(msgid)), text)] != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_email_quotes_the_button_as_the_page_has_it(language):
    sent(cast.MAIJA, cast.OLLI, language=language)
    _subject, text, html = written(letter("invitation", cast.OLLI))
    token = re.search(r"token=(\w+)", text)[1]

    page = Client().get(f"/{language}/invitation/", {"token": token})

    words = re.search(r"not-me/[^>]*>([^<]+)<", page.text)[1]
    assert f"”{words}”" in text.replace("“", "”")
    assert f"<strong>”{words}”</strong>" in html.replace("“", "”")


def test_after_a_change_the_way_to_confirm_has_the_words_of_the_leaflet(sign_in):
    made = application(cast.MAIJA)
    confirm(made, cast.MAIJA)
    again = document.parse(cast.changed(cast.MAIJA))
    changes.put(made, again, tag=made.version.digest, by=HOUSING_SYSTEM)

    page = sign_in(cast.MAIJA).get(f"/fi/applications/{made.number}/")

    assert "Siirry vahvistamaan hakemus" in read(page)


# --- Coming to customer service --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["counter", "how-to"])
def test_whoever_comes_knows_what_to_bring_and_who_may_come_instead(client, path):
    shown = read(client.get(f"/fi/{path}/"))

    for text in ("passi tai henkilökortti", "hakemusnumero", "henkilökohtainen sähköpostiosoite", "valtakirja"):
        assert text in shown.replace("valtakirjan", "valtakirja")
    assert "Edunvalvoja ottaa mukaan otteen holhousasioiden rekisteristä" in shown


@pytest.mark.parametrize("path", ["counter", "how-to"])
@pytest.mark.parametrize(
    ("phone", "email", "says"),
    [
        ("09 310 00000", "neuvonta@example.test", "Jos et pääse käymään, soita tai kirjoita."),
        ("09 310 00000", "", "Jos et pääse käymään, soita."),
        ("", "neuvonta@example.test", "Jos et pääse käymään, kirjoita."),
        ("", "", ""),
    ],
)
def test_whoever_cannot_come_is_told_to_call_or_write_only_where_there_is_a_way(client, path, phone, email, says):
    Counter.objects.update(phone=phone, email=email)

    shown = read(client.get(f"/fi/{path}/"))

    assert re.findall(r"Jos et pääse käymään, [^.]+\.", shown) == ([says] if says else [])
    assert all(way in shown for way in (phone, email))


@pytest.mark.parametrize("path", ["", "counter/", "how-to/"])
def test_e_service_is_linked_once_the_operator_has_set_it(client, path):
    assert "Kirjaudu sähköiseen asiointiin" not in client.get(f"/fi/{path}").text

    Counter.objects.update(
        **{f"e_service_url_{code}": f"https://asiointi.example.test/{code}" for code in ("fi", "sv", "en")}
    )

    assert 'href="https://asiointi.example.test/sv"' in client.get(f"/sv/{path}").text
    assert "Kirjaudu sähköiseen asiointiin" in client.get(f"/fi/{path}").text


def test_swedish_address_names_the_house_as_the_finnish_does(client):
    assert "Stadsmiljöhuset, Fiskehamnen" in client.get("/sv/counter/").text


def test_slip_says_what_else_to_bring(sign_in):
    made = application(cast.MAIJA)

    shown = read(sign_in(cast.MAIJA).get(f"/fi/applications/{made.number}/people/0/slip/"))

    assert "ota mukaan myös henkilökohtainen sähköpostiosoitteesi" in shown


@pytest.mark.parametrize("message", SENDING_THERE)
def test_email_that_sends_somebody_to_customer_service_says_where_and_what_to_bring(counter, message):  # noqa: F811
    made, who = an_email(message)

    _subject, text, html = written(letter(message, who))

    for part in (text, as_read(html)):
        for needed in ("Vuokra-asunnon haun neuvonta", "Työpajankatu 8, 00580 Helsinki", made.number, "09 310 00000"):
            assert needed in part
        assert "henkilökohtainen sähköpostiosoitteesi" in part
        assert re.search("passi|henkilöllisyystodistu", part)


def an_email(message):
    """Send an application, and let that email be owed; return both the application and who gets it."""
    made = sent(cast.MAIJA, cast.OLLI)
    who = cast.MAIJA if message == "arrived" else cast.OLLI
    match message:
        case "slip":
            letters.slip(slot(made, who), fresh(made), asked=timezone.now())
        case "reminder":
            outbox.queue_letters(*letters.reminded(slot(made, who), fresh(made), number=1))
        case "about_to_lapse":
            outbox.queue_letters(*letters.about_to_end(fresh(made)))
        case "about_to_expire":
            confirm(made, cast.MAIJA)
            confirm(made, cast.OLLI)
            outbox.queue_letters(*letters.about_to_end(fresh(made)))
        case "check_accepted" | "check_rejected":
            letters.second_look_taken(doubtful(made, who), accepted=message == "check_accepted")
    return made, who


# --- Whom no email reaches -------------------------------------------------------------------------------


def test_co_applicant_without_email_is_spoken_of_in_the_same_true_words_everywhere(client, sign_in):
    somebody = Somebody(client).begin()
    somebody.fill("people", "p1", MAIN, to="form_add_person", kind="co")
    somebody.fill("people", "p2", {**OLLI, "email": ""})
    somebody.fill_everything()
    summary = read(somebody.go("summary"))
    somebody.send()
    after_sending = read(somebody.go("sent"))
    made = Application.objects.get()
    status = read(sign_in(cast.MAIJA).get(f"/fi/applications/{made.number}/"))
    slip = read(sign_in(cast.MAIJA).get(f"/fi/applications/{made.number}/people/1/slip/"))
    email = written(letter("arrived", cast.MAIJA))[1].replace("”", "")

    for text in (summary, after_sending, status, slip, email):
        assert (
            "Olli Öhman voi tunnistautua tässä palvelussa ilman kutsua "
            "tai vahvistaa hakemuksen asiakaspalvelussa, Työpajankatu 8."
        ) in text


def test_main_applicant_who_has_not_confirmed_is_named_in_the_first_email():
    """Otherwise it reads as if the others only had to."""
    sent(cast.MAIJA, cast.OLLI)

    for part in written(letter("arrived", cast.MAIJA))[1:]:
        assert "Odotamme, että vahvistat hakemuksen." in part
        assert "Odotamme, että ”Olli Öhman” vahvistaa hakemuksen." in part


@pytest.mark.parametrize(("others", "is_told"), [([], False), ([cast.OLLI], True)])
def test_nobody_is_said_to_be_told_where_there_is_nobody(sign_in, others, is_told):
    made = application(cast.MAIJA, *others)

    page = sign_in(cast.MAIJA).post(f"/en/applications/{made.number}/withdraw/", follow=True)

    assert "You have withdrawn the application." in read(page)
    assert ("We will tell the other applicants." in read(page)) is is_told


# --- Printing --------------------------------------------------------------------------------------------


def test_page_that_says_print_has_a_button_that_only_a_script_shows(sign_in):
    made = application(cast.MAIJA)
    client = sign_in(cast.MAIJA)
    slip = client.get(f"/en/applications/{made.number}/people/0/slip/").text
    confirm(made, cast.MAIJA)
    receipt = client.get(f"/en/applications/{made.number}/receipt/").text

    for page in (slip, receipt):
        assert re.search(r"<button type=\"button\"[^>]* data-print hidden>Print this page</button>", page)
        assert "print.js" in page


SAYS_PRINT = re.compile(r"\b[Pp]rint (it|them|this page|this slip)\b|\bprint or save\b|\bPrint this\b")


def with_parts(path):
    """Return the text of a template with those that it includes or extends."""
    folder, text = settings.BASE_DIR / "templates", TEMPLATES.get(path, "")
    named = {folder / name for name in re.findall(r'{% (?:include|extends) "([^"]+)"', text)}
    return text + "".join(with_parts(each) for each in named - {path})  # Django's may have the same name


def test_every_page_that_says_print_has_a_button_that_does_it():
    pages = {path: with_parts(path) for path in TEMPLATES if path.name[0] != "_" and "mailing" not in path.parts}
    said = {path: "data-print" in text for path, text in pages.items() if SAYS_PRINT.search(text)}

    assert [path for path, has_button in said.items() if not has_button] == []
    assert {"receipt.html", "sent.html", "slip.html", "certificate.html", "index.html"} <= {path.name for path in said}


def test_nobody_comes_to_the_counter_without_the_address_that_an_account_needs():
    """Whoever has no Finnish code gets no account; an account in use has its address."""
    no_account = {"outcome_counter.html", "forgotten_password.html", "link_asked.html"}
    bring, address = "Bring your passport or identity card", "your personal email address"
    sending = {path.name: text for path, text in TEMPLATES.items() if bring in text and path.name not in no_account}

    assert [name for name, text in sending.items() if address not in text] == []
    assert {"identify.html", "create_account.html", "_ways_on.html", "invitation.html"} <= set(sending)
