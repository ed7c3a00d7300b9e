"""The operator may add, look at and change what the housing system's events are sent to, and replay them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = [
    "view_webhookendpoint",
    "add_webhookendpoint",
    "change_webhookendpoint",
    "view_webhookdelivery",
    "change_webhookdelivery",
]


def give_rights(apps, schema_editor):
    # Django makes permissions after the last migration; the role needs them now.
    create_permissions(installed.get_app_config("upstream"), verbosity=0, apps=apps)
    operator = apps.get_model("auth", "Group").objects.get(name="operator")
    rights = apps.get_model("auth", "Permission").objects
    operator.permissions.add(*rights.filter(content_type__app_label="upstream", codename__in=RIGHTS))


class Migration(migrations.Migration):
    dependencies = [
        ("upstream", "0002_webhooks"),
        ("counter", "0004_roles"),  # makes the role
    ]
    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
