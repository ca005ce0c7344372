"""The app developers' door to devices, preferences and alerts."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.views import NOTHING, UNKNOWN, ReaderRequest
from notifications.api.serializers import AlertSerializer, DeviceSerializer, PreferenceSerializer
from notifications.models import Alert, Device, Preference, QuietProfile
from notifications.registration import (
    DeviceTakenError,
    find_profile,
    register_device,
    set_preference,
)


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This device id belongs to another reader: make a new one."


@extend_schema(tags=["Devices"])
class DeviceView(APIView):
    @extend_schema(
        summary="Register this app's device, or update it",
        description="Send the whole state; the id is a UUID that the app made. Safe to repeat.",
        request=DeviceSerializer,
        responses={
            200: DeviceSerializer,
            201: DeviceSerializer,
            409: OpenApiResponse(description="The id is another reader's."),
        },
    )
    def put(self, request: ReaderRequest, pk: UUID) -> Response:
        asked = DeviceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            device, is_new = register_device(request.auth, pk, asked.validated_data)
        except DeviceTakenError as error:
            raise Conflict from error
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(DeviceSerializer(device).data, status=code)

    @extend_schema(summary="My device", responses={200: DeviceSerializer, 404: UNKNOWN})
    def get(self, request: ReaderRequest, pk: UUID) -> Response:
        device = get_object_or_404(Device, pk=pk, reader=request.user)
        return Response(DeviceSerializer(device).data)

    @extend_schema(summary="Forget my device", responses={204: NOTHING, 404: UNKNOWN})
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        get_object_or_404(Device, pk=pk, reader=request.user).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Alerts"])
class PreferenceView(APIView):
    @extend_schema(summary="When I may be disturbed", responses=PreferenceSerializer)
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
        responses=PreferenceSerializer,
    )
    def put(self, request: ReaderRequest) -> Response:
        asked = PreferenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        profile = find_profile(wish["zone"], wish["quiet_start"], wish["quiet_end"])
        preference = set_preference(request.user.pk, profile, wish["daily_cap"], timezone.now())
        return Response(PreferenceSerializer(preference).data)


@extend_schema(tags=["Alerts"])
class AlertsView(generics.ListAPIView[Alert]):
    serializer_class: ClassVar[type[AlertSerializer]] = AlertSerializer

    def get_queryset(self) -> QuerySet[Alert]:
        reader_id = self.request.user.pk
        if not isinstance(reader_id, UUID):
            return Alert.objects.none()
        return Alert.objects.for_reader(reader_id).prefetch_related("tags")

    @extend_schema(summary="Alerts about the tags that I follow, newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)
