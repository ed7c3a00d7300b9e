import datetime as dt
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from django.conf import settings as django_settings

from mailing import letters
from mailing.letters import NoLongerDue, Unwritable
from tests.mailing.features import not_understood
from tests.mailing.letters import LONGEST_LINE, assert_accessible_and_plain, queued
from tests.service_names import SERVICE_NAMES

pytestmark = pytest.mark.django_db


def html_of(message):
    return message.alternatives[0][0]


@pytest.mark.parametrize("language", [code for code, _ in django_settings.LANGUAGES])
def test_letter_is_accessible_and_plain_in_each_language(language):
    assert_accessible_and_plain(letters.write_letter(queued(language=language)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", [code for code, _ in django_settings.LANGUAGES])
def test_letter_is_accessible_and_narrow_in_a_browser_too(page, axe, language, scheme):
    page.set_viewport_size({"width": 320, "height": 700})
    page.emulate_media(color_scheme=scheme)
    long = {
        "name": "Wolfeschlegelstein" * 8,
        "number": "1",
        "link": f"{django_settings.PUBLIC_URL}/{'0123456789' * 6}",
    }
    page.set_content(html_of(letters.write_letter(queued(language=language, parameters=long))))

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_letter_is_no_wider_than_600_pixels(page):
    page.set_viewport_size({"width": 1280, "height": 700})
    page.set_content(html_of(letters.write_letter(queued())))

    assert page.locator(".email").bounding_box()["width"] == 600


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("p { font-size: 1rem }", ["font-size: 1rem"]),
        ("a { padding: 4px }", ["padding on a"]),
        (".body { margin: 0 }", ["margin on td"]),
        ("@media screen { p { font-size: 14px } }", ["@media"]),
        ("p { display: flex }", ["display on p"]),
        (".body { padding: 4px; font: 16px/24px Arial, sans-serif; color: #0000bf }", []),
    ],
)
def test_what_outlook_does_not_understand_is_found(style, said):
    assert not_understood(f'<style>{style}</style><table role="presentation"><tr><td class="body">') == said


def test_letter_has_subject_text_and_html():
    message = letters.write_letter(queued())

    assert message.subject == "K7M-P3X-Q4T: Waiting for Maija"
    assert message.body.startswith(f"{message.subject}\n\nHello Maija\n")
    assert "\n\n\n" not in message.body
    assert "<h1>Hello Maija</h1>" in html_of(message)
    assert message.to == ["maija@example.test"]


def test_letter_about_no_application_has_its_words_only_as_subject():
    assert letters.write_letter(queued(parameters={"name": "Maija"})).subject == "Waiting for Maija"


def test_letter_leaves_as_quoted_printable_and_is_read_as_it_was_written():
    """As 8bit it would need servers that take it (RFC 6152), and no line longer than 998 bytes (RFC 5322, 2.1.1)."""
    long = "Öhman ✓ " + "Wolfeschlegelsteinhausen" * 50
    written = letters.write_letter(queued(parameters={"name": "Öhman", "link": long}))

    sent = written.message().as_bytes()

    read = message_from_bytes(sent, policy=policy.default)
    assert sent.isascii()
    assert max(map(len, sent.splitlines())) <= LONGEST_LINE
    assert [part["Content-Transfer-Encoding"] for part in read.iter_parts()] == ["quoted-printable"] * 2
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content() for part in read.iter_parts()] == [written.body, html_of(written)]


def test_letter_has_the_same_message_id_whenever_it_is_written():
    letter = queued()

    ids = {letters.write_letter(letter).message()["Message-ID"] for _ in range(2)}

    assert ids == {letter.message_id}
    assert letter.message_id.endswith("@testserver>")


