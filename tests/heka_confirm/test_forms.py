"""How a form is shown: each field with its label, hint and error, and a summary that links to each error."""

import re

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

TEMPLATES = [*(settings.BASE_DIR / "templates").rglob("*.html"), *(settings.BASE_DIR / "demo").rglob("*.html")]
# What renders a field, with errors that we tell ourselves.
FIELD = re.compile(
    r"as_field_group|\{\{ (\w+\.)*(form|field)\b|_field\.html|_questions\.html|block questions|<(select|textarea)"
)


class Example(forms.Form):
    name = forms.CharField(label="Name", help_text="As in your <passport>")
    language = forms.ChoiceField(label="Language", choices=[("fi", "Finnish")], widget=forms.RadioSelect)
    letters = forms.BooleanField(label="Send letters", required=False)

    def clean(self):
        raise forms.ValidationError("The whole is wrong")


@pytest.fixture
def form():
    with translation.override("en"):
        yield Example({"name": "", "language": ""})


def html(text):
    return " ".join(text.split())


def test_field_ties_label_hint_and_error_to_its_input(form):
    text = html(form["name"].as_field_group())

    assert text.startswith('<div class="field invalid">')
    assert '<label for="id_name">Name<span aria-hidden="true"> *</span> </label>' in text
    assert '<div class="hint" id="id_name_helptext">As in your &lt;passport&gt;</div>' in text
    assert '<ul class="errorlist" id="id_name_error"><li>This field is required.</li></ul>' in text
    assert re.search(r'<input [^>]*aria-invalid="true" aria-describedby="id_name_helptext id_name_error"', text)


def test_choices_stand_in_a_group_with_a_legend(form):
    text = html(form["language"].as_field_group())

    assert '<fieldset aria-describedby="id_language_error"> <legend>Language' in text
    assert text.endswith("</fieldset> </div>")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_group_says_to_a_screen_reader_that_it_is_required(language, widget):
    words = {"fi": "(pakollinen)", "sv": "(obligatoriskt)", "en": "(required)"}[language]
    with translation.override(language):
        groups = [
            forms.MultipleChoiceField(label="Reasons", choices=[("a", "A")], widget=widget, required=required)
            .get_bound_field(forms.Form(), "reasons")
            .as_field_group()
            for required in (True, False)
        ]
    required, optional = [re.search(r"<legend>(.*?)</legend>", html(group))[1] for group in groups]

    assert f'Reasons<span aria-hidden="true"> *</span><span class="visually-hidden"> {words}</span>' in required
    assert optional.strip() == "Reasons"


def test_no_field_is_checked_by_the_browser():
    """It would say so in its own language, in a bubble that goes away, and say one fault at a time."""
    checked = [
        (path.name, tag)
        for path in TEMPLATES
        for tag, content in re.findall(r"(<form\b[^>]*>)(.*?)</form>", path.read_text(), re.DOTALL)
        if FIELD.search(content) and "novalidate" not in tag
    ]

    assert checked == []
    assert sum(bool(FIELD.search(path.read_text())) for path in TEMPLATES) > 30


def test_checkbox_comes_before_its_label(form):
    text = html(form["letters"].as_field_group())

    assert text.startswith('<div class="field"> <input type="checkbox"')
    assert text.endswith('<label for="id_letters">Send letters </label> </div>')


def test_summary_links_to_each_field_with_an_error(form):
    text = html(render_to_string("_error_summary.html", {"form": form}))

    assert "<h2>The form has the following errors:</h2>" in text
    assert re.findall(r"<li>(.*?)</li>", text) == [
        "The whole is wrong",
        '<a href="#id_name">Name: This field is required.</a>',
        '<a href="#id_language">Language: This field is required.</a>',
    ]


def test_summary_of_a_form_without_errors_is_empty():
    assert html(render_to_string("_error_summary.html", {"form": Example()})) == ""
