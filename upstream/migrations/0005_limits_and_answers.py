import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("upstream", "0004_events_of_happenings")]

    operations = [
        migrations.AlterField(
            "idempotencyrecord", "body_digest", models.CharField(db_column="body_digest", max_length=64)
        ),
        migrations.RenameField("idempotencyrecord", "body_digest", "request_digest"),
        migrations.AddField("idempotencyrecord", "tag", models.CharField(db_default="", max_length=64)),
        migrations.AddField(
            "apiclient",
            "requests_a_minute",
            models.PositiveSmallIntegerField(
                db_default=300,
                default=300,
                help_text="How many requests the client may make within a minute",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(10000),
                ],
                verbose_name="requests a minute",
            ),
        ),
        migrations.AddConstraint(
            "apiclient",
            models.CheckConstraint(condition=models.Q(requests_a_minute__range=(1, 10000)), name="api_client_may_ask"),
        ),
        migrations.AlterField(
            "intake",
            "client",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intakes",
                to="upstream.apiclient",
            ),
        ),
        migrations.AddIndex("intake", models.Index(models.F("client"), models.F("id"), name="intake_of_client")),
    ]
