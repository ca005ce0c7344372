"""What apps send and receive about devices, preferences and alerts."""

from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers

from notifications.models import Alert, Device, Preference

MOST_A_DAY = 50


def check_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise serializers.ValidationError("Not an IANA zone such as Asia/Yerevan.")
    return zone


class DeviceSerializer(serializers.ModelSerializer[Device]):
    zone = serializers.CharField(validators=[check_zone], help_text="IANA: Asia/Yerevan")

    class Meta:
        model = Device
        fields = [
            "id",
            "platform",
            "app_version",
            "locale",
            "zone",
            "address_kind",
            "address",
            "state",
        ]
        read_only_fields = ["id", "state"]


class PreferenceSerializer(serializers.Serializer[Preference]):
    """Quiet hours in the reader's zone (equal: never quiet) and alerts a day (0: no cap)."""

    zone = serializers.CharField(validators=[check_zone], help_text="IANA: Asia/Yerevan")
    quiet_start = serializers.TimeField(format="%H:%M")
    quiet_end = serializers.TimeField(format="%H:%M")
    daily_cap = serializers.IntegerField(min_value=0, max_value=MOST_A_DAY)

    def to_representation(self, instance: Preference) -> dict[str, Any]:
        profile = instance.quiet_profile
        return {
            "zone": profile.zone,
            "quiet_start": f"{profile.start:%H:%M}",
            "quiet_end": f"{profile.end:%H:%M}",
            "daily_cap": instance.daily_cap,
        }


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert as the inbox shows it; `why` are the tags whose followers hear it."""

    story = serializers.UUIDField(source="story_id", allow_null=True)
    why = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = [
            "id",
            "story",
            "kind",
            "title",
            "body",
            "image_url",
            "link",
            "published_at",
            "created_at",
            "why",
        ]

    def get_why(self, alert: Alert) -> list[str]:
        return sorted(tag.name for tag in alert.tags.all())