def test_sender_is_the_service_in_the_language_of_the_letter_whatever_name_the_setting_has(settings):
    settings.DEFAULT_FROM_EMAIL = "Someone else <no-reply@confirm.example.fi>"

    def header(language):
        return letters.write_letter(queued(f"hello:{language}", language=language)).message()["From"]

    headers = {language: header(language) for language in SERVICE_NAMES}
    read = {language: str(make_header(decode_header(header))) for language, header in headers.items()}

    assert all(header.isascii() and "\n" not in header for header in headers.values())
    assert read == {language: f"{name} <no-reply@confirm.example.fi>" for language, name in SERVICE_NAMES.items()}


def test_message_ids_differ_from_letter_to_letter():
    assert queued("hello:1").message_id != queued("hello:2").message_id


def test_names_are_escaped_in_html_only():
    message = letters.write_letter(queued(parameters={"name": "Mac<b>'&", "number": "1"}))

    assert message.body.startswith(f"{message.subject}\n\nHello Mac<b>'&\n")
    assert "<h1>Hello Mac&lt;b&gt;&#x27;&amp;</h1>" in html_of(message)
    assert message.subject.endswith("Mac<b>'&")


def test_dates_are_written_in_the_language_of_the_letter():
    day, time = dt.date(2027, 2, 14), dt.datetime(2027, 2, 14, 22, 30, tzinfo=dt.UTC)

    def text(language):
        parameters = {"name": "Maija", "day": day, "time": time.isoformat()}
        return letters.write_letter(queued(f"hello:{language}", language=language, parameters=parameters)).body

    assert "14.2.2027 15.2.2027 klo 0.30" in text("fi")
    assert "14 February 2027" in text("en")  # with plain spaces: people copy it


@pytest.mark.parametrize("text", ["2027-02-31", "2027-13-01T25:00:00Z", "0000-00-00"])
def test_date_that_does_not_exist_is_text(text):
    assert text in letters.write_letter(queued(parameters={"name": text})).body


def test_what_is_computed_when_sending_stands_in_the_letter_and_nowhere_else(settings):
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_letters.a_link"}
    letter = queued()

    message = letters.write_letter(letter)
    letter.save()
    letter.refresh_from_db()

    assert "https://confirm.example.fi/secret-token" in message.body
    assert "secret-token" not in str(vars(letter))


def test_message_may_have_a_context_of_its_own(settings):
    settings.MAILING_CONTEXT = {
        "": "tests.mailing.test_letters.not_any_more",
        "hello": "tests.mailing.test_letters.a_link",
    }

    assert "https://confirm.example.fi/secret-token" in letters.write_letter(queued()).body


def a_link(letter):
    return {"link": "https://confirm.example.fi/secret-token"}


def test_letter_that_is_no_longer_due_is_not_written(settings):
    settings.MAILING_CONTEXT = {"": "tests.mailing.test_letters.not_any_more"}

    with pytest.raises(NoLongerDue):
        letters.write_letter(queued())


def not_any_more(letter):
    raise NoLongerDue


@pytest.mark.parametrize("control", ["\n", "\r", "\r\n", "\v", "\f", "\x1b", "\x85", "\u2028", "\u2029"])
def test_control_character_cannot_begin_a_header(control):
    injected = f"Maija{control}Bcc: everybody@example.test"

    with pytest.raises(Unwritable):
        letters.write_letter(queued("hello:1", parameters={"name": injected, "number": "1"}))
    with pytest.raises(Unwritable):
        letters.write_letter(queued("hello:2", to=f"maija@example.test{control}Bcc: x@example.test"))


def test_several_lines_of_text_may_stand_in_a_body():
    message = letters.write_letter(queued(parameters={"name": "Maija", "link": "first\nsecond"}))

    assert "first\nsecond" in message.body


def test_letter_tells_providers_who_it_is_and_to_track_nobody():
    letter = queued()

    message = letters.write_letter(letter)

    assert message.metadata == {"letter": letter.message_id.strip("<>")}
    assert (message.track_opens, message.track_clicks) == (False, False)
