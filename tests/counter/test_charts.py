import re
import xml.etree.ElementTree as ET

import pytest
from django.utils import translation

from counter.charts import bars

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*rows, **more):
    words = {"title": "Confirmations", "description": "Those made in the period."}
    return ET.fromstring(bars("methods", **words | more, rows=rows))


def widths(svg):
    return [float(bar.get("width")) for bar in svg.iter(f"{SVG}rect")]


def test_bars_are_as_long_as_their_numbers():
    assert widths(drawn(("a", 10), ("b", 5), ("c", 0))) == [320, 160, 0]


@pytest.mark.parametrize("rows", [[], [("a", 0), ("b", 0)]])
def test_nothing_counted_draws_nothing(rows):
    assert set(widths(drawn(*rows))) <= {0}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_length_of_a_bar_is_written_for_machines(language):
    with translation.override(language):
        assert widths(drawn(("a", 3), ("b", 1))) == [320, 106.7]


@pytest.mark.parametrize(("language", "text"), [("fi", "12\xa0345"), ("sv", "12\xa0345"), ("en", "12,345")])
def test_number_is_written_for_people(language, text):
    with translation.override(language):
        texts = [element.text for element in drawn(("a", 12345)).iter(f"{SVG}text")]

        assert texts == ["a", text]


def test_drawing_is_named_and_described_for_who_cannot_see_it():
    svg = drawn(("a", 1))
    named = [svg.find(f"*[@id='{svg.get(key)}']").text for key in ("aria-labelledby", "aria-describedby")]

    assert svg.get("role") == "img"
    assert named == ["Confirmations", "Those made in the period."]


def test_labels_cannot_become_elements():
    svg = drawn(("<b>&", 1), title="<i>", description='"')

    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {"svg", "title", "desc", "text", "rect"}


def test_drawing_fits_all_its_rows():
    svg = drawn(("a", 1), ("b", 1))
    height = int(svg.get("viewBox").split()[3])

    assert max(int(bar.get("y")) + int(bar.get("height")) for bar in svg.iter(f"{SVG}rect")) <= height


def test_drawing_has_nothing_that_the_policy_forbids():
    assert re.findall(r"style|class|on\w+=|href|<script", bars("x", title="", description="", rows=[("a", 1)])) == []
