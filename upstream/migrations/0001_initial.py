import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

import core.crypto


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("applications", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                ("revoked_at", models.DateTimeField(editable=False, null=True, verbose_name="revoked")),
            ],
            options={
                "verbose_name": "API client",
                "verbose_name_plural": "API clients",
            },
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="intakes", to="upstream.apiclient"
                    ),
                ),
                ("reference", models.CharField(max_length=64)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("client"), models.F("reference"), name="intake_reference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="upstream.apiclient"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("body_digest", models.CharField(max_length=64)),
                ("status_code", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        db_index=True,
                        default=django.utils.timezone.now,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("client"), models.F("key"), name="idempotency_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="upstream.apiclient"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="applications.application",
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="event",
                        to="applications.statechange",
                    ),
                ),
                ("data", models.JSONField()),
                ("collected_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(models.F("client"), models.F("id"), name="event_of_client"),
                    models.Index(models.F("application"), models.F("id"), name="event_of_application"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endpoints",
                        to="upstream.apiclient",
                        verbose_name="API client",
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("secret", core.crypto.EncryptedTextField(context="upstream.webhookendpoint.secret")),
                (
                    "former_secret",
                    core.crypto.EncryptedTextField(context="upstream.webhookendpoint.former_secret", null=True),
                ),
                ("former_until", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                ("paused_until", models.DateTimeField(editable=False, null=True)),
                ("disabled_at", models.DateTimeField(editable=False, null=True, verbose_name="disabled")),
            ],
            options={
                "verbose_name": "receiver of events",
                "verbose_name_plural": "receivers of events",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("client"),
                        models.F("url"),
                        condition=models.Q(("disabled_at", None)),
                        name="webhook_endpoint_once_while_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("former_secret", None), ("former_until", None)),
                            models.Q(("former_secret__isnull", False), ("former_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="webhook_endpoint_former_secret_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="upstream.webhookendpoint",
                        verbose_name="receiver of events",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="upstream.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="applications.application",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="created"),
                ),
                (
                    "due_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="due"),
                ),
                ("tried_until", models.DateTimeField(verbose_name="tried until")),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(db_default=0, verbose_name="tries")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("timeout", "The receiver did not answer in time"),
                            ("connection", "The receiver could not be reached"),
                            ("certificate", "The receiver’s certificate cannot be trusted"),
                            ("address", "The receiver’s address is not public"),
                            (
                                "redirect",
                                "The receiver redirected us to another address, and we do not follow redirects",
                            ),
                            ("busy", "The receiver asked us to try again later"),
                            ("status", "The receiver answered that it did not accept the event"),
                            ("gone", "The receiver no longer takes events"),
                            ("disabled", "The receiver was disabled here"),
                            ("error", "A fault of this service"),
                        ],
                        db_default="",
                        max_length=11,
                        verbose_name="failure",
                    ),
                ),
                ("status_code", models.PositiveSmallIntegerField(null=True, verbose_name="answer")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up")),
            ],
            options={
                "verbose_name": "delivery of an event",
                "verbose_name_plural": "deliveries of events",
                "indexes": [
                    models.Index(
                        models.F("endpoint"),
                        models.F("due_at"),
                        models.F("event"),
                        condition=models.Q(("delivered_at", None), ("given_up_at", None)),
                        name="webhook_delivery_due",
                    ),
                    models.Index(
                        models.F("application"),
                        models.F("endpoint"),
                        models.F("event"),
                        condition=models.Q(("delivered_at", None), ("given_up_at", None)),
                        name="webhook_delivery_in_order",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint", "event"), name="webhook_delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("delivered_at", None), ("given_up_at", None), _connector="OR"),
                        name="webhook_delivery_ends_in_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_up_at", None), models.Q(("failure", ""), _negated=True), _connector="OR"
                        ),
                        name="webhook_delivery_given_up_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease", None), ("leased_until", None)),
                            models.Q(
                                ("lease__isnull", False),
                                ("leased_until__isnull", False),
                                ("delivered_at", None),
                                ("given_up_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="webhook_delivery_lease_whole_and_only_while_unended",
                    ),
                ],
            },
        ),
    ]
