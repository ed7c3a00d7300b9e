"""docs/data-protection.md says what is stored, for how long and who may see it: as the code has it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "data-protection.md").read_text()
# Of the project and its libraries: words, settings of the operator, counts. No row is about a person who applies.
ABOUT_NOBODY = {
    *("auth_group", "auth_permission", "django_admin_log", "django_content_type"),
    *("account_emailaddress", "account_emailconfirmation"),  # allauth's, which stay empty here
    *("counter_countedday", "counter_counter", "counter_documenttype", "counter_exceptionalhours", "counter_notice"),
    *("counter_removedfigure", "counter_weeklyhours", "identity_brokeroutage", "mailing_pace"),
    *("mailing_workerheartbeat", "records_auditsender", "records_commandrun", "records_permit"),
    "upstream_lostnumbers",
}


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def rows(text):
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in lines]


def test_every_table_is_in_the_inventory_or_is_about_nobody():
    named = set(re.findall(r"`([a-z_]+)`", "".join(cells[1] for cells in rows(section("What is stored")))))
    ours = {model._meta.db_table for model in apps.get_models() if model._meta.app_label != "demo"}

    assert sorted(ours - named - ABOUT_NOBODY) == []
    assert sorted(named - ours) == []
    assert sorted(named & ABOUT_NOBODY) == []


def test_what_is_called_encrypted_is():
    encrypted = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label != "demo"
        and any(type(field).__name__ == "EncryptedTextField" for field in model._meta.local_fields)
    }
    said = {
        table
        for cells in rows(section("What is stored"))[2:]
        if cells[3] != "–"
        for table in re.findall(r"`([a-z_]+)`", cells[1])
    }

    assert sorted(encrypted - said) == []


def test_retention_times_are_those_of_the_settings():
    documented = {cells[1].strip("`"): int(cells[2]) for cells in rows(section("Retention"))[2:] if cells[1] != "–"}
    kept = {name: getattr(settings, name) for name in dir(settings) if re.fullmatch(r"RETENTION_\w+_DAYS", name)}

    assert documented == {**kept, "DRAFT_DAYS": settings.DRAFT_DAYS}


@pytest.mark.django_db
def test_the_matrix_of_rights_is_that_of_the_roles():
    found = [cells for cells in rows(section("Matrix of rights")) if cells[0].startswith("`")]
    rights = {cells[0].split("`")[1]: cells[1:] for cells in found}
    matrix = {
        role: {right for right, allowed in rights.items() if allowed[column] == "yes"}
        for column, role in enumerate(["adviser", "supervisor", "operator"])
    }
    # Rights to edit the service's own settings are told in words.
    held = {
        role: {
            f"{right.content_type.app_label}.{right.codename}"
            for right in Group.objects.get(name=role).permissions.select_related("content_type")
            if not re.match("(view|add|change|delete)_", right.codename)
        }
        for role in matrix
    }

    assert matrix == held
    assert set().union(*held.values()) == set(rights)
