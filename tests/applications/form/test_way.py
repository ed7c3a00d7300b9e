"""The way of a form through the code is short: few modules from the page to the stored application."""

import inspect
import sys
from pathlib import Path

import pytest

import applications
from applications import announcing
from applications.models import Application
from applications.views import form as views
from tests import cast
from tests.applications.factories import application
from tests.applications.form.forms import Somebody, inputs
from tests.applications.test_views import url

pytestmark = pytest.mark.django_db

ROOT = Path(applications.__file__).parent
# What is asked, and what kinds of values there are: said in their modules, and no part of the way.
QUESTIONS = {"form/fields", "form/questions", "form/people", "form/home", "form/money", "form/wishes", "forms"}
VALUES = {"dates", "districts", "facts", "plausible", "references", "models/version", "models/learned_code"}
WAY = {
    "views/form",
    "drafts",
    "form/steps",
    "document",
    "intake",
    "models/applicant",
    "learned_codes",
    "protection",
    "names",
    "states",
    "trail",
}


class Way:
    """The modules of applications whose functions run from where one function is called to where another is."""

    def __init__(self, first, last):
        self._first, self._last = (inspect.unwrap(function).__code__ for function in (first, last))
        self._is_on, self.codes = False, []

    def __enter__(self):
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_exception):
        sys.setprofile(None)

    def _called(self, frame, event, _argument):
        if event != "call":
            return
        self._is_on = (self._is_on or frame.f_code is self._first) and frame.f_code is not self._last
        if self._is_on and Path(frame.f_code.co_filename).is_relative_to(ROOT):
            self.codes.append(frame.f_code)

    @property
    def modules(self):
        found = {Path(code.co_filename).relative_to(ROOT).with_suffix("").as_posix() for code in self.codes}
        return found - QUESTIONS - VALUES


def test_form_is_sent_through_eleven_modules(client):
    somebody = Somebody(client).begin().fill_everything()

    with Way(views.send_form, announcing.announce) as way:
        somebody.send()

    assert Application.objects.count() == 1
    assert way.modules == WAY


def test_change_is_sent_through_these_and_what_keeps_the_rest_of_the_version(sign_in):
    sent = application(cast.MAIJA)
    somebody = Somebody(sign_in(cast.MAIJA))
    somebody.client.post(url("change", sent))
    somebody.fill("wishes", "wishes", {"highest_rent": "1250"})

    with Way(views.send_form, announcing.announce) as way:
        somebody.send()

    assert sent.versions.count() == 2
    assert way.modules == WAY | {
        "changes",
        "present",
        "form/change",
        "models/application",
        "contact_details",
        "reading",
    }


def test_page_checks_no_other_step(client):
    """Whether they are complete is known from when they were saved."""
    somebody = Somebody(client).begin().fill_everything()

    with Way(views.form_step, views.send_form) as way:
        page = somebody.go("home")

    built = [code.co_qualname for code in way.codes if code.co_qualname == "Questions.__init__"]
    assert len(built) == 1
    assert [is_complete for _step, _title, is_complete in page.context["progress"]] == [True, True, True, True, False]


def test_step_that_somebody_is_added_to_or_taken_from_is_complete_when_all_are(client):
    somebody = Somebody(client).begin().fill_everything()

    def complete():
        return [step for step, _title, is_complete in somebody.go("home").context["progress"] if is_complete]

    somebody.client.post(somebody.at("form_add_person"), inputs(somebody.go("people")) | {"kind": "co"})
    added = complete()
    somebody.fill("people", "p2", {"hetu": cast.MAIJA["hetu"], "first_names": "Olli", "last_name": "Öhman"})
    named_twice = complete()
    somebody.client.post(somebody.at("form_remove_person"), inputs(somebody.go("people")) | {"person": "p2"})

    assert added == named_twice == ["home", "wishes"]
    assert complete() == ["people", "home", "money", "wishes"]
