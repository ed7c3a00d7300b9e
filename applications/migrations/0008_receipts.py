from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import applications.references
from records.kept import KeepRows

AT_ONCE = 1000  # rows


def number(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Number the receipts that have been given; their guard does not know the column yet, and lets it be set."""
    Confirmation = apps.get_model("applications", "Confirmation")
    confirmations = Confirmation.objects.using(editor.connection.alias)
    while batch := list(confirmations.filter(number=None).only("pk").order_by("pk")[:AT_ONCE]):
        for confirmation in batch:
            confirmation.number = applications.references.new()
        confirmations.bulk_update(batch, ["number"])


class Migration(migrations.Migration):
    dependencies = [("applications", "0007_drafts"), ("records", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="confirmation",
            name="number",
            field=models.CharField(max_length=9, null=True),
        ),
        migrations.RunPython(number, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="confirmation",
            name="number",
            field=models.CharField(default=applications.references.new, max_length=9, unique=True),
        ),
        KeepRows("Confirmation", may_be_set=("undone_at",)),
    ]
