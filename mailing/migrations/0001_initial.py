import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import mailing.enums
import mailing.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="event")),
                (
                    "message",
                    models.CharField(choices=mailing.enums.kinds, max_length=40, verbose_name="kind of email"),
                ),
                (
                    "language",
                    models.CharField(choices=mailing.enums.languages, max_length=2, verbose_name="language"),
                ),
                ("to", models.EmailField(db_index=True, max_length=254, verbose_name="email address")),
                ("recipient", models.CharField(blank=True, db_default="", max_length=80)),
                ("about", models.CharField(blank=True, db_default="", max_length=40, verbose_name="about")),
                ("parameters", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "message_id",
                    models.CharField(
                        default=mailing.models.new_message_id,
                        max_length=300,
                        unique=True,
                        verbose_name="identifier (Message-ID)",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="to be sent"
                    ),
                ),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, verbose_name="tries")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("timeout", "The mail server did not answer in time"),
                            ("connection", "The mail server could not be reached"),
                            ("login", "The mail server did not accept our credentials"),
                            ("busy", "The mail server asked us to try again later"),
                            ("refused", "The mail server refused the email or its address"),
                            ("invalid", "The address or the subject cannot be used in an email"),
                            ("error", "A fault of this service"),
                        ],
                        db_default="",
                        max_length=20,
                        verbose_name="reason for failure",
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("dead_at", models.DateTimeField(null=True, verbose_name="given up")),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="no longer needed")),
                ("provider", models.CharField(blank=True, db_default="", max_length=40)),
                ("provider_message_id", models.CharField(blank=True, db_default="", max_length=300)),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered")),
                ("bounced_at", models.DateTimeField(null=True, verbose_name="returned undeliverable")),
                ("complained_at", models.DateTimeField(null=True, verbose_name="marked as junk mail")),
            ],
            options={
                "verbose_name": "email",
                "verbose_name_plural": "emails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at", None), ("dropped_at", None), ("sent_at", None)),
                        fields=["due_at", "id"],
                        name="letter_due",
                    ),
                    models.Index(
                        condition=models.Q(("dead_at__isnull", False), ("bounced_at__isnull", False), _connector="OR"),
                        fields=["created_at"],
                        name="letter_undeliverable",
                    ),
                    models.Index(fields=["about", "id"], name="letter_about"),
                    models.Index(fields=["recipient", "id"], name="letter_recipient"),
                    models.Index(
                        condition=models.Q(("provider_message_id", ""), _negated=True),
                        fields=["provider", "provider_message_id"],
                        name="letter_at_provider",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease", None), ("leased_until", None)),
                            models.Q(
                                ("lease__isnull", False),
                                ("leased_until__isnull", False),
                                ("dead_at", None),
                                ("dropped_at", None),
                                ("sent_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="letter_lease_whole_and_only_while_unended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dead_at", None), ("sent_at", None)),
                            models.Q(("dropped_at", None), ("sent_at", None)),
                            models.Q(("dead_at", None), ("dropped_at", None)),
                            _connector="OR",
                        ),
                        name="letter_ends_in_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dead_at", None), models.Q(("failure", ""), _negated=True), _connector="OR"
                        ),
                        name="letter_dead_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent_at", None), ("failure", ""), _connector="OR"),
                        name="letter_sent_without_failure",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at__isnull", False),
                            models.Q(("bounced_at", None), ("complained_at", None), ("delivered_at", None)),
                            _connector="OR",
                        ),
                        name="letter_followed_once_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivered_at", None), ("bounced_at", None), _connector="OR"),
                        name="letter_not_delivered_and_bounced",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackingEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=40)),
                ("message_id", models.CharField(max_length=300)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("bounced", "Bounced"),
                            ("rejected", "Rejected"),
                            ("failed", "Failed"),
                            ("complained", "Marked as junk mail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("recipient", models.CharField(max_length=254)),
                ("occurred_at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="mailing.letter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "message_id", "type", "recipient", "occurred_at"),
                        name="tracking_event_once",
                    )
                ],
            },
        ),
    ]
