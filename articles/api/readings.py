"""What a reader saved for later, and what was read."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.fields import IdField
from articles.api.paging import PAGE_QUERY
from articles.api.serializers import CardPageSerializer, ReadArticleSerializer
from articles.api.views import (
    BY_ID,
    NOTHING,
    DirectView,
    ReaderRequest,
    caller,
    problems,
    read_cards,
)
from articles.cards import SAVED
from articles.models import Article, Reading

AT_ONCE = 500


@extend_schema(tags=["Reading"])
class SavedView(DirectView):
    @extend_schema(
        summary="The articles that I saved for later, the latest saved first",
        parameters=PAGE_QUERY,
        responses={200: CardPageSerializer} | problems(400, 401),
    )
    def get(self, request: ReaderRequest) -> HttpResponse:
        return read_cards(request, SAVED, reader=request.user.pk).answer()


@extend_schema(tags=["Reading"], parameters=[BY_ID])
class SavedArticleView(APIView):
    @extend_schema(
        summary="Save an article for later",
        request=None,
        responses={204: NOTHING} | problems(401, 404),
    )
    def put(self, request: ReaderRequest, pk: UUID) -> Response:
        article = get_object_or_404(Article.objects.shown(), pk=pk)
        Reading.objects.note(request.user.pk, [article.pk], saved_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Take an article from those saved", responses={204: NOTHING} | problems(401, 404)
    )
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        mine = Reading.objects.filter(reader=request.user, article=pk)
        mine.exclude(saved_at=None).update(saved_at=None)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadSerializer(serializers.Serializer[object]):
    articles = serializers.ListField(child=IdField(), min_length=1, max_length=AT_ONCE)


@extend_schema(tags=["Reading"])
class ReadView(generics.ListAPIView[Reading]):
    serializer_class = ReadArticleSerializer

    def get_queryset(self) -> QuerySet[Reading]:
        mine = Reading.objects.filter(reader_id=caller(self.request))
        return mine.exclude(read_at=None).order_by("-read_at", "-pk")

    @extend_schema(
        summary="Which articles I read, the latest first",
        responses={200: ReadArticleSerializer(many=True)} | problems(400, 401),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Mark articles as read, as many as an app collected while it was offline",
        description="Ids of articles that are not there are passed over.",
        request=ReadSerializer,
        responses={204: NOTHING} | problems(400, 401),
    )
    def post(self, request: ReaderRequest) -> Response:
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        there = Article.objects.shown().filter(pk__in=asked.validated_data["articles"])
        ids = sorted(there.values_list("pk", flat=True))
        Reading.objects.note(request.user.pk, ids, read_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Reading"], parameters=[BY_ID])
class ReadArticleView(APIView):
    @extend_schema(
        summary="Mark an article as not read", responses={204: NOTHING} | problems(401, 404)
    )
    def delete(self, request: ReaderRequest, pk: UUID) -> Response:
        mine = Reading.objects.filter(reader=request.user, article=pk)
        mine.exclude(read_at=None).update(read_at=None)
        return Response(status=status.HTTP_204_NO_CONTENT)
