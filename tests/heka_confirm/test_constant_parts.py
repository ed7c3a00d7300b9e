"""Parts of pages that are rendered once for each language: they show nothing of the reader, and the same as before."""

import pytest
from django.template import engines
from django.utils.translation import override

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
