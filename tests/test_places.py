"""Whoever is told to come is told where (docs/texts.md)."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path("templates")
# The letters end with the place: their own test is tests/mailing. Those who stand at the desk have come.
ELSEWHERE = {"mailing", "desk"}
CALLS = re.compile(
    r"[Cc]ome to customer service|visit us|only at customer service|can (also )?confirm the application (there|at)"
    r"|[Ss]how your passport|Or confirm the application at customer service"
)
PLACE = re.compile(r"counter\.street|counter/_address\.html|{% counter_address")
PARTS = re.compile(r"{% include \"([^\"]+)\"")


def whole(template):
    """Return a template with what it includes."""
    text = template.read_text()
    return "\n".join([text, *(whole(TEMPLATES / name) for name in PARTS.findall(text) if (TEMPLATES / name).exists())])


CALLING = [
    str(template.relative_to(TEMPLATES))
    for template in sorted(TEMPLATES.rglob("*.html"))
    if not ELSEWHERE & set(template.parts) and CALLS.search(template.read_text())
]


def test_templates_that_call_people_in_are_found():
    assert len(CALLING) > 10


@pytest.mark.parametrize("name", CALLING)
def test_template_that_calls_people_in_says_where(name):
    assert PLACE.search(whole(TEMPLATES / name))


@pytest.mark.parametrize("layout", ["mailing/base.txt", "mailing/base.html"])
def test_every_email_ends_with_the_place(layout):
    assert "counter.street" in (TEMPLATES / layout).read_text()


@pytest.mark.parametrize("name", sorted(str(t.relative_to(TEMPLATES)) for t in TEMPLATES.glob("mailing/*/body.*")))
def test_every_email_has_that_end(name):
    assert re.search(r"{% extends \"mailing/(_layout|base)\.", (TEMPLATES / name).read_text())
