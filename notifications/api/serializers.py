"""What apps send and receive about devices, preferences and alerts."""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from articles.api.fields import FlagField, IdField, TextField, WholeField
from articles.language import base_language
from articles.models import Tag
from notifications.addresses import BadAddressError, check_address
from notifications.models import Alert, Device, Preference, Reaction
from notifications.standing import Stand, Standing

MOST_A_DAY = 50
LONGEST_GAP = 24 * 60
MOST_REACTIONS = 500
MOST_LANGUAGES = 20


def check_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise serializers.ValidationError("Not an IANA zone such as Asia/Yerevan.")


@extend_schema_field(
    {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "example": "22:00"}
)
class ClockField(serializers.TimeField):
    """An hour and a minute on the reader's clock; `format: time` would ask for seconds."""

    format = "%H:%M"
    input_formats = ["%H:%M"]


class LanguageField(serializers.RegexField):
    """A language of alerts; a region is left out, since no alert is for one country's spelling."""

    def __init__(self, **options: Any) -> None:
        pattern = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9_-]+)?\Z"
        super().__init__(pattern, max_length=35, trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> str:
        return base_language(super().run_validation(data))  # what was sent is looked at, all of it


class DeviceSerializer(serializers.ModelSerializer[Device]):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }
    zone = TextField(validators=[check_zone], help_text="IANA: Asia/Yerevan")

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
            "address_keys",
            "state",
        ]
        read_only_fields = ["id", "state"]
        # What a PUT leaves out is emptied, not kept: it carries the whole state.
        extra_kwargs = {name: {"default": ""} for name in ("app_version", "locale", "address_keys")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["address_kind"]
        if kind == Device.AddressKind.WEB_PUSH and not settings.VAPID_PRIVATE_KEY:
            raise serializers.ValidationError({"address_kind": "Web Push is off on this server."})
        try:
            check_address(kind, attrs["address"], attrs["address_keys"], settings.WEB_PUSH_HOSTS)
        except BadAddressError as error:
            raise serializers.ValidationError({error.field: error.reason}) from error
        return attrs


class PreferenceSerializer(serializers.Serializer[Preference]):
    """When, how often and in which languages the reader may be disturbed. Quiet hours in the
    reader's zone (equal: never quiet), alerts a day (0: no cap), minutes between two (0: none).
    """

    is_on = FlagField(default=True, help_text="False: no alert and no digest.")
    zone = TextField(
        source="quiet_profile.zone", validators=[check_zone], help_text="IANA: Asia/Yerevan"
    )
    quiet_start = ClockField(source="quiet_profile.start")
    quiet_end = ClockField(source="quiet_profile.end")
    is_open_to_breaking = FlagField(
        source="quiet_profile.is_open_to_breaking",
        default=False,
        help_text="Breaking news may pass the quiet hours.",
    )
    digest_at = ClockField(
        source="quiet_profile.digest_at",
        default=Preference.DIGEST_AT,
        allow_null=True,
        help_text="When what waited comes as one message, in the same zone. Null: never.",
    )
    daily_cap = WholeField(min_value=0, max_value=MOST_A_DAY)
    gap_minutes = WholeField(
        default=Preference.GAP_MINUTES,
        min_value=0,
        max_value=LONGEST_GAP,
        help_text="Between two alerts; breaking news does not wait.",
    )
    languages = serializers.ListField(
        child=LanguageField(),
        default=list,
        max_length=MOST_LANGUAGES,
        help_text="Of alerts, the favourite first: en, hy. Empty: all.",
    )


class StandingSerializer(serializers.Serializer[Stand]):
    """Whether a phone of the reader shows an alert, or why not."""

    standing = serializers.ChoiceField(choices=[each.value for each in Standing])
    until = serializers.DateTimeField(
        allow_null=True, help_text="When it comes; for `asleep` only."
    )


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert as the inbox shows it; `why` are the tags through which the reader hears it."""

    image_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")
    story = serializers.UUIDField(source="story_id", read_only=True, allow_null=True)
    why: serializers.SlugRelatedField[Tag] = serializers.SlugRelatedField(
        source="tags", slug_field="name", many=True, read_only=True
    )

    told = serializers.SerializerMethodField(help_text="Whether it was shown, or why not.")

    class Meta:
        model = Alert
        fields = [
            "id",
            "story",
            "kind",
            "is_breaking",
            "title",
            "body",
            "image_url",
            "link",
            "published_at",
            "created_at",
            "why",
            "told",
        ]
        read_only_fields = fields

    @extend_schema_field(StandingSerializer)
    def get_told(self, alert: Alert) -> dict[str, Any]:
        stand = self.context["stands"].get(alert.pk)
        standing = stand.standing if stand else Standing.STOPPED
        until = stand.until if stand else None
        return {"standing": standing.value, "until": until}

    def to_representation(self, instance: Alert) -> dict[str, Any]:
        """In the reader's favourite language of those that the alert was told in."""
        shown: dict[str, Any] = super().to_representation(instance)
        variant = instance.told_in(self.context["languages"])
        words = ("title", "body", "image_url", "link")
        return shown | {name: getattr(variant, name) for name in words}


class UnreadSerializer(serializers.Serializer[Any]):
    unread = serializers.IntegerField(help_text="At most 99.")


class ReactionSerializer(serializers.Serializer[Reaction]):
    """What the app saw of one alert."""

    alert = IdField()
    kind = serializers.ChoiceField(choices=Reaction.Kind.choices)
    at = serializers.DateTimeField(help_text="When it happened, by the device's clock.")


class ReactionsSerializer(serializers.Serializer[Any]):
    """Reports of one app. Sending them again changes nothing."""

    reactions = serializers.ListField(
        child=ReactionSerializer(), allow_empty=False, max_length=MOST_REACTIONS
    )


class KnownSerializer(serializers.Serializer[Any]):
    known = serializers.IntegerField(help_text="How many were about alerts that exist.")
