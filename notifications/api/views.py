"""The app developers' door to devices and preferences."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.views import BY_ID, NOTHING, ReaderRequest, problems
from articles.models import Reader
from articles.sessions import touch
from notifications.api.serializers import DeviceSerializer, PreferenceSerializer
from notifications.models import Device, Preference, QuietProfile
from notifications.preferences import Wish, set_preference
from notifications.registration import DeviceTakenError, register_device


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
                zone="UTC",
                start=Preference.QUIET_START,
                end=Preference.QUIET_END,
                digest_at=Preference.DIGEST_AT,
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
        facts = dict(asked.validated_data)
        times = facts.pop("quiet_profile")
        wish = Wish(
            zone=times["zone"],
            quiet_start=times["start"],
            quiet_end=times["end"],
            is_open_to_breaking=times["is_open_to_breaking"],
            digest_at=times["digest_at"],
            languages=tuple(facts.pop("languages")),
            **facts,
        )
        preference = set_preference(request.user.pk, wish, timezone.now())
        return Response(PreferenceSerializer(preference).data)
