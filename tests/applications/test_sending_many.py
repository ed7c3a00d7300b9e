"""Many applications stored at once leave the rows that they leave when each is sent by itself."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import document, intake, reading
from applications.enums import Transition
from applications.models import (
    Applicant,
    Application,
    Happening,
    Invitation,
    NamePart,
    StateChange,
    Version,
)
from core.actors import UNIDENTIFIED
from mailing.enums import Rank
from mailing.models import Letter
from records.models import Chain, Entry
from records.verify import verify_everything
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM
from tests.counter.checks import ETHAN
from tests.counter.learned import KNOWN_ETHAN, change_code

pytestmark = pytest.mark.django_db

# Random, or digests of what is random, or by the clock of the database.
LEFT_OUT = {
    Application: {"reference"},
    Version: {"salt", "digest"},
    Applicant: {"given_details"},
    Invitation: {"nonce", "token_hash", "code_hash"},
    Letter: {"message_id", "code_hash", "created_at", "due_at", "rank"},  # those of many leave as a wave
    Chain: {"head", "seal"},
    Entry: {"previous", "mac"},
}
PROTECTED = {"non_disclosure": True}
NAMESAKE = {"first_names": "Vera", "last_name": "Virtanen", "birth_date": "1994-05-03"}


@pytest.fixture(autouse=True)
def _at_one_moment(time_machine):
    time_machine.move_to(timezone.now().replace(microsecond=0), tick=False)


def household(main, *others, language="fi", **of_each):
    """Return a document of these people; what stands in a person of the cast themselves wins."""
    people = [{**cast.applicant(who, language=language, **of_each), **who} for who in (main, *others)]
    return cast.document(main, language=language, main_applicant=people[0], co_applicants=people[1:])


def varied():
    """Return documents of all sorts, of which some change what is known of the people of others."""
    one_address = {"email": "family@example.test"}
    found = [
        household(cast.MAIJA),
        household(cast.MAIJA, cast.OLLI, language="sv"),
        household(cast.OLLI, {**cast.VERA, "email": None}, {**cast.VILLE, "phone": None}, language="en"),
        household({**cast.OLLI, "email": None}, {**cast.MAIJA, "language": None}),
        household(cast.VERA),  # before she is marked
        household(cast.VILLE, {**cast.VERA, **PROTECTED}, cast.TEA),
        household(cast.VERA, cast.VILLE, **one_address),  # and after
        household(cast.MAIJA, NAMESAKE),  # who may be Vera
        household(cast.OTSO, ETHAN, cast.TEA),
        household(cast.OTSO, {"first_names": "Ng", "last_name": None, "birth_date": "1980-01-31"}, **one_address),
        household({**cast.OTSO, **PROTECTED}, cast.MAIJA),
    ]
    days = dt.timedelta(days=1)
    return [
        document.parse(each | {"reference": str(number), "sent_at": (timezone.now() - number * days).isoformat()})
        for number, each in enumerate(found)
    ]


def stored(send):
    """Return the rows that sending leaves, by table, with the numbers of documents in the place of keys."""
    with transaction.atomic():
        before = {model: set(model.objects.values_list("pk", flat=True)) for model in (*LEFT_OUT, *TABLES)}
        sent = send()
        rows = {model: described(model, before[model], sent) for model in before}
        assert not list(verify_everything())
        transaction.set_rollback(True)
    return rows


TABLES = (NamePart, StateChange, Happening)


def described(model, before, sent):
    numbers = {application.pk: number for number, application in enumerate(sent)}
    versions = dict(Version.objects.values_list("pk", "application"))
    slots = {
        pk: f"{numbers.get(versions[v])}.{position}"
        for pk, v, position in Applicant.objects.values_list("pk", "version", "position")
    }
    invited = dict(Invitation.objects.values_list("pk", "applicant"))
    chains = dict(Chain.objects.values_list("pk", "name"))
    changes = dict(StateChange.objects.values_list("pk", "application"))
    keys = {
        "application_id": numbers.get,
        "version_id": lambda key: numbers.get(versions[key]),
        "current_id": lambda key: numbers.get(versions[key]),
        "applicant_id": slots.get,
        "change_id": lambda key: numbers.get(changes[key]),
        "chain_id": lambda key: named(chains[key]),
        "name": lambda text: named(text),
        "subject": lambda text: named(text),
        "recipient": lambda text: named(text),
        "about": {application.reference: number for number, application in enumerate(sent)}.get,
        "key": lambda text: text.partition(":")[0],
        "part": bytes,
    }

    def named(text):
        text = re.sub(r"application (\d+)", lambda found: f"application {numbers.get(int(found[1]))}", text)
        return re.sub(r"applicant (\d+)", lambda found: f"applicant {slots[int(found[1])]}", text)

    def of_letter(parameters):
        about = {"reference": "", "number": ""}
        if "invitation" in parameters:
            about["invitation"] = slots[invited[parameters["invitation"]]]
        return str(sorted((parameters | about).items()))

    keys["parameters"] = of_letter
    columns = {field.attname for field in model._meta.concrete_fields} - {"id"} - LEFT_OUT.get(model, set())
    return sorted(
        (
            tuple(
                (name, keys[name](row[name]) if name in keys and row[name] is not None else row[name])
                for name in sorted(columns)
            )
            for row in model.objects.exclude(pk__in=before).values(*columns)
        ),
        key=str,
    )


def test_rows_are_the_same_whether_sent_one_by_one_or_together():
    documents = varied()

    alone = stored(lambda: [intake.send(each, by=HOUSING_SYSTEM) for each in documents])
    together = stored(lambda: intake.send_many(documents, by=HOUSING_SYSTEM))

    for model, rows in alone.items():
        assert together[model] == rows, model
    assert {len(alone[model]) for model in (Application, Version, StateChange, Happening)} == {len(documents)}


def test_letters_see_of_a_new_application_what_is_stored(monkeypatch):
    """Its letters are made of what was just stored, without reading it again."""
    known, put = [], reading.just_sent
    monkeypatch.setattr(reading, "just_sent", lambda *new: known.append(put(*new)) or known[-1])

    for each in varied():
        intake.send(each, by=UNIDENTIFIED)
        one = known.pop()
        read = reading.application(one.pk)
        assert (one.was_valid, one.origin) == (read.was_valid, read.origin)
        pairs = [(one, read), (one.version, read.version), *zip(one.applicants, read.applicants, strict=True)]
        for mine, stored_one in pairs:
            for field in mine._meta.concrete_fields:
                assert getattr(mine, field.attname) == getattr(stored_one, field.attname), field
        for mine, stored_one in zip(one.applicants, read.applicants, strict=True):
            assert mine.version is one.version
            assert (mine.confirmed, mine.live_invitation) == (stored_one.confirmed, None)
        assert one.version.created_at.isoformat() == read.version.created_at.isoformat()


def test_random_columns_differ_and_are_filled():
    together = intake.send_many(varied(), by=HOUSING_SYSTEM)

    for model, columns in LEFT_OUT.items():
        for column in columns:
            values = list(model.objects.values_list(column, flat=True))
            assert all(values) or column == "previous", (model, column)
            may_repeat = column in {"created_at", "due_at", "given_details", "rank", "previous"}
            assert may_repeat or len(set(values)) == len(values), (model, column)
    call_command("verify_applications")
    assert [each.reference for each in together] == [
        Application.objects.get(pk=each.pk).reference for each in together
    ]


def test_emails_of_many_leave_after_those_of_one():
    """Whoever sends an application during an import is answered as on any day (ADR 51)."""
    intake.send_many(varied()[:2], by=HOUSING_SYSTEM)
    many = set(Letter.objects.values_list("rank", flat=True))
    Letter.objects.all().delete()
    intake.send(varied()[0], by=HOUSING_SYSTEM)

    assert (many, set(Letter.objects.values_list("rank", flat=True))) == ({Rank.WAVE}, {Rank.NEWS})


def test_marks_hold_whichever_document_brings_them():
    """R16: Vera's mark comes with the sixth document, and holds in those before and after."""
    sent = intake.send_many(varied(), by=HOUSING_SYSTEM)

    veras = Applicant.objects.filter(first_names="Vera")
    assert set(veras.values_list("protected", flat=True)) == {True}
    otsos = Applicant.objects.filter(first_names="Otso")
    assert set(otsos.values_list("protected", flat=True)) == {True}
    assert Applicant.objects.filter(protected=True).count() == len(veras) + len(otsos)
    assert Entry.objects.filter(chain__name=f"application {sent[4].pk}").count() == 2  # sent, and marked later


