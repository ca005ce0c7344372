"""All that has changed for a reader: for apps that read offline."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.api.paging import PAGE_QUERY, read_cursor, read_limit, write_cursor
from articles.api.serializers import (
    CardSerializer,
    ChangedFollowSerializer,
    ChangedMuteSerializer,
    ChangedReadingSerializer,
    StorySummarySerializer,
)
from articles.api.views import ReaderRequest, problems
from articles.models import Article, Follow, Mute, Reading, Story, Untagging
from articles.syncing import CHANGED, OF_ALL, Changes, Place, begin_at, find_changes, find_now

NAME = "sync"


class ChangesSerializer(serializers.Serializer[object]):
    """What changed. Each row is whole: it takes the place of the one that the app has."""

    articles = CardSerializer(many=True, help_text="New or changed, of tags that I follow.")
    removed = serializers.ListField(
        child=serializers.UUIDField(), help_text="Articles that are shown no more."
    )
    untagged = serializers.ListField(
        child=serializers.UUIDField(),
        help_text="Articles that lost a tag and are now about none that I follow.",
    )
    stories = StorySummarySerializer(many=True)
    follows = ChangedFollowSerializer(many=True)
    mutes = ChangedMuteSerializer(many=True)
    readings = ChangedReadingSerializer(many=True)
    cursor = serializers.CharField(help_text="For the next time.")
    is_complete = serializers.BooleanField(help_text="If not, ask again at once: there is more.")


@extend_schema(tags=["Reading"])
class SyncView(APIView):
    @extend_schema(
        summary="What has changed since I last asked",
        description="Without a cursor: my follows, mutes and readings, all of them; articles and "
        "stories from now on, so load the feed after this first call. A tag that I begin to "
        "follow brings its coming articles; load its page for those of before.",
        parameters=PAGE_QUERY,
        responses={200: ChangesSerializer} | problems(400, 401),
    )
    def get(self, request: ReaderRequest) -> Response:
        limit, known = read_limit(request), read_cursor(request, NAME)
        seen = {kind: Place(*place) for kind, place in zip(CHANGED, known, strict=False)}
        if len(seen) < len(CHANGED):  # the first time, or a cursor from before a kind was told
            now = begin_at(find_now())
            seen = begin_at(0) | {kind: now[kind] for kind in OF_ALL} | seen
        changes = find_changes(request.user.pk, seen, limit)
        answer = ChangesSerializer(load(changes), context={"request": request})
        return Response(answer.data)


def load(changes: Changes) -> dict[str, Any]:
    ids = changes.ids
    articles = Article.objects.with_card().in_bulk([UUID(pk) for pk in ids["articles"]])
    stories = Story.objects.in_bulk([UUID(pk) for pk in ids["stories"]])
    untagged = Untagging.objects.filter(pk__in=ids["untagged"])
    return {
        "articles": [each for each in articles.values() if not each.is_hidden],
        "removed": [each.pk for each in articles.values() if each.is_hidden],
        "untagged": untagged.values_list("article_id", flat=True).distinct(),
        "stories": stories.values(),
        "follows": Follow.objects.select_related("tag").filter(pk__in=ids["follows"]),
        "mutes": Mute.objects.select_related("publisher").filter(pk__in=ids["mutes"]),
        "readings": Reading.objects.filter(pk__in=ids["readings"]),
        "cursor": write_cursor(list(changes.seen.values()), NAME),
        "is_complete": changes.is_complete,
    }
