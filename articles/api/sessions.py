"""Sessions: opening one, seeing one's own, ending them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.serializers import OpenedSessionSerializer, SessionSerializer
from articles.api.views import BY_ID, NOTHING, ReaderRequest, caller, problems
from articles.models import Session
from articles.sessions import open_session


class OpenOrSignedIn(IsAuthenticated):
    """Anybody may open a session; only its reader sees it afterwards."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "POST" or super().has_permission(request, view)


@extend_schema(tags=["Sessions"])
class SessionsView(generics.ListAPIView[Session]):
    serializer_class = SessionSerializer
    pagination_class = None
    permission_classes = [OpenOrSignedIn]
    post_policy = "sessions"

    def get_authenticators(self) -> list[BaseAuthentication]:
        # An app whose session has ended asks for a new one with the dead secret still on it.
        # (The schema generator asks before there is a request.)
        opens = getattr(self.request, "method", None) == "POST"
        return [] if opens else super().get_authenticators()

    def get_queryset(self) -> QuerySet[Session]:
        mine = Session.objects.filter(reader_id=caller(self.request), revoked_at__isnull=True)
        return mine.order_by("-created_at")

    @extend_schema(
        summary="My sessions: the apps and browsers I am signed in on",
        responses={200: SessionSerializer(many=True)} | problems(401),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Open a session as a new, anonymous reader",
        responses={201: OpenedSessionSerializer} | problems(400, 429),
        auth=[],
    )
    def post(self, request: Request) -> Response:
        asked = SessionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        opened = open_session(asked.validated_data.get("label", ""))
        return Response(OpenedSessionSerializer(opened).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["Sessions"])
class SessionView(APIView):
    @extend_schema(
        summary="Sign out one of my sessions; its device hears nothing more",
        parameters=[BY_ID],
        responses={204: NOTHING} | problems(401, 404),
    )
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        mine = Session.objects.filter(reader=request.user, revoked_at__isnull=True)
        get_object_or_404(mine, pk=pk).revoke(timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Sessions"])
class CurrentSessionView(APIView):
    @extend_schema(
        summary="Sign out here; this device hears nothing more",
        responses={204: NOTHING} | problems(401),
    )
    def delete(self, request: ReaderRequest) -> Response:
        request.auth.revoke(timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
