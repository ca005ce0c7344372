"""Tags: found by words, rising, related, proposed, and each with its articles."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.paging import PAGE_QUERY
from articles.api.serializers import (
    CardPageSerializer,
    LevelledTagSerializer,
    TagSerializer,
    TrendSerializer,
)
from articles.api.views import (
    DirectView,
    PublicView,
    caller,
    find_tag,
    problems,
    read_cards,
    with_level,
)
from articles.cards import OF_TAG
from articles.models import Tag, Trend
from articles.proposing import propose_tags

FEW = 20


class TagQuery(serializers.Serializer[None]):
    q = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="Words of a name, an alias or a label in any language. Without them: the "
        "newest tags.",
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
        asked = TagQuery(data=self.request.query_params.dict())
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
        return Response(LevelledTagSerializer(tag, context={"request": request}).data)


@extend_schema(tags=["Tags"])
class TagArticlesView(PublicView, DirectView):
    @extend_schema(
        summary="The articles of a tag, newest first",
        parameters=PAGE_QUERY,
        responses={200: CardPageSerializer} | problems(400, 404),
    )
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        page = read_cards(request, OF_TAG, name=name if name.isprintable() else "")
        if not page.cards:
            find_tag(name)  # or 404: only a tag without articles has to be asked for
        return page.answer()


@extend_schema(tags=["Tags"])
class RelatedTagsView(PublicView):
    @extend_schema(
        summary="Tags of the newest articles about a tag, those first that it shares most with",
        responses={200: TagSerializer(many=True)} | problems(404),
    )
    def get(self, request: Request, name: str) -> Response:
        related = Tag.objects.related_to(find_tag(name))[:FEW]
        return answer_tags(request, related)


class TrendQuery(serializers.Serializer[None]):
    span = serializers.ChoiceField(choices=Trend.Span.choices, default=Trend.Span.DAY)


@extend_schema(tags=["Tags"])
class TrendingView(PublicView):
    @extend_schema(
        summary="Tags that are more in the news than they mostly are, the steepest first",
        parameters=[TrendQuery],
        responses={200: TrendSerializer(many=True)} | problems(400),
    )
    def get(self, request: Request) -> Response:
        asked = TrendQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        rising = Tag.objects.rising(asked.validated_data["span"])[:FEW]
        return Response(TrendSerializer(rising, many=True, context={"request": request}).data)


@extend_schema(tags=["Tags"])
class SuggestionsView(APIView):
    @extend_schema(
        summary="Tags that I do not follow yet and might like to",
        description="Those that my tags share most articles with, then those that rise today.",
        responses={200: TagSerializer(many=True)} | problems(401),
    )
    def get(self, request: Request) -> Response:
        return answer_tags(request, propose_tags(caller(request), FEW))


def answer_tags(request: Request, tags: Any) -> Response:
    return Response(TagSerializer(tags, many=True, context={"request": request}).data)
