import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0008_learned_codes"),
        ("records", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordedAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("renewed", "renewed"), ("withdrawn", "withdrawn"), ("declined", "declined")],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "change",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recorded_act",
                        to="applications.statechange",
                    ),
                ),
                (
                    "id_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="applications.idcheck"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(models.F("id_check"), models.F("kind"), name="recorded_act_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("change", None), ("kind", "declined")),
                            models.Q(
                                ("change__isnull", False), ("kind__in", ["renewed", "withdrawn"]), ("undone_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="recorded_act_is_a_change_or_declining",
                    ),
                ],
            },
        ),
        # By hand: declining may be undone once.
        AppendOnly("RecordedAct", may_be_set=("undone_at",)),
    ]
