"""What housing systems are told of has rows of its own: the changes of state until now get theirs (ADR 45)."""

import datetime as dt
from itertools import groupby
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from records.append_only import AppendOnly

DAYS = 90  # R5
NEW_VERSION, NEW_PERIOD = ("sent", "changed"), ("sent", "changed", "renewed")
ROWS = 2_000
TRANSITIONS = ["sent", "confirmed", "changed", "undone", "renewed", "lapsed", "expired", "withdrawn", "replaced"]


def tell_of_changes(apps: Any, _schema: Any) -> None:
    """Write a row for each change of state: with the version and the period that the changes before it made."""
    Happening = apps.get_model("applications", "Happening")  # a class
    StateChange = apps.get_model("applications", "StateChange")
    Version = apps.get_model("applications", "Version")
    made: list[Any] = []
    changes = StateChange.objects.order_by("application", "pk").values_list(
        "application", "pk", "transition", "to_state", "at", "source", "application__valid_until"
    )
    for application, rows in groupby(changes.iterator(ROWS), key=lambda row: row[0]):
        versions = list(
            Version.objects.filter(application=application).order_by("number").values_list("pk", flat=True)
        )
        number, valid_until = 0, None
        for _, change, kind, state, at, source, present in rows:
            number += kind in NEW_VERSION
            if kind in NEW_PERIOD:
                valid_until = timezone.localdate(at) + dt.timedelta(days=DAYS)
            made.append(
                Happening(
                    application_id=application,
                    change_id=change,
                    kind=kind,
                    version_id=versions[min(max(number, 1), len(versions)) - 1],
                    state=state,
                    valid_until=valid_until or present,
                    source=source,
                    at=at,
                )
            )
        if len(made) >= ROWS:
            Happening.objects.bulk_create(made)
            made.clear()
    Happening.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0014_paper_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="applicant",
            name="given_details",
            field=models.CharField(blank=True, db_default="", default="", max_length=98),
        ),
        migrations.CreateModel(
            name="Happening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sent", "Application sent"),
                            ("confirmed", "Application confirmed by all applicants"),
                            ("changed", "Application edited"),
                            ("undone", "Application waiting again because a confirmation was undone"),
                            ("renewed", "Application renewed"),
                            ("lapsed", "Application lapsed"),
                            ("expired", "Application expired"),
                            ("withdrawn", "Application withdrawn"),
                            ("replaced", "Application replaced by another one"),
                            ("person_confirmed", "Application confirmed by an applicant"),
                            ("person_declined", "Application declined by an applicant"),
                            ("declining_undone", "Declining of an application undone"),
                            ("error_reported", "Error reported"),
                            ("invitation_opened", "Invitation opened"),
                            ("invitation_undeliverable", "Invitation could not be delivered"),
                            ("contact_details_changed", "Contact details changed"),
                            ("code_learned", "Personal identity code recorded from a document"),
                            ("code_taken_back", "Recording of a personal identity code undone"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("awaiting", "Sent – waiting for confirmation"),
                            ("valid", "Valid"),
                            ("lapsed", "Lapsed – not confirmed in time"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced by a new one"),
                        ],
                        max_length=9,
                    ),
                ),
                ("valid_until", models.DateField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "an applicant"),
                            ("counter", "customer service"),
                            ("housing_system", "the housing system"),
                            ("clock", "the end of a time limit"),
                            ("form", "the form, without identification"),
                        ],
                        max_length=14,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.applicant",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="happenings",
                        to="applications.application",
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="happening",
                        to="applications.statechange",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(Q(kind__in=TRANSITIONS, change__isnull=False))
                        | Q(~Q(kind__in=TRANSITIONS), change=None),
                        name="happening_with_its_change",
                    )
                ],
            },
        ),
        migrations.RunPython(tell_of_changes, migrations.RunPython.noop, elidable=False),
        AppendOnly("Happening"),
    ]
