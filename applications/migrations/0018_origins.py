import django.db.models.deletion
from django.db import migrations, models

import applications.models.origin


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0017_happenings_of_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Origin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "changed_in",
                    models.CharField(
                        choices=[
                            ("here", "Only in this service"),
                            ("there", "Only in the housing system"),
                            ("both", "In both"),
                        ],
                        db_default="both",
                        default="both",
                        max_length=5,
                        verbose_name="where applications are edited",
                    ),
                ),
                (
                    "name_fi",
                    models.CharField(
                        max_length=100,
                        verbose_name="name in Finnish",
                    ),
                ),
                (
                    "name_sv",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=100, verbose_name="name in Swedish"
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=100, verbose_name="name in English"
                    ),
                ),
                (
                    "change_link",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=500,
                        validators=[applications.models.origin.check_change_link],
                        verbose_name="address of its page for editing",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="application",
            name="origin",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.origin",
            ),
        ),
    ]
