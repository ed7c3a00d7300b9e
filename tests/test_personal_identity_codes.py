"""What may be a personal identity code is decided in core alone: every room masks or refuses each spelling (R17)."""

import json
import logging
import re
import secrets

import pytest
from django import forms
from django.utils import translation
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from applications.forms import ErrorReportForm
from applications.models import ErrorReport
from core import hetu, text
from core.actors import Actor, Role, Source
from counter import search
from counter.desk.forms import LineField, NoteField
from counter.desk.search import SearchForm
from heka_confirm.logs import JsonFormatter, PlainFormatter
from mailing.models import Letter
from privacy import own_applications
from privacy.own_applications import OwnSlots
from records.enums import Event
from records.models import Entry
from records.trail import append_event
from tests.applications.factories import applicant, application, person
from tests.cast import MAIJA
from tests.core.spellings import BLANKS, DASHES, INVISIBLE, spellings
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

ESCAPE = re.compile(r"\\+(?:x..|u....|U.{8}|[nrt])")  # by case: eight digits follow the large U
CODE = "010594-903X"
REFUSAL = "Remove the personal identity code from your text."

around = st.tuples(st.sampled_from(["", "my code is ", "(", "x"]), st.sampled_from(["", ".", " thanks", "x"]))
few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shows(left, official):
    """Tell whether a text shows the last four characters of a code, whatever stands between them."""
    return official[-4:] in re.sub(r"[^0-9A-Z]", "", ESCAPE.sub("", left).upper())


def assert_hidden(left, official):
    assert "••••" in left
    assert not shows(left, official)


def letter(written):
    """Return what a letter keeps of a text."""
    made = queued(secrets.token_hex(8), to=written, parameters={"name": written, "people": [{"names": (written,)}]})
    made = Letter.objects.get(pk=made.pk)
    return [made.to, made.parameters["name"], made.parameters["people"][0]["names"][0]]


def entry(written):
    """Return what the trail keeps of a text."""
    by = Actor(Role.HOUSING_SYSTEM, Source.HOUSING_SYSTEM, name=written)
    # Letters alone: digits before the text would be taken for the beginning of a code.
    chain = f"{''.join(secrets.choice('ghijklmnop') for _ in range(16))} {written}"
    append_event(Event.SENT, chain=chain, by=by, subject=written, reason=written, **{written: 1})
    made = Entry.objects.select_related("chain").latest("pk")
    return [made.chain.name.split(" ", 1)[1], made.name, made.subject, made.facts.pop("reason"), *made.facts]


def lines(written):
    """Return what the logs keep of a text: in the message, beside it, in a list, and in an exception."""
    try:
        raise ValueError(written)  # noqa: TRY301
    except ValueError as error:
        told = (ValueError, error, None)
    made = logging.LogRecord("code", logging.INFO, __file__, 1, "Typed %s", (written,), told)
    made.name_of_person, made.people = written, [written]
    line = json.loads(JsonFormatter().format(made))
    context = line["context"]
    plain = PlainFormatter().format(made).split("code: ", 1)[1]
    message, exception = plain.split("ValueError: ", 1)
    return [line["message"], context["name_of_person"], context["people"], context["exception"], message, exception]


def own_data(written):
    """Return what people read of what they once wrote."""
    slot = applicant(application(MAIJA), MAIJA)
    ErrorReport.objects.create(applicant=slot, text=written, reported_at=slot.version.created_at)
    maija = person(MAIJA)
    errors = next(part for part in own_applications.acts_parts(OwnSlots(maija)) if part.name == "error_reports")
    return [str(errors.rows[-1][-1].value)]


@pytest.mark.parametrize("room", [letter, entry, lines, own_data])
@few
@given(spelt=spellings(), around=around)
def test_every_spelling_is_masked(room, spelt, around):
    official, typed = spelt
    assume(official[-4:] not in official[:-1] and hetu.parse(typed) == official)

    for left in room(typed.join(around)):
        assert_hidden(left, official)


@pytest.mark.parametrize("room", [letter, entry, lines, own_data])
@pytest.mark.parametrize("between", ["–", "‑", "−", " -", "- ", " - ", "\u00a0-", "\u00ad-\u200b"])
def test_spellings_that_once_went_out_whole_are_masked(room, between):
    written = f"Olli, {between.join(['010594', '903X'])}, is not my brother"

    for left in room(written):
        assert_hidden(left, CODE)


@few
@given(spelt=spellings(), around=around)
def test_no_form_takes_any_spelling_of_a_code(spelt, around):
    written = spelt[1].join(around)

    for field in (ErrorReportForm.base_fields["text"], NoteField(), LineField()):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(written)
        with translation.override("en"):
            assert REFUSAL in refused.value.messages


@few
@given(spellings())
def test_desk_finds_a_person_by_any_spelling_and_repeats_none(spelt):
    typed = spelt[1]
    form = SearchForm({"text": typed, "reason": "here"})

    assert form.is_valid()
    assert search.search(form.cleaned_data["text"]).event == Event.SEARCH_BY_CODE
    assert search.search(typed).event == Event.SEARCH_BY_CODE
    assert hetu.may_contain_code(typed)
    assert hetu.may_contain_code(f"Maija {typed}")


def test_desk_finds_the_applicant_by_a_code_that_was_pasted():
    sent = application(MAIJA)

    form = SearchForm({"text": "\u200e010594\u00adY 9032\ufeff", "reason": "here"})

    assert form.is_valid()
    assert search.search(form.cleaned_data["text"]).only == sent


WRITTEN_WITH = {
    **{dash: f"010594{dash}903X" for dash in DASHES if dash != "-"},
    text.BLANKS: f"01{BLANKS[0]}0594-903X",
    text.INVISIBLE: f"01{INVISIBLE[0]}0594-903X",
}


@pytest.mark.parametrize("lost", WRITTEN_WITH, ids=ascii)
def test_a_list_that_lost_a_character_is_noticed(monkeypatch, lost):
    """The properties above fail once what is found is narrower than what is read."""
    written = WRITTEN_WITH[lost]
    narrower = tuple(re.compile(each.pattern.replace(lost, "")) for each in hetu.SPELLINGS)
    monkeypatch.setattr(hetu, "SPELLINGS", narrower)

    for room in (letter, entry, lines, own_data):
        assert any(shows(left, CODE) for left in room(written))
    if lost != text.INVISIBLE:  # what nobody sees is gone before a form looks
        assert NoteField().clean(written) == written
