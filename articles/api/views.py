"""The app developers' door to articles. Each view checks, asks one question or calls one verb."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import generics, serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from articles.api.serializers import (
    ArticleSerializer,
    CardSerializer,
    FollowSerializer,
    LevelledTagSerializer,
    OpenedSessionSerializer,
    ProblemSerializer,
    SessionSerializer,
)
from articles.models import Article, ArticleTag, Follow, Reader, Session, Tag
from articles.sessions import open_session, touch

NOTHING = OpenApiResponse(description="Done; no body.")
BY_ID = OpenApiParameter("id", UUID, OpenApiParameter.PATH)


def problems(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """How the schema describes errors with these status codes."""
    return {
        (code, "application/problem+json"): OpenApiResponse(
            ProblemSerializer, HTTPStatus(code).phrase
        )
        for code in codes
    }


class ReaderRequest(Request):
    """A request behind IsAuthenticated: its reader and session are there."""

    user: Reader
    auth: Session


def caller(request: Request) -> UUID:
    """The id of the reader who asks; of nobody where no session is needed or given."""
    return request.user.pk or UUID(int=0)


def find_tag(name: str, tags: QuerySet[Tag] | None = None) -> Tag:
    """The tag of that name in any case, or the one it was merged into, or 404."""
    tags = Tag.objects.all() if tags is None else tags
    tag = tags.filter(name__iexact=name).order_by("pk").first() if name.isprintable() else None
    if tag is None:
        raise NotFound(f"There is no tag #{name}.")
    return tags.get(pk=tag.merged_into_id) if tag.merged_into_id else tag


def with_level(tags: QuerySet[Tag], reader_id: UUID) -> QuerySet[Tag]:
    """Tags with the level at which a reader follows them."""
    mine = Follow.objects.current().filter(reader_id=reader_id, tag=OuterRef("pk"))
    return tags.annotate(level=Coalesce(Subquery(mine.values("level")), Value("none")))


class OpenOrSignedIn(IsAuthenticated):
    """Anybody may open a session; only its reader sees it afterwards."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "POST" or super().has_permission(request, view)


@extend_schema(tags=["Sessions"])
class SessionsView(generics.ListAPIView[Session]):
    serializer_class = SessionSerializer
    pagination_class = None
    permission_classes = [OpenOrSignedIn]
    throttle_scope = "sessions"

    def get_authenticators(self) -> list[BaseAuthentication]:
        # An app whose session has ended asks for a new one with the dead secret still on it.
        # (The schema generator asks before there is a request.)
        opens = getattr(self.request, "method", None) == "POST"
        return [] if opens else super().get_authenticators()

    def get_throttles(self) -> list[BaseThrottle]:
        return [ScopedRateThrottle()] if self.request.method == "POST" else []

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


class TagQuery(serializers.Serializer[None]):
    q = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="Words of a name, a label or an alias. Without them: the newest tags.",
    )


@extend_schema_view(
    get=extend_schema(
        tags=["Tags"],
        summary="Tags that match some words, or the newest",
        parameters=[TagQuery],
        responses={200: LevelledTagSerializer(many=True)} | problems(400, 401),
    )
)
class TagsView(generics.ListAPIView[Tag]):
    permission_classes = [AllowAny]
    serializer_class = LevelledTagSerializer

    def get_queryset(self) -> QuerySet[Tag]:
        asked = TagQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        words = asked.validated_data["q"]
        newest = Tag.objects.order_by("-created_at", "-id")
        found = Tag.objects.matching(words).order_by("name") if words else newest
        return with_level(found.filter(is_active=True), caller(self.request))


@extend_schema(tags=["Tags"])
class TagView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        summary="One tag, by its name in any case",
        responses={200: LevelledTagSerializer} | problems(401, 404),
    )
    def get(self, request: Request, name: str) -> Response:
        tag = find_tag(name, with_level(Tag.objects.all(), caller(request)))
        return Response(LevelledTagSerializer(tag).data)


@extend_schema_view(
    get=extend_schema(
        tags=["Articles"],
        summary="The articles of a tag, newest first",
        responses={200: CardSerializer(many=True)} | problems(400, 404),
    )
)
class TagArticlesView(generics.ListAPIView[Any]):  # selects by ArticleTag, shows Article
    """Walks the index of a tag's page: the last page costs what the first one does."""

    authentication_classes = []
    permission_classes = [AllowAny]
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[ArticleTag]:
        about = ArticleTag.objects.filter(tag=find_tag(self.kwargs["name"]))
        shown = about.filter(article__is_hidden=False).order_by("-published_at", "-article_id")
        return shown.select_related("article__publisher", "article__section")

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return [about.article for about in super().paginate_queryset(queryset) or []]


@extend_schema_view(
    get=extend_schema(
        tags=["Articles"],
        summary="An article with its body and tags",
        parameters=[BY_ID],
        responses={200: ArticleSerializer} | problems(404),
    )
)
class ArticleView(generics.RetrieveAPIView[Article]):
    authentication_classes = []
    permission_classes = [AllowAny]
    serializer_class = ArticleSerializer

    def get_queryset(self) -> QuerySet[Article]:
        tags = Prefetch("article_tags", ArticleTag.objects.shown().order_by("tag"))
        shown = Article.objects.shown().with_card()
        return shown.select_related("text").prefetch_related(tags)


@extend_schema(tags=["Articles"])
class FeedView(generics.ListAPIView[Article]):
    serializer_class = CardSerializer

    def get_queryset(self) -> QuerySet[Article]:
        mine = Article.objects.for_reader(caller(self.request))
        return mine.with_card().newest_first()

    @extend_schema(
        summary="The articles of the tags that I follow, newest first",
        responses={200: CardSerializer(many=True)} | problems(400, 401),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if isinstance(request.auth, Session):
            touch(request.auth, timezone.now().date())
        return super().get(request, *args, **kwargs)


@extend_schema_view(
    get=extend_schema(
        tags=["Follows"],
        summary="The tags that I follow or mute",
        responses={200: FollowSerializer(many=True)} | problems(401),
    )
)
class FollowsView(generics.ListAPIView[Follow]):
    serializer_class = FollowSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Follow]:
        mine = Follow.objects.current().filter(reader_id=caller(self.request))
        mine = mine.filter(tag__merged_into=None)
        return mine.select_related("tag").order_by("tag__name")


@extend_schema(tags=["Follows"])
class FollowView(APIView):
    @extend_schema(
        summary="Follow a tag, or change how loudly",
        request=FollowSerializer,
        responses={200: FollowSerializer} | problems(400, 401, 404),
    )
    def put(self, request: ReaderRequest, name: str) -> Response:
        asked = FollowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        level = asked.validated_data.get("level", Follow.Level.ALL)
        follow = Follow.objects.begin(request.user.pk, find_tag(name), level, timezone.now())
        return Response(FollowSerializer(follow).data)

    @extend_schema(summary="Follow a tag no more", responses={204: NOTHING} | problems(401, 404))
    def delete(self, request: ReaderRequest, name: str) -> Response:
        Follow.objects.end(request.user.pk, find_tag(name), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
