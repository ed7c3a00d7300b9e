from django.conf import settings
from django.db import migrations, models

from records.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0005_code_on_document"),
        ("counter", "0002_confirming_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="secondlook",
            name="superseded",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="secondlook",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted", False), ("superseded", False), _connector="OR"),
                name="second_look_accepted_or_superseded",
            ),
        ),
        # By hand: the guard of the table knows the new column.
        AppendOnly("SecondLook"),
    ]
