"""The app developers' door to devices, preferences and alerts."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.views import BY_ID, NOTHING, ReaderRequest, caller, problems
from articles.models import Follow, Reader, Tag
from articles.sessions import touch
from notifications.api.serializers import AlertSerializer, DeviceSerializer, PreferenceSerializer
from notifications.models import Alert, Device, Preference, QuietProfile
from notifications.registration import (
    DeviceTakenError,
    find_profile,
    register_device,
    set_preference,
)

SHOWN = [Alert.State.SENDING, Alert.State.SENT, Alert.State.PAUSED, Alert.State.EXPIRED]


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This device id belongs to another reader: make a new one."


def devices_of(reader: Reader) -> QuerySet[Device]:
    """A reader's devices; one whose session has ended is gone with it."""
    return Device.objects.filter(reader=reader, session__revoked_at__isnull=True)


@extend_schema(tags=["Devices"], parameters=[BY_ID])
class DeviceView(APIView):
    @extend_schema(
        summary="Register this app's device, or update it",
        description="Send the whole state; the id is a UUID that the app made. Safe to repeat.",
        request=DeviceSerializer,
        responses={200: DeviceSerializer, 201: DeviceSerializer} | problems(400, 401, 409),
    )
    def put(self, request: ReaderRequest, pk: UUID) -> Response:
        asked = DeviceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        today = timezone.now().date()
        try:
            device, is_new = register_device(request.auth, pk, asked.validated_data, today)
        except DeviceTakenError as error:
            raise Conflict from error
        touch(request.auth, today)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(DeviceSerializer(device).data, status=code)

    @extend_schema(summary="My device", responses={200: DeviceSerializer} | problems(401, 404))
    def get(self, request: ReaderRequest, pk: UUID) -> Response:
        device = get_object_or_404(devices_of(request.user), pk=pk)
        return Response(DeviceSerializer(device).data)

    @extend_schema(summary="Forget my device", responses={204: NOTHING} | problems(401, 404))
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        get_object_or_404(devices_of(request.user), pk=pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Preferences"])
class PreferenceView(APIView):
    @extend_schema(
        summary="When I may be disturbed",
        responses={200: PreferenceSerializer} | problems(401),
    )
    def get(self, request: ReaderRequest) -> Response:
        mine = Preference.objects.filter(reader=request.user).select_related("quiet_profile")
        preference = mine.first() or Preference(
            quiet_profile=QuietProfile(
                zone="UTC", start=Preference.QUIET_START, end=Preference.QUIET_END
            )
        )
        return Response(PreferenceSerializer(preference).data)

    @extend_schema(
        summary="Say when I may be disturbed",
        request=PreferenceSerializer,
        responses={200: PreferenceSerializer} | problems(400, 401),
    )
    def put(self, request: ReaderRequest) -> Response:
        asked = PreferenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        profile = find_profile(**wish["quiet_profile"])
        languages = list(dict.fromkeys(wish["languages"]))
        preference = set_preference(
            request.user.pk, profile, wish["daily_cap"], languages, timezone.now()
        )
        return Response(PreferenceSerializer(preference).data)


@extend_schema_view(
    get=extend_schema(
        tags=["Alerts"],
        summary="Alerts about the tags that I follow, newest first",
        responses={200: AlertSerializer(many=True)} | problems(400, 401),
    )
)
class AlertsView(generics.ListAPIView[Alert]):
    serializer_class = AlertSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "languages": self.languages}

    @cached_property
    def languages(self) -> list[str]:
        """The reader's, the favourite first; none where the reader has no wish."""
        mine = Preference.objects.filter(reader=caller(self.request))
        return mine.values_list("languages", flat=True).first() or []

    def get_queryset(self) -> QuerySet[Alert]:
        reader_id = caller(self.request)
        follows = Follow.objects.current().filter(reader_id=reader_id)
        why = Tag.objects.filter(pk__in=follows.values("tag")).order_by("name")
        heard = Alert.objects.for_reader(reader_id).in_languages(self.languages)
        mine = heard.filter(state__in=SHOWN)
        return mine.prefetch_related(Prefetch("tags", why)).order_by("-created_at", "-id")
