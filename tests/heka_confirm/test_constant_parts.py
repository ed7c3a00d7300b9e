"""Parts of pages that are rendered once for each language: they show nothing of the reader, and the same as before."""

import re
from urllib.parse import quote

import pytest
from django.template import engines
from django.test import Client
from django.utils.functional import SimpleLazyObject
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import override

from counter.models import Counter
from tests import cast
from tests.applications import factories


def rendered(source, **context):
    """Return what a template shows twice in each language, each time with another reader."""
    template = engines["django"].from_string("{% load constant i18n %}" + source)
    shown = []
    for reader in ("Maija", "Olli"):
        for language in ("fi", "sv", "en"):
            with override(language):
                shown.append(template.render({"reader": reader, **context}))
    return shown


def test_constant_part_is_in_the_language_of_each_page():
    assert (
        rendered('{% constant %}{% translate "Terms of use" %}{% endconstant %}')
        == [
            "Käyttöehdot",
            "Användarvillkor",
            "Terms of use",
        ]
        * 2
    )


def test_constant_part_sees_nothing_of_its_reader():
    assert rendered("{% constant %}[{{ reader }}{{ request }}]{% endconstant %} {{ reader }}") == (
        ["[] Maija"] * 3 + ["[] Olli"] * 3
    )


def test_constant_part_differs_by_the_variables_that_it_names():
    assert (
        rendered("{% constant reader %}<b>{{ reader }}</b>{% endconstant %}")
        == ["<b>Maija</b>"] * 3 + ["<b>Olli</b>"] * 3
    )


def test_constant_part_keeps_few_values_whatever_is_given():
    template = engines["django"].from_string("{% load constant %}{% constant number %}{{ number }}{% endconstant %}")
    assert [template.render({"number": number}) for number in range(300)] == [str(number) for number in range(300)]
    [node] = [node for node in template.template.nodelist if hasattr(node, "rendered")]
    assert len(node.rendered) == 100


def test_constant_part_shows_what_it_is_around_for_each_reader():
    part = """<a href="/{{ reader }}?100%">{{ reader }} {{ kind }}</a>"""
    source = f"{{% constant kind around reader %}}{part}{{% endconstant %}}"
    assert rendered(source, kind="%s") == (
        ['<a href="/Maija?100%">Maija %s</a>'] * 3 + ['<a href="/Olli?100%">Olli %s</a>'] * 3
    )
    template = engines["django"].from_string("{% load constant %}" + source)
    shown = '<a href="/&quot;&lt;b&gt;%(kind)s?100%">&quot;&lt;b&gt;%(kind)s x</a>'
    assert [template.render({"kind": "x", "reader": '"<b>%(kind)s'}) for _ in range(2)] == [shown, shown]


def test_constant_part_cannot_depend_on_what_it_is_around():
    with pytest.raises(TypeError):
        rendered("{% constant around reader %}{% if reader %}x{% endif %}{% endconstant %}")


def test_constant_part_tells_values_apart_that_are_equal_but_shown_otherwise():
    template = engines["django"].from_string("{% load constant %}{% constant value %}{{ value }}{% endconstant %}")
    values = [mark_safe("<b>"), "<b>", True, 1]
    assert [template.render({"value": value}) for value in values] == ["<b>", "&lt;b&gt;", "True", "1"]


@pytest.mark.parametrize("value", [Counter(), SimpleLazyObject(Counter), [1], {"a": 1}, object()])
def test_constant_part_takes_no_value_that_changes_and_stays_the_same(value):
    """Two records of one row are equal, whatever they say."""
    with pytest.raises(TypeError):
        rendered("{% constant value %}{{ value }}{% endconstant %}", value=value)


def test_known_words_and_addresses_are_those_of_each_language():
    shown = rendered("""{% translate "Cookies" %} {% url 'identity:cookies' %}""")
    assert shown == ["Evästeet /fi/cookies/", "Kakor /sv/cookies/", "Cookies /en/cookies/"] * 2


@pytest.mark.parametrize(
    "source",
    [
        "{% translate reader %}",
        "{% translate reader|upper %}",
        """{% translate "Cookies" as words %}{{ words }} {{ reader }}""",
        """{% url reader %}""",
        """{% url 'identity:leave' %}{% url 'privacy' as address %}{{ address }} {{ reader }}""",
    ],
)
def test_what_depends_on_the_page_is_made_anew(source):
    first, second = "identity:cookies", "identity:leave"
    template = engines["django"].from_string("{% load i18n %}" + source)
    assert template.render({"reader": first}) != template.render({"reader": second})


def test_footer_of_a_form_that_is_filled_in_is_not_that_of_other_pages(client, db):
    """Its link must be a button that keeps what was typed."""
    client = factories.sign_in(client, cast.MAIJA)
    page = client.get("/en/applications/").content.decode()
    assert 'name="to"' not in page.partition("<footer")[2]


def test_session_that_a_page_shows_is_its_readers(db):
    """The name, the token, and where its buttons lead are put in for each page."""
    clients = {
        who["last_name"]: factories.sign_in(Client(enforce_csrf_checks=True), who) for who in (cast.MAIJA, cast.OLLI)
    }
    tokens = []
    for name, client in [*clients.items()] * 2:
        for address in ("/en/applications/", "/en/how-to/?x=1&y=2"):
            page = client.get(address).content.decode()
            session = page.partition('<section class="person')[2].partition("<main")[0]
            assert [each for each in clients if each in session] == [name]
            assert f"?next={quote(address)}" in session
            assert session.count(f'name="next" value="{escape(address)}"') == 2
            shown = re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', session)
            assert len(shown) == 4
            assert client.post("/en/session/extend/", {"csrfmiddlewaretoken": shown[0]}).status_code == 204
            tokens += [shown[0]]
    assert len(set(tokens)) == len(tokens)
