import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone, translation

from applications.enums import State
from applications.models import Application, Confirmation
from core import crypto, hetu
from counter.models import Counter
from demo import data
from demo.context import people
from demo.models import DemoApplication
from demo.people import BY_KEY, PEOPLE
from demo.stories import STORIES, stories_of

pytestmark = pytest.mark.django_db


def statuses() -> dict[str, tuple[str, list[str]]]:
    """Return of each story the state, and for whom it waits."""
    return {
        made.story: (made.application.status, [one.first_names for one in made.application.waits_for])
        for made in DemoApplication.objects.select_related("application__current")
    }


AS_TOLD = {
    "alone": (State.AWAITING, ["Aino"]),
    "couple": (State.AWAITING, ["Pekka", "Liisa"]),
    "four": (State.AWAITING, ["Saara", "Simo"]),
    "minor": (State.AWAITING, ["Maria"]),
    "valid": (State.VALID, []),
    "lapsed": (State.LAPSED, ["Raimo"]),
    "older": (State.VALID, []),
    "newer": (State.AWAITING, ["Katri"]),
    "swedish": (State.AWAITING, ["Selma"]),
    "counter": (State.AWAITING, ["Emily", "Ethan"]),
    "name": (State.AWAITING, ["Kristina"]),
    "emails": (State.AWAITING, ["Lauri", "Laura", "Lotta", "Leo"]),
}


def test_demo_data_tell_every_story():
    data.load()

    assert statuses() == AS_TOLD


def test_demo_data_loaded_again_change_nothing(django_assert_max_num_queries):
    data.load()
    before = (Application.objects.count(), Confirmation.objects.count())

    with django_assert_max_num_queries(len(STORIES) + 1):
        call_command("demo_data", stdout=StringIO())

    assert (Application.objects.count(), Confirmation.objects.count()) == before


@pytest.mark.parametrize("days", [45, 75, 95, 200])
def test_demo_data_never_go_stale(days):
    data.load()

    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=True):
        data.load()

        assert statuses() == AS_TOLD


def test_what_a_visitor_did_stays():
    data.load()
    made = DemoApplication.objects.get(story="alone")
    data.confirm(made.application, who=BY_KEY["aino"])

    data.load()

    assert statuses() == {**AS_TOLD, "alone": (State.VALID, [])}


def test_people_have_codes_of_their_own_that_belong_to_nobody():
    found = [hetu.parse(person.identity.hetu) for person in PEOPLE]

    assert found == [person.identity.hetu for person in PEOPLE]
    assert len(set(found)) == len(PEOPLE)
    assert [code for code in found if int(code[7:10]) < 900] == []


def test_everybody_but_one_applies():
    assert [person.key for person in PEOPLE if not stories_of(person.key)] == ["niilo"]


def test_stories_hold_the_people_they_name():
    data.load()

    slots = DemoApplication.objects.get(story="couple").application.applicants

    assert [one.hetu_index for one in slots] == [
        crypto.indexes(person.identity.hetu)[0] for person in PEOPLE if person.key in {"pekka", "liisa"}
    ]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_front_page_is_told_what_to_try(rf, language):
    with translation.override(language):
        rows = people(rf.get("/"))["demo_people"]

    assert [row["person"].key for row in rows] == [person.key for person in PEOPLE]
    assert [row["person"].key for row in rows if not row["applies"]] == ["niilo"]


def test_load_opens_the_counter_and_keeps_what_was_edited():
    data.load()
    counter = Counter.only()
    assert counter.weekly_hours.count() == 5

    Counter.objects.update(phone="09 123")
    counter.weekly_hours.all().delete()
    data.load()

    assert (Counter.only().phone, counter.weekly_hours.count()) == ("09 123", 0)
