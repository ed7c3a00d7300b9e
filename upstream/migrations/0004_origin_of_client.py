import django.db.models.deletion
from django.db import migrations, models


def give_origins(apps, schema_editor):
    """Let the applications of each known client be edited in both places, as until now."""
    ApiClient = apps.get_model("upstream", "ApiClient")
    Origin = apps.get_model("applications", "Origin")
    Application = apps.get_model("applications", "Application")
    for client in ApiClient.objects.all():
        client.origin = Origin.objects.create(name_fi=client.name)
        client.save(update_fields=["origin"])
        Application.objects.filter(intake__client=client).update(origin=client.origin)
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table with constraints still to be checked


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0016_origins"),
        ("upstream", "0003_limits_and_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="origin",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="client",
                to="applications.origin",
            ),
        ),
        migrations.RunPython(give_origins, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="apiclient",
            name="origin",
            field=models.OneToOneField(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="client",
                to="applications.origin",
            ),
        ),
    ]
