"""docs/security/decisions.md says what the code does."""

import importlib
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from identity import forms, guessable_passwords, sessions
from tests.security_controls import ROOT, find_guard

TEXT = (ROOT / "docs" / "security" / "decisions.md").read_text()
KINDS = [
    *("personal identity code", "name", "email address", "telephone number", "day", "application number"),
    *("line of text", "prose", "application", "JSON", "address to go on to"),
]
PAIRS = ["the main applicant", "what cannot be true", "the code on a document", "a confirmation is"]
FIELDS = ["personal identity code", "contact details, income", "contact details of a protected", "names and states"]


def section(heading):
    return TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def rows(heading):
    """Return the cells of each row of the table of a section."""
    lines = [line for line in section(heading).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def value_of(place):
    module, _, constant = place.rpartition(".")
    return getattr(settings if module == "settings" else importlib.import_module(module), constant)


def named(heading):
    return re.findall(r"`([a-z_]+(?:\.\w+)+)`", section(heading))


@pytest.mark.parametrize(
    ("heading", "begin"), [("What is taken", KINDS), ("What must go together", PAIRS), ("Which fields", FIELDS)]
)
def test_each_kind_of_input_and_field_is_decided_on(heading, begin):
    found = [row[0] for row in rows(heading)]

    assert [kind for kind in begin if not any(each.startswith(kind) for each in found)] == []
    assert [guard for guard in named(heading) if not find_guard(guard)] == []


def test_limits_are_those_of_the_code():
    limits = rows("Limits")
    told = {row[3].strip("`"): row[1] for row in limits}

    assert len(limits) == len(told) == 25
    assert {place: str(value_of(place)) for place in told} == told


def test_words_that_no_password_is_made_of_are_those_of_the_code():
    assert re.findall(r"`([a-z]+)`", section("Passwords")) == guessable_passwords.SERVICE
    assert f"At least {forms.SHORTEST_PASSWORD} characters" in section("Passwords")
    assert f"at most {forms.LONGEST_PASSWORD}" in section("Passwords")


def test_every_way_in_is_told():
    told = [row[3].strip("`") for row in rows("Ways in")]

    assert set(told) == {*settings.AUTHENTICATION_BACKENDS, "upstream.door.BearerToken"}
    assert [row[0] for row in rows("Ways in")][-2:] == ["staff", "housing systems"]


def test_times_of_sessions_are_those_of_the_code():
    people, staff = rows("Sessions")

    assert people[1].startswith(f"{settings.IDLE_MINUTES} minutes")
    assert staff[1].startswith(f"{sessions.STAFF_MINUTES} minutes")
    assert [row[2].partition(" (")[0] for row in (people, staff)] == [
        f"{settings.SESSION_COOKIE_AGE // 3600} hours"
    ] * 2
    assert "any number of sessions" in section("Sessions")
    assert "With a broker, each side has a session of its own." in section("Sessions")


@pytest.mark.parametrize("role", ["adviser", "supervisor"])
@pytest.mark.django_db
def test_roles_have_the_permissions_that_are_told(role):
    group = Group.objects.get(name=role)
    held = {
        f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.select_related("content_type")
    }
    (told,) = [set(re.findall(r"`([\w.]+)`", row[1])) for row in rows("Who may what") if row[0] == role]

    assert told == held


@pytest.mark.django_db
def test_operators_have_no_permission_for_applications_of_people():
    of_people = {"use_desk", "see_protected", "read_trail", "undo_check", "issue_account", "erase_person"}

    held = Group.objects.get(name="operator").permissions.values_list("codename", flat=True)

    assert of_people.isdisjoint(held)
    assert "nobody’s application" in section("Who may what")


def test_files_are_told_to_be_refused():
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == 0
    assert "No page and no operation takes a file" in section("Files")
