"""Whatever somebody spoils past the service is found and named."""

import copy

import pytest
from django.conf import settings

from applications.models import Application
from applications.verification import FAULTS
from tests.applications.verification.spoilers import SPOILERS, found, make_sound

pytestmark = pytest.mark.django_db

OLDER_KEY = "an older key of an installation, still live"


@pytest.fixture(scope="module")
def sound(written_once):
    """Return a sound database that was written under the newer of two live keys."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.FIELD_INDEX_KEYS", [*settings.FIELD_INDEX_KEYS, OLDER_KEY])
        yield make_sound()


def test_every_fault_has_its_spoiler():
    assert {each.word for each in SPOILERS.values()} == FAULTS.keys()


def test_database_is_sound_before_it_is_spoiled(sound):
    """The negative control of those below, each of which begins there."""
    assert found() == {}


@pytest.mark.parametrize("name", SPOILERS)
def test_spoiled_row_is_found_and_named(name, sound):
    spoiler = SPOILERS[name]

    row = spoiler.spoil(copy.deepcopy(sound))

    places = found()
    assert places.keys() == {spoiler.word, *spoiler.also}
    assert [place.endswith(name_of(row)) for place in places[spoiler.word]] == [True], places


def name_of(row):
    match row:
        case str():
            return row
        case Application():
            return f"application {row.number}"
    return f"{row._meta.model_name} {row.pk}"