def test_code_that_has_changed_is_kept():
    """R3: the sender may not know of it."""
    changed = intake.send(document.parse(cast.document(cast.OTSO, cast.OLLI)), by=HOUSING_SYSTEM)
    change_code(changed)
    documents = [
        document.parse(cast.document(*people, reference=str(number)))
        for number, people in enumerate([(cast.MAIJA,), (cast.VERA, cast.OLLI), (cast.VILLE,)])
    ]

    _, sent, _ = intake.send_many(documents, by=HOUSING_SYSTEM)

    assert sent.version.applicants.get(position=1).hetu != cast.OLLI["hetu"]


def test_known_code_of_somebody_is_no_other_person():
    known = {key: value for key, value in KNOWN_ETHAN.items() if key != "birth_date"}

    first, second = intake.send_many(
        [document.parse(cast.document(cast.MAIJA, who)) for who in (ETHAN, known)], by=HOUSING_SYSTEM
    )

    assert [each.version.applicants.get(position=1).hetu_index is None for each in (first, second)] == [True, False]


def test_number_of_statements_does_not_depend_on_the_number_of_applications():
    taken = []
    for count in (3, 12):  # SQLite takes more in several statements
        documents = [document.parse(household(cast.MAIJA, cast.OLLI)) for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            intake.send_many(documents, by=HOUSING_SYSTEM)
        taken.append(len(captured))

    assert taken[0] == taken[1]


def test_nothing_to_send():
    assert intake.send_many([], by=HOUSING_SYSTEM) == []


def test_form_sends_one_by_one_by_the_same_way():
    sent = intake.send(document.parse(cast.document(cast.MAIJA)), by=UNIDENTIFIED)

    assert list(sent.changes.values_list("transition", flat=True)) == [Transition.SENT]
    assert (sent.state, sent.due_at) == ("awaiting", sent.sent_at)
