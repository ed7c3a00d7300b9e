"""The lists of what is wrong with a form."""

import pytest
from django.utils.safestring import mark_safe

from heka_confirm.templatetags.errors import with_error


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Code", "Code: Enter the code."),
        ("What is it about?", "What is it about? Enter the code."),
        ("I declare it.", "I declare it. Enter the code."),
        (mark_safe("<b>Code</b>"), "<b>Code</b>: Enter the code."),
        ("<b>", "&lt;b&gt;: Enter the code."),
    ],
)
def test_colon_stands_only_where_the_label_has_no_end_mark(label, shown):
    assert with_error(label, "Enter the code.") == shown
