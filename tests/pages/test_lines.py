"""No line of a page ends within what belongs together."""

from tests.test_lines import torn


def test_no_line_of_a_page_ends_within_a_number_or_between_what_belongs_together(pages):
    found = {page.name: sorted(set(torn(page.html, page.language))) for page in pages}

    assert {name: each for name, each in found.items() if each} == {}
