"""Take away indexes with whose column another one begins."""

import django.db.models.deletion
from django.db import migrations, models

from core.indexes import take_away


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("upstream", "0010_given_up_deliveries")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                take_away(
                    "upstream_event_client_id_a54fd807",
                    "upstream_idempotencyrecord_client_id_db61e35e",
                    "upstream_webhookdelivery_endpoint_id_ddedcdaf",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="event",
                    name="client",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="upstream.apiclient",
                    ),
                ),
                migrations.AlterField(
                    model_name="idempotencyrecord",
                    name="client",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="upstream.apiclient",
                    ),
                ),
                migrations.AlterField(
                    model_name="webhookdelivery",
                    name="endpoint",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="upstream.webhookendpoint",
                        verbose_name="receiver of events",
                    ),
                ),
            ],
        ),
    ]
