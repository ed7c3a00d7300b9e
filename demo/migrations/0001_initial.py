import django.db.models.deletion
from django.db import migrations, models

import core.crypto


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("applications", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BrokerKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("private", core.crypto.EncryptedTextField(context="demo.broker_key.private")),
            ],
        ),
        migrations.CreateModel(
            name="Code",
            fields=[
                ("code", models.CharField(max_length=43, primary_key=True, serialize=False)),
                ("grant", core.crypto.EncryptedTextField(context="demo.code.grant")),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                ("jti", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="DemoApplication",
            fields=[
                ("story", models.CharField(max_length=20, primary_key=True, serialize=False)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="applications.application"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DemoMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("to", models.CharField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("html", models.TextField()),
            ],
        ),
    ]
