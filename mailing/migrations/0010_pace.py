from django.db import migrations, models

import core.transactions
from mailing.enums import Rank


class Migration(migrations.Migration):
    dependencies = [("mailing", "0009_index_of_failed_emails")]

    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name="letter",
            name="due_at",
            field=models.DateTimeField(db_default=core.transactions.TransactionTime(), verbose_name="to be sent"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="rank",
            field=models.SmallIntegerField(
                choices=Rank.choices, db_default=1, default=1, verbose_name="order of sending"
            ),
        ),
    ]
