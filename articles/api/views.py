"""The app developers' door to articles. Each view checks, asks one question or calls one verb."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from articles.api.serializers import (
    ArticleSerializer,
    CardSerializer,
    FollowSerializer,
    OpenedSessionSerializer,
    SessionSerializer,
    TagSerializer,
)
from articles.models import Article, ArticleTag, Follow, Reader, Session, Tag

NOTHING = OpenApiResponse(description="Done; no body.")
UNKNOWN = OpenApiResponse(description="No such thing, or not yours.")


class ReaderRequest(Request):
    """A request behind IsAuthenticated: its reader and session are there."""

    user: Reader
    auth: Session


def find_tag(name: str) -> Tag:
    """The tag of that name in any case, or 404."""
    tag = Tag.objects.filter(name__iexact=name).first()
    if tag is None:
        raise NotFound(f"There is no tag #{name}.")
    return tag


@extend_schema(tags=["Sessions"])
class SessionsView(generics.ListCreateAPIView[Session]):
    serializer_class = SessionSerializer
    pagination_class = None
    throttle_classes = [ScopedRateThrottle]

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    def get_throttles(self) -> list[ScopedRateThrottle]:
        self.throttle_scope = "sessions" if self.request.method == "POST" else None
        return [ScopedRateThrottle()]

    def get_queryset(self) -> QuerySet[Session]:
        mine = Session.objects.filter(reader_id=self.request.user.pk, revoked_at__isnull=True)
        return mine.order_by("-created_at")

    @extend_schema(summary="My sessions: the apps and browsers I am signed in on")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Open a session as a new, anonymous reader",
        responses={201: OpenedSessionSerializer, 429: OpenApiResponse(description="Too many.")},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        asked = SessionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reader = Reader.objects.create_anonymous()
        session, secret = Session.objects.open(reader, asked.validated_data.get("label", ""))
        session.secret = secret  # type: ignore[attr-defined]  # shown once, stored nowhere
        return Response(OpenedSessionSerializer(session).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["Sessions"])
class SessionView(APIView):
    @extend_schema(
        summary="Sign out one of my sessions; its device hears nothing more",
        responses={204: NOTHING, 404: UNKNOWN},
    )
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        mine = Session.objects.filter(reader=request.user, revoked_at__isnull=True)
        session = get_object_or_404(mine, pk=pk)
        session.revoke(timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Sessions"])
class CurrentSessionView(APIView):
    @extend_schema(summary="Sign out here", responses={204: NOTHING})
    def delete(self, request: ReaderRequest) -> Response:
        request.auth.revoke(timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Tags"])
class TagsView(generics.ListAPIView[Tag]):
    permission_classes = [AllowAny]
    serializer_class = TagSerializer

    def get_queryset(self) -> QuerySet[Tag]:
        words = self.request.query_params.get("q", "")
        return Tag.objects.matching(words) if words else Tag.objects.filter(is_active=True)

    def filter_queryset(self, queryset: QuerySet[Tag]) -> QuerySet[Tag]:
        self.paginator.ordering = ("name",)  # type: ignore[union-attr]  # a cursor over names
        return queryset

    @extend_schema(
        summary="Tags, or those that match some words",
        parameters=[OpenApiParameter("q", str, description="Words of a name or an alias.")],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)


@extend_schema(tags=["Tags"])
class TagView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(summary="One tag", responses={200: TagSerializer, 404: UNKNOWN}, auth=[])
    def get(self, _: Request, name: str) -> Response:
        return Response(TagSerializer(find_tag(name)).data)


@extend_schema(tags=["Articles"])
class TagArticlesView(generics.ListAPIView[Article]):
    permission_classes = [AllowAny]
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[Article]:
        return Article.objects.tagged(find_tag(self.kwargs["name"])).with_card()

    @extend_schema(summary="The articles of a tag, newest first", auth=[])
    def get(self, request: Request, name: str) -> Response:  # noqa: ARG002 - in kwargs
        return self.list(request)


@extend_schema(tags=["Articles"])
class ArticleView(generics.RetrieveAPIView[Article]):
    permission_classes = [AllowAny]
    serializer_class = ArticleSerializer

    def get_queryset(self) -> QuerySet[Article]:
        tags = Prefetch("article_tags", ArticleTag.objects.select_related("tag").order_by("tag"))
        shown = Article.objects.shown().with_card()
        return shown.select_related("text").prefetch_related(tags)

    @extend_schema(
        summary="An article with its body and tags",
        responses={200: ArticleSerializer, 404: UNKNOWN},
        auth=[],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self.retrieve(request, pk=pk)


@extend_schema(tags=["Articles"])
class FeedView(generics.ListAPIView[Article]):
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[Article]:
        reader_id = self.request.user.pk
        if not isinstance(reader_id, UUID):
            return Article.objects.none()
        return Article.objects.for_reader(reader_id).with_card()

    @extend_schema(summary="The articles of the tags that I follow, newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)


@extend_schema(tags=["Follows"])
class FollowsView(generics.ListAPIView[Follow]):
    serializer_class = FollowSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Follow]:
        mine = Follow.objects.current().filter(reader_id=self.request.user.pk)
        return mine.select_related("tag").order_by("tag__name")

    @extend_schema(summary="The tags that I follow or mute")
    def get(self, request: Request) -> Response:
        return self.list(request)


@extend_schema(tags=["Follows"])
class FollowView(APIView):
    @extend_schema(
        summary="Follow a tag, or change how loudly",
        request=FollowSerializer,
        responses={200: FollowSerializer, 404: UNKNOWN},
    )
    def put(self, request: ReaderRequest, name: str) -> Response:
        asked = FollowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        level = asked.validated_data.get("level", Follow.Level.ALL)
        follow = Follow.objects.begin(request.user.pk, find_tag(name), level, timezone.now())
        return Response(FollowSerializer(follow).data)

    @extend_schema(summary="Follow a tag no more", responses={204: NOTHING, 404: UNKNOWN})
    def delete(self, request: ReaderRequest, name: str) -> Response:
        mine = Follow.objects.current().filter(reader=request.user, tag=find_tag(name))
        mine.update(ended_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
