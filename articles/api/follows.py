"""Follows: which tags a reader hears of, and how loudly."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.fields import TextField
from articles.api.serializers import FollowSerializer
from articles.api.views import NOTHING, ReaderRequest, caller, find_tag, problems
from articles.models import Follow, Tag

AT_ONCE = 500


class WantedFollowSerializer(serializers.Serializer[object]):
    name = TextField(max_length=80, help_text="The tag's, in any case.")
    level = serializers.ChoiceField(choices=Follow.Level.choices, default=Follow.Level.ALL)


class WantedFollowsSerializer(serializers.Serializer[object]):
    follows = serializers.ListField(
        child=WantedFollowSerializer(), min_length=1, max_length=AT_ONCE
    )


@extend_schema(tags=["Follows"])
class FollowsView(APIView):
    @extend_schema(
        summary="The tags that I follow or mute",
        responses={200: FollowSerializer(many=True)} | problems(401),
    )
    def get(self, request: Request) -> Response:
        return answer_follows(request, Follow.objects.shown_to(caller(request)))

    @extend_schema(
        summary="Follow many tags at once, all of them or none",
        description="For what a new phone brings along. Tags that are not named stay as they are; "
        "of a tag that is named twice the last level counts.",
        request=WantedFollowsSerializer,
        responses={200: FollowSerializer(many=True)} | problems(400, 401, 404),
    )
    def put(self, request: ReaderRequest) -> Response:
        asked = WantedFollowsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        levels = find_levels(asked.validated_data["follows"])
        Follow.objects.begin_all(request.user.pk, levels, timezone.now())
        return answer_follows(
            request, Follow.objects.shown_to(request.user.pk).filter(tag__in=levels)
        )


def answer_follows(request: Request, follows: QuerySet[Follow]) -> Response:
    ordered = follows.order_by("tag__name")
    return Response(FollowSerializer(ordered, many=True, context={"request": request}).data)


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
        return Response(FollowSerializer(follow, context={"request": request}).data)

    @extend_schema(summary="Follow a tag no more", responses={204: NOTHING} | problems(401, 404))
    def delete(self, request: ReaderRequest, name: str) -> Response:
        Follow.objects.end(request.user.pk, find_tag(name), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def find_levels(wanted: list[dict[str, Any]]) -> dict[UUID, str]:
    """The level of each tag that is named; 404 that tells of each name that no tag has."""
    names = [each["name"] for each in wanted]
    found = Tag.objects.ids_of(names)
    unknown = {
        str(number): {"name": f"There is no tag #{name}."}
        for number, name in enumerate(names)
        if name not in found
    }
    if unknown:
        raise NotFound({"follows": unknown})
    return {found[each["name"]]: each["level"] for each in wanted}
