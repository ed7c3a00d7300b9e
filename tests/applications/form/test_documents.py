"""Any application that can be sent can stand in the form, and comes out of it as it went in."""

import datetime as dt
import json
import secrets

import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from applications import districts, drafts, intake, references
from applications.document import Document, Stored, canonical, parse
from applications.enums import Condition, Dwelling, Feature, FlatType, Purpose, Reason, Tenure
from applications.form.prefill import data_of_document
from applications.form.steps import document_of
from applications.models import Application
from core.days import EARLIEST_YEAR
from core.text import BIDI_CONTROLS, typed_prose, typed_text
from identity import cookies
from identity.models import RateCount
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM
from tests.applications.form.forms import Somebody, inputs
from tests.core.spellings import personal_names
from upstream import clients

PEOPLE = [cast.MAIJA, cast.OLLI, cast.VERA, cast.VILLE]

characters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=BIDI_CONTROLS)
# Spaces around a text are what phone keyboards add: the form takes them away.
lines = st.text(characters, min_size=1, max_size=60).map(typed_text).filter(bool)
prose = st.text(st.one_of(characters, st.just("\n")), min_size=1, max_size=200).map(typed_prose).filter(bool)
euros = st.decimals(0, "99999999.99", places=2).map(str)


def days_from(least, most):
    """Return days between so many days from today, but none that is too early to be typed."""
    today = timezone.localdate()
    between = [max(today + dt.timedelta(days=number), dt.date(EARLIEST_YEAR, 1, 1)) for number in (least, most)]
    return st.dates(*between).map(dt.date.isoformat)


past = days_from(-119 * 365, -365)
phones = st.sampled_from(["040 123 4567", "+358 40 1234567", "(09) 310 1691", "112"])
emails = st.sampled_from(["a@example.test", "B.c+d@example.test", "x_y@example.test"])


def some(**optional):
    """Return dictionaries in which each of these may be missing."""
    return st.fixed_dictionaries({}, optional=optional)


def several(choices, least=0):
    """Return lists of different choices in their order, as a page has them."""
    values = [one.value for one in choices]
    return st.lists(st.sampled_from(values), min_size=least, unique=True).map(
        lambda found: sorted(found, key=values.index)
    )


contacts = some(
    address=lines,
    email=emails,
    phone=phones,
    language=st.sampled_from(["fi", "sv", "en"]),
    non_disclosure=st.booleans(),
    municipality=lines,
)
incomes = st.tuples(st.fixed_dictionaries({"monthly_gross": euros}), some(benefits=euros, assets=euros, debts=euros))
names = st.one_of(
    st.fixed_dictionaries({"first_names": personal_names, "last_name": personal_names}),
    st.sampled_from(["first_names", "last_name"]).flatmap(lambda only: st.fixed_dictionaries({only: personal_names})),
)
residents = st.one_of(
    st.tuples(names, st.fixed_dictionaries({"birth_date": past})).map(lambda parts: parts[0] | parts[1]),
    st.fixed_dictionaries({"birth_date": st.just("2026-10-30")}),
    st.tuples(
        some(first_names=personal_names, last_name=personal_names),
        st.fixed_dictionaries({"due_date": days_from(-59, 300)}),
    ).map(lambda parts: parts[0] | parts[1]),
)
homes = st.tuples(
    st.fixed_dictionaries({"dwelling": st.sampled_from(Dwelling.values)}),
    some(
        address=lines,
        rooms=st.integers(1, 50),
        area=st.decimals(1, 99999, places=1).map(str),
        residents=st.integers(1, 50),
        condition=st.sampled_from(Condition.values),
        tenure=st.sampled_from(Tenure.values),
        rent=euros,
    ),
)
needs = st.tuples(
    st.fixed_dictionaries({"reasons": several(Reason, 1)}),
    some(homeless_since=past, must_move_by=days_from(-365, 3650), must_move_because=lines),
)
wishes = st.tuples(
    st.fixed_dictionaries({"flat_types": several(FlatType, 1), "highest_rent": euros}),
    some(
        purpose=st.sampled_from(Purpose.values),
        areas=st.lists(st.one_of(lines, st.sampled_from(districts.DISTRICTS)), max_size=30, unique_by=typed_text),
        area_min=st.integers(1, 60),
        area_max=st.integers(60, 500),
        lowest_floor=st.integers(1, 50),
        features=several(Feature),
    ),
)


