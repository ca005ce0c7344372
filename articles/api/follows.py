"""Follows: which tags a reader hears of, and how loudly."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.serializers import FollowSerializer
from articles.api.views import NOTHING, ReaderRequest, caller, find_tag, problems
from articles.models import Follow


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
        return Follow.objects.shown_to(caller(self.request)).order_by("tag__name")


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
