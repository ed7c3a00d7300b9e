"""No line of a page ends within what belongs together."""

import pytest

from tests.test_lines import torn

pytestmark = pytest.mark.django_db


def test_no_line_of_a_page_ends_within_a_number_or_between_what_belongs_together(pages):
    ours = (
        page for page in pages if "/admin/" not in page.name or "/admin/desk/" in page.name
    )  # the rest is Django's
    found = {page.name: sorted(set(torn(page.html, page.language))) for page in ours}

    assert {name: each for name, each in found.items() if each} == {}
