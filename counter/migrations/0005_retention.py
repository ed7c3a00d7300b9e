"""Figures that stay when what they count is removed, and the supervisor's right to erase."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

PERMISSION = "erase_person"


def let_supervisors_erase(apps, schema_editor):
    # Django makes permissions after the last migration; the role needs this one now.
    create_permissions(installed.get_app_config("counter"), verbosity=0, apps=apps)
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="counter", codename=PERMISSION
    )
    apps.get_model("auth", "Group").objects.get(name="supervisor").permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("counter", "0004_roles"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.AlterModelOptions(
            name="idcheck",
            options={
                "default_permissions": (),
                "permissions": [
                    ("use_desk", "Serves people at the counter"),
                    ("issue_account", "Issues accounts"),
                    ("decide_check", "Takes a second look at doubtful checks"),
                    ("undo_check", "Undoes checks"),
                    ("see_protected", "Sees details under non-disclosure"),
                    ("set_protected", "Sets and removes non-disclosure"),
                    ("read_trail", "Reads who looked at what"),
                    ("read_statistics", "Reads the statistics"),
                    (PERMISSION, "Erases what is held of a person"),
                ],
                "verbose_name": "ID check",
                "verbose_name_plural": "ID checks",
            },
        ),
        migrations.CreateModel(
            name="RemovedFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("figure", models.CharField(max_length=20)),
                ("value", models.CharField(blank=True, max_length=20)),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint("month", "figure", "value", name="removed_figure_once"),
                ],
            },
        ),
        migrations.RunPython(let_supervisors_erase, migrations.RunPython.noop),
    ]
