"""Publishers, their articles, and which of them a reader mutes."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.paging import PAGE_QUERY
from articles.api.serializers import CardPageSerializer, MuteSerializer, PublisherSerializer
from articles.api.views import (
    MINUTE,
    NOTHING,
    DirectView,
    PublicView,
    ReaderRequest,
    caller,
    problems,
    read_cards,
)
from articles.cards import OF_PUBLISHER
from articles.models import Mute, Publisher


@extend_schema_view(
    get=extend_schema(
        tags=["Publishers"],
        summary="All publishers, by name",
        responses={200: PublisherSerializer(many=True)} | problems(400),
    )
)
class PublishersView(PublicView, generics.ListAPIView[Publisher]):
    queryset = Publisher.objects.filter(is_active=True).order_by("name")
    serializer_class = PublisherSerializer
    cache_seconds = 60 * MINUTE


@extend_schema_view(
    get=extend_schema(
        tags=["Publishers"],
        summary="One publisher",
        responses={200: PublisherSerializer} | problems(404),
    )
)
class PublisherView(PublicView, generics.RetrieveAPIView[Publisher]):
    queryset = Publisher.objects.all()
    serializer_class = PublisherSerializer
    lookup_field = "slug"
    cache_seconds = 60 * MINUTE


@extend_schema(tags=["Publishers"])
class PublisherArticlesView(PublicView, DirectView):
    @extend_schema(
        summary="The articles of a publisher, newest first",
        parameters=PAGE_QUERY,
        responses={200: CardPageSerializer} | problems(400, 404),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        publisher = get_object_or_404(Publisher, slug=slug)
        return read_cards(request, OF_PUBLISHER, publisher=publisher.pk).answer()


@extend_schema_view(
    get=extend_schema(
        tags=["Publishers"],
        summary="The publishers that I mute",
        responses={200: MuteSerializer(many=True)} | problems(401),
    )
)
class MutesView(generics.ListAPIView[Mute]):
    serializer_class = MuteSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Mute]:
        mine = Mute.objects.current().filter(reader_id=caller(self.request))
        return mine.select_related("publisher").order_by("publisher__name")


@extend_schema(tags=["Publishers"])
class MuteView(APIView):
    @extend_schema(
        summary="Mute a publisher: my feed shows nothing of it",
        request=None,
        responses={200: MuteSerializer} | problems(401, 404),
    )
    def put(self, request: ReaderRequest, slug: str) -> Response:
        publisher = get_object_or_404(Publisher, slug=slug)
        mute = Mute.objects.begin(request.user.pk, publisher, timezone.now())
        return Response(MuteSerializer(mute).data)

    @extend_schema(
        summary="Mute a publisher no more", responses={204: NOTHING} | problems(401, 404)
    )
    def delete(self, request: ReaderRequest, slug: str) -> Response:
        publisher = get_object_or_404(Publisher, slug=slug)
        Mute.objects.end(request.user.pk, publisher, timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
