"""What is cleared or no longer asked is gone, and whatever somebody has typed, they get out of each page."""

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.document import parse
from applications.form.data import empty_data
from applications.form.prefill import data_of_document
from applications.form.steps import note_complete, parts_of, save, times_saved
from tests import cast
from tests.applications.form.forms import INCOME, MAIN, WISHES
from tests.applications.form.test_documents import documents_

RIGHT = {
    "people": MAIN,
    "home": {"dwelling": "homeless", "reasons": ["work"]},
    "money": INCOME,
    "wishes": {name: WISHES[name] for name in ("purpose", "flat_types", "highest_rent")},
}


class Page:
    """A step in a browser: what stands in it, and what its form sends, with the script of the page or without it."""

    def __init__(self, data, step, *, has_script):
        self.data, self.step, self.has_script = data, step, has_script
        self.values, self.questions, self.staying = {}, {}, set()
        for part in parts_of(data, step, is_checked=False):
            for question in part.form.questions:
                name = question.field.html_name
                self.questions[name] = question
                self.values[name] = (
                    [*(question.field.value() or ())] if takes_several(question) else question.field.value()
                )
                if question.conditions and question.is_asked and not self._is_given(question):
                    self.staying.add(name)

    def _is_given(self, question):
        pairs = [condition.split("=") for condition in question.conditions.split()]
        return any(answer in _listed(self.values.get(name)) for name, answer in pairs)

    def is_enabled(self, name):
        question = self.questions[name]
        if not question.conditions or name in self.staying:
            return True
        return self._is_given(question) if self.has_script else question.is_asked

    def send(self):
        """Press "Save and continue"; return whether that goes on to the next step."""
        sent = QueryDict(mutable=True)
        sent["saved"] = str(times_saved(self.data, self.step))
        for name, value in self.values.items():
            is_box = getattr(self.questions[name].field.field.widget, "input_type", "") in {"radio", "checkbox"}
            if self.is_enabled(name) and not (is_box and not value):
                sent.setlist(name, [str(one) for one in _listed(value or "")])
        parts = save(self.data, self.step, sent)
        return not any(p.form.newly_asked(sent) for p in parts) and all(p.form.is_valid() for p in parts)


def _listed(value):
    return value if isinstance(value, list) else [value]


def takes_several(question):
    return getattr(question.field.field.widget, "allow_multiple_selected", False)


texts = st.one_of(st.text(max_size=40), st.sampled_from(["abc", "10/2026", "31.2.2026", "010594Y9033", "-", "on"]))
STEPS = sorted(RIGHT)


def filled(page, draw):
    """Type anything anywhere, and choose any of what can be chosen."""
    for name, question in page.questions.items():
        choices = [str(value) for value, _label in getattr(question.field.field, "choices", [])]
        if not draw(st.booleans()) or not page.is_enabled(name):
            continue
        if takes_several(question):
            page.values[name] = draw(st.lists(st.sampled_from(choices), unique=True))
        elif choices:
            page.values[name] = draw(st.sampled_from(choices))
        else:
            page.values[name] = draw(texts)


def cleared(page):
    """Empty all that can be emptied: a radio button stays chosen."""
    for name, question in page.questions.items():
        if getattr(question.field.field.widget, "input_type", "") != "radio":
            page.values[name] = [] if takes_several(question) else ""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("has_script", [True, False])
@settings(deadline=None, max_examples=25)
@given(st.data())
def test_whoever_clears_what_they_typed_and_answers_what_is_required_gets_out(step, has_script, given_data):
    draw = given_data.draw
    if draw(st.booleans()):
        data = empty_data(language="fi")
    else:
        data = data_of_document(parse(draw(documents_())))
        data["people"] = data["people"][:1]
        note_complete(data, *STEPS)
    for _ in range(draw(st.integers(0, 2))):
        page = Page(data, step, has_script=has_script)
        filled(page, draw)
        page.send()

    page = Page(data, step, has_script=has_script)
    cleared(page)
    prefix = data["people"][0]["id"] if step in {"people", "money"} else step
    page.values |= {f"{prefix}-{name}": value for name, value in RIGHT[step].items()}

    assert page.send() or Page(data, step, has_script=has_script).send()  # a question may come, and need no answer


@pytest.mark.parametrize("has_script", [True, False])
def test_faulty_answer_is_gone_once_its_question_is_asked_no_more(has_script):
    data = empty_data(language="fi")
    for answers in (
        {"dwelling": "flat", "reasons": ["homeless", "work"]},
        {"homeless_since": "10/2026", "rent": "abc"},
    ):
        page = Page(data, "home", has_script=has_script)
        page.values |= {f"home-{name}": value for name, value in answers.items()}
        page.send()

    page = Page(data, "home", has_script=has_script)
    page.values |= {"home-dwelling": "homeless", "home-reasons": ["work"]}
    page.values["home-homeless_since"] = "1.10.2026"
    goes_on = page.send()

    assert goes_on
    assert data["home"] == {"dwelling": "homeless", "reasons": ["work"], "homeless_since": "1.10.2026"}


def homeless_with_a_rent():
    """An application as a housing system may send it: what it says is not ours to judge."""
    content = cast.document()["content"]
    content["home"] = {"dwelling": "homeless", "rent": "890"}
    content["need"] = {"reasons": ["work"]}
    return parse(cast.document() | {"content": content, "sent_at": dt.datetime.now(dt.UTC)})


@pytest.mark.parametrize("has_script", [True, False])
def test_answer_that_was_never_asked_for_stays_until_it_is_cleared(has_script):
    data = data_of_document(homeless_with_a_rent())

    Page(data, "home", has_script=has_script).send()
    kept = data["home"]["rent"]
    page = Page(data, "home", has_script=has_script)
    page.values["home-rent"] = ""
    page.send()

    assert (kept, data["home"]["rent"]) == ("890", "")
    assert "home-rent" not in [n for n, q in Page(data, "home", has_script=has_script).questions.items() if q.is_asked]