@st.composite
def documents_(draw):
    """Return an application that the schema takes."""
    applicants = []
    for who in PEOPLE[: draw(st.integers(1, 4))]:
        one = draw(names) | draw(contacts) | {"hetu": who["hetu"], "income": _merged(draw(incomes))}
        if applicants and draw(st.booleans()):
            one["birth_date"] = draw(past)
            del one["hetu"]
        applicants.append(one)
    content = {"home": _merged(draw(homes)), "need": _merged(draw(needs)), "wishes": _merged(draw(wishes))}
    return {
        "reference": "HS-1",
        "sent_at": timezone.now().isoformat(),
        "language": draw(st.sampled_from(["fi", "sv", "en"])),
        "main_applicant": applicants[0],
        "co_applicants": applicants[1:],
        "others_moving_in": draw(st.lists(residents, max_size=20)),
        "content": content | draw(some(more=prose)) | {"assurance": True},
    }


def _merged(parts):
    return parts[0] | parts[1]


def whole(document):
    """Return what an application says: with each applicant's language, which may be left out; without the sending."""
    said = document.model_dump(exclude={"reference", "sent_at"}, mode="json")
    for applicant in [said["main_applicant"], *said["co_applicants"]]:
        applicant["language"] = applicant["language"] or said["language"]
    return said


def sent_from(data):
    return document_of(data, reference="form-1", base=None, assurance=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(documents_(), st.sampled_from(["fi", "sv", "en"]), st.sampled_from(["fi", "sv", "en"]))
def test_application_survives_the_form(data, typed_in, read_in):
    sent = parse(data)

    with translation.override(typed_in):
        typed = json.loads(json.dumps(data_of_document(sent)))
    with translation.override(read_in):
        back = sent_from(typed)

    assert whole(back) == whole(sent)
    assert canonical(back) == canonical(sent)


@pytest.mark.django_db
@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],  # each takes a second: too slow to be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents_())
def test_application_survives_the_store_and_the_pages_of_the_form(data):
    """Each step is opened and saved as it stands, by somebody who changes nothing."""
    RateCount.objects.all().delete()  # of the applications before this one
    sent = parse(data)
    application = intake.send(sent, by=HOUSING_SYSTEM)
    stored = Stored.model_validate_json(application.version.content)
    somebody = Somebody(Client())
    somebody.client.cookies[cookies.acceptance_name()] = cookies.VERSION
    somebody.begin()
    drafts.edit_draft(somebody.draft, lambda draft: draft.update(data_of_document(stored)))

    for step in ("people", "home", "money", "wishes"):
        page = somebody.client.post(somebody.at(f"form_{step}"), inputs(somebody.go(step)))
        assert page.status_code == 302
    back = sent_from(somebody.data)

    assert Document.model_validate(back) == back
    assert canonical(back) == application.version.content
    assert back.sent_at <= timezone.now()


@pytest.mark.django_db
@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents_())
def test_application_survives_the_form_and_the_housing_systems_door(client, data):
    """What the form makes goes in through the API, and comes back to the form, unchanged."""
    RateCount.objects.all().delete()
    made = sent_from(json.loads(json.dumps(data_of_document(parse(data)))))
    _client, token = clients.issue(f"Housing system {secrets.token_hex(4)}")

    answer = client.post(
        "/api/v1/applications",
        made.model_dump_json(),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    stored = Application.objects.get(reference=references.normalise_reference(answer.json()["reference"])).version
    again = sent_from(data_of_document(Stored.model_validate_json(stored.content)))
    assert stored.content == canonical(parse(data)) == canonical(again)
