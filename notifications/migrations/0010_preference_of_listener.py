from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0009_by_shard")]

    operations = [
        migrations.AddIndex(
            model_name="preference",
            index=models.Index(
                fields=["shard", "reader"],
                include=[
                    "is_on",
                    "quiet_profile",
                    "previous_quiet_profile",
                    "quiet_changed_at",
                    "languages",
                    "daily_cap",
                    "gap_minutes",
                ],
                name="preference_of_listener",
            ),
        ),
        migrations.RemoveIndex(model_name="preference", name="preference_by_shard"),
    ]
