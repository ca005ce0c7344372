from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_who_sees_long_actions")]

    operations = [
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["shard", "reader"], name="device_by_shard"),
        ),
        migrations.AddIndex(
            model_name="preference",
            index=models.Index(fields=["shard", "reader"], name="preference_by_shard"),
        ),
    ]
