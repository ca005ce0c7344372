"""The app developers' door to the inbox, and to what apps saw of alerts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.views import BY_ID, NOTHING, ReaderRequest, caller, problems
from notifications.api.serializers import (
    AlertSerializer,
    KnownSerializer,
    ReactionsSerializer,
    UnreadSerializer,
)
from notifications.inbox import alerts_for, count_unread, see_inbox, stand_with
from notifications.models import Alert, Device, Preference
from notifications.reactions import Reported, store_reactions


class NoDevice(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "This session has no device: register one first."


def find_languages(request: Request) -> list[str]:
    """The reader's, the favourite first; none where the reader has no wish."""
    mine = Preference.objects.filter(reader=caller(request))
    return mine.values_list("languages", flat=True).first() or []


def make_context(request: Request, alerts: Sequence[Alert], languages: list[str]) -> dict[str, Any]:
    """What showing alerts needs beside them."""
    stands = stand_with(caller(request), alerts, timezone.now())
    return {"languages": languages, "stands": stands}


@extend_schema_view(
    get=extend_schema(
        tags=["Alerts"],
        summary="My inbox: alerts about the tags that I follow, newest first",
        description="With those that were not shown: `told` says why, and when they come.",
        responses={200: AlertSerializer(many=True)} | problems(400, 401),
    )
)
class AlertsView(generics.ListAPIView[Alert]):
    queryset = Alert.objects.none()  # for the schema, which must not ask the database
    serializer_class = AlertSerializer

    @cached_property
    def languages(self) -> list[str]:
        return find_languages(self.request)

    def get_queryset(self) -> QuerySet[Alert]:
        return alerts_for(caller(self.request), self.languages)

    def paginate_queryset(self, queryset: Any) -> Any:
        self.page = super().paginate_queryset(queryset) or []
        return self.page

    def get_serializer_context(self) -> dict[str, Any]:
        shown = make_context(self.request, self.page, self.languages)
        return {**super().get_serializer_context(), **shown}


@extend_schema(tags=["Alerts"], parameters=[BY_ID])
class AlertView(APIView):
    @extend_schema(
        summary="One alert: why did I get it, or why not?",
        responses={200: AlertSerializer} | problems(401, 404),
    )
    def get(self, request: ReaderRequest, pk: UUID) -> Response:
        languages = find_languages(request)
        alert = get_object_or_404(alerts_for(request.user.pk, []), pk=pk)
        context = make_context(request, [alert], languages)
        return Response(AlertSerializer(alert, context=context).data)


@extend_schema(tags=["Alerts"])
class UnreadView(APIView):
    @extend_schema(
        summary="How many alerts came since I last looked",
        responses={200: UnreadSerializer} | problems(401),
    )
    def get(self, request: ReaderRequest) -> Response:
        unread = count_unread(request.user.pk, timezone.now())
        return Response(UnreadSerializer({"unread": unread}).data)

    @extend_schema(
        summary="I have looked: nothing is unread", responses={204: NOTHING} | problems(401)
    )
    def delete(self, request: ReaderRequest) -> Response:
        see_inbox(request.user.pk, timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Alerts"])
class ReactionsView(APIView):
    @extend_schema(
        summary="Report what this app saw of alerts",
        description=(
            "Received (by the share of devices that an alert's data names), opened, dismissed, "
            "alerts turned off. Collect them and send them together; safe to repeat."
        ),
        request=ReactionsSerializer,
        responses={200: KnownSerializer} | problems(400, 401, 409),
    )
    def post(self, request: ReaderRequest) -> Response:
        asked = ReactionsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        device = Device.objects.filter(session=request.auth).first()
        if device is None:
            raise NoDevice
        told = asked.validated_data["reactions"]
        reported = [Reported(each["alert"], each["kind"], each["at"]) for each in told]
        known = store_reactions(device, reported, timezone.now())
        return Response(KnownSerializer({"known": known}).data)
