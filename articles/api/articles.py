"""Articles and stories, and the lists that they are found in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api.fields import TextField
from articles.api.paging import PAGE_QUERY
from articles.api.serializers import (
    ArticleSerializer,
    CardPageSerializer,
    CardSerializer,
    FoundPageSerializer,
    SectionSerializer,
    ToldStorySerializer,
    languages_of,
)
from articles.api.views import (
    BY_ID,
    MINUTE,
    DirectView,
    PublicView,
    ReaderRequest,
    problems,
    read_cards,
)
from articles.cards import FOUND, OF_READER, OF_SECTION, STORIES_OF_READER, Claim, find_article
from articles.models import Article, Section, Story, Tag
from articles.searching import understand
from articles.sessions import touch

RELATED = 5
LARGEST_STORY = 200


@extend_schema(tags=["Articles"])
class ArticleView(PublicView, DirectView):
    @extend_schema(
        summary="An article with its body and tags",
        parameters=[BY_ID],
        responses={200: ArticleSerializer} | problems(404),
    )
    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        article = find_article(pk, languages_of(request))
        if article is None:
            raise NotFound("There is no article with this id.")
        return HttpResponse(article, content_type="application/json")


@extend_schema(tags=["Articles"])
class RelatedArticlesView(PublicView):
    cache_seconds = 5 * MINUTE

    @extend_schema(
        summary="What else to read after an article: the lead of each story related to its own",
        parameters=[BY_ID],
        responses={200: CardSerializer(many=True)} | problems(404),
    )
    def get(self, request: Request, pk: UUID) -> Response:
        shown = Article.objects.shown().select_related("story__lead")
        article = get_object_or_404(shown, pk=pk)
        if article.story is None:
            return Response([])
        others = Story.objects.with_lead().related_to(article.story)[:RELATED]
        return Response(
            CardSerializer(
                [story.lead for story in others if story.lead],
                many=True,
                context={"request": request},
            ).data
        )


@extend_schema(tags=["Articles"])
class StoryView(PublicView):
    @extend_schema(
        summary="A story with the articles of all its publishers, in their order",
        description="A story that became part of another is answered by that one.",
        parameters=[BY_ID],
        responses={200: ToldStorySerializer} | problems(404),
    )
    def get(self, request: Request, pk: UUID) -> Response:
        story = get_object_or_404(Story, pk=pk)
        pk = story.merged_into_id or story.pk
        shown = Article.objects.shown().with_card().filter(story=pk)
        articles = list(shown.order_by("published_at", "pk")[:LARGEST_STORY])
        story = get_object_or_404(Story.objects.shown(), pk=pk)
        told = {"story": story, "articles": articles, "tags": Tag.objects.of_story([pk])}
        return Response(ToldStorySerializer(told, context={"request": request}).data)


class FeedQuery(serializers.Serializer[None]):
    stories = serializers.ChoiceField(
        choices=["no", "yes"],
        default="no",
        help_text="yes: of each story its newest article alone.",
    )


@extend_schema(tags=["Articles"])
class FeedView(DirectView):
    finds_caller = True

    @extend_schema(
        summary="The articles of the tags that I follow, newest first",
        description="Without what is about a tag, or by a publisher, that I mute.",
        parameters=[FeedQuery, *PAGE_QUERY],
        responses={200: CardPageSerializer} | problems(400, 401),
    )
    def get(self, request: ReaderRequest) -> HttpResponse:
        cards, claim = OF_READER, Claim(bytes(request.auth.secret_hash))
        if "stories" in request.GET:
            asked = FeedQuery(data=request.GET.dict())
            asked.is_valid(raise_exception=True)
            if asked.validated_data["stories"] == "yes":
                cards = STORIES_OF_READER
        page = read_cards(request, cards, claim)
        if claim.session:
            touch(claim.session, timezone.now().date())
        return page.answer()


@extend_schema_view(
    get=extend_schema(
        tags=["Articles"],
        summary="All sections",
        responses={200: SectionSerializer(many=True)} | problems(429),
    )
)
class SectionsView(PublicView, generics.ListAPIView[Section]):
    queryset = Section.objects.order_by("name")
    serializer_class = SectionSerializer
    pagination_class = None
    cache_seconds = 60 * MINUTE


@extend_schema(tags=["Articles"])
class SectionArticlesView(PublicView, DirectView):
    @extend_schema(
        summary="The articles of a section, newest first",
        parameters=PAGE_QUERY,
        responses={200: CardPageSerializer} | problems(400, 404),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        section = get_object_or_404(Section, slug=slug)
        return read_cards(request, OF_SECTION, section=section.pk).answer()


class SearchQuery(serializers.Serializer[None]):
    q = TextField(
        max_length=200, help_text='Words; "a phrase", or, and a minus before a word are known.'
    )
    language = serializers.RegexField(
        r"^[a-z]{2,3}\Z",
        required=False,
        help_text="Search articles in this language alone (ISO 639-1), by its grammar.",
    )


@extend_schema(tags=["Articles"])
class SearchView(PublicView, DirectView):
    @extend_schema(
        summary="Articles that hold some words, in any of their forms, newest first",
        parameters=[SearchQuery, *PAGE_QUERY],
        responses={200: FoundPageSerializer} | problems(400),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        asked = SearchQuery(data=request.GET.dict())
        asked.is_valid(raise_exception=True)
        language = asked.validated_data.get("language", "")
        meant = understand(asked.validated_data["q"], [language] if language else [])
        return read_cards(request, FOUND, meant=meant, language=language).answer()
