from django.db import migrations, models

from records.append_only import AppendOnly

METHODS = [
    ("bank", "online banking codes"),
    ("mobile", "mobile certificate"),
    ("id_card", "certificate card"),
    ("wallet", "identity wallet"),
    ("strong", "strong electronic identification"),
    ("counter", "at customer service"),
    ("account", "email address and password"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0009_recorded_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="confirmation",
            name="means",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="confirmation",
            name="method",
            field=models.CharField(choices=METHODS, max_length=8),
        ),
        migrations.AlterField(
            model_name="statechange",
            name="how",
            field=models.CharField(blank=True, choices=METHODS, db_default="", max_length=8),
        ),
        # By hand: the guard knows the new column.
        AppendOnly("Confirmation", may_be_set=("undone_at",)),
    ]
