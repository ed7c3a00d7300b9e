"""What housing systems are told of has rows of its own (ADR 45)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from records.append_only import AppendOnly

TRANSITIONS = ["sent", "confirmed", "changed", "undone", "renewed", "lapsed", "expired", "withdrawn", "replaced"]


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0015_given_details"),
    ]

    operations = [
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
        AppendOnly("Happening"),
    ]
