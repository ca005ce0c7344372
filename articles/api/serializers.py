"""What apps send and receive. Nothing here queries: views select what is needed.

Fields that are only ever sent are read-only, so that the schema promises them: a generated client
then has no optional titles.
"""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from articles.api.fields import TextField
from articles.api.paging import FOLLOWING
from articles.language import base_language
from articles.models import (
    Article,
    ArticleTag,
    Follow,
    Mute,
    Publisher,
    Reader,
    Reading,
    Section,
    Session,
    Story,
    Tag,
)
from articles.sessions import Opened

LEVELS = ["none", *Follow.Level.values]


class FieldProblemSerializer(serializers.Serializer[object]):
    field = serializers.CharField(help_text="A field of the body or a query parameter.")
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[object]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField(help_text="about:blank: the status says which problem it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For the app's developer.")
    errors = FieldProblemSerializer(  # type: ignore[assignment]  # collected by DRF's metaclass
        many=True, required=False, help_text="Where the body or the query is wrong, and why."
    )


class SessionSerializer(serializers.ModelSerializer[Session]):
    label = TextField(  # type: ignore[assignment]  # collected by DRF's metaclass
        required=False, allow_blank=True, max_length=80, help_text="Which app or browser."
    )

    class Meta:
        model = Session
        fields = ["id", "label", "created_at", "seen_on"]
        read_only_fields = ["id", "created_at", "seen_on"]


class OpenedSessionSerializer(serializers.Serializer[Opened]):
    """A new session with its bearer secret, which is shown this once."""

    id = serializers.UUIDField(source="session.id")
    reader = serializers.UUIDField(source="session.reader_id")
    label = serializers.CharField(  # type: ignore[assignment]  # collected by DRF's metaclass
        source="session.label"
    )
    created_at = serializers.DateTimeField(source="session.created_at")
    secret = serializers.CharField(help_text="Send it as `Authorization: Bearer <secret>`.")


class PublisherSerializer(serializers.ModelSerializer[Publisher]):
    # No `format: uri` where a text may be empty: "" fails to decode as a URL in Swift.
    mark_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")

    class Meta:
        model = Publisher
        fields = ["id", "name", "slug", "home_url", "mark_url"]
        read_only_fields = fields


def languages_of(request: HttpRequest | Request | None) -> list[str]:
    """The languages that a client would like labels in, the favourite first."""
    wish = request.META.get("HTTP_ACCEPT_LANGUAGE", "") if request else ""
    return [base_language(code) for code, _ in parse_accept_lang_header(wish)]


class SectionSerializer(serializers.ModelSerializer[Section]):
    label = serializers.SerializerMethodField(  # type: ignore[assignment]  # as above
        help_text="Its name in the first language of Accept-Language that it has one in."
    )

    class Meta:
        model = Section
        fields = ["name", "slug", "label"]
        read_only_fields = fields

    def get_label(self, section: Section) -> str:
        return section.label_in(languages_of(self.context.get("request")))


class TagSerializer(serializers.ModelSerializer[Tag]):
    label = serializers.SerializerMethodField(  # type: ignore[assignment]  # as above
        help_text="As in running text, in the first language of Accept-Language that it has."
    )

    class Meta:
        model = Tag
        fields = ["id", "name", "slug", "label", "kind", "expected_alerts_per_day"]
        read_only_fields = fields

    def get_label(self, tag: Tag) -> str:
        return tag.label_in(languages_of(self.context.get("request")))


class LevelledTagSerializer(TagSerializer):
    """A tag, and how loudly the caller follows it: `none` for who does not, or has no session."""

    level = serializers.ChoiceField(choices=LEVELS, read_only=True)

    class Meta(TagSerializer.Meta):
        fields = [*TagSerializer.Meta.fields, "level"]
        read_only_fields = fields


class TrendSerializer(TagSerializer):
    """A tag that rises, and how many stories it has had in the span."""

    story_count = serializers.IntegerField(read_only=True)

    class Meta(TagSerializer.Meta):
        fields = [*TagSerializer.Meta.fields, "story_count"]
        read_only_fields = fields


class CardSerializer(serializers.ModelSerializer[Article]):
    """An article as a card: no body."""

    image_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")
    publisher = PublisherSerializer(read_only=True)
    section = SectionSerializer(read_only=True, allow_null=True)
    story = serializers.UUIDField(source="story_id", read_only=True, allow_null=True)

    class Meta:
        model = Article
        fields = [
            "id",
            "title",
            "summary",
            "url",
            "image_url",
            "language",
            "published_at",
            "publisher",
            "section",
            "story",
        ]
        read_only_fields = fields


class PageSerializer(serializers.Serializer[object]):
    next = serializers.URLField(allow_null=True, help_text=FOLLOWING)


class CardPageSerializer(PageSerializer):
    results = CardSerializer(many=True)


class FoundSerializer(serializers.Serializer[object]):
    """An article that a search found; what was looked for stands in <mark>, the rest is escaped."""

    article = CardSerializer()
    title_html = serializers.CharField()
    summary_html = serializers.CharField(help_text="A part of the summary.")


class FoundPageSerializer(PageSerializer):
    results = FoundSerializer(many=True)


class WhySerializer(serializers.Serializer[object]):
    """A tag of an article, and the words that earned it."""

    name = serializers.CharField(source="tag.name")
    rule = serializers.ChoiceField(choices=ArticleTag.Rule.values)
    mention_count = serializers.IntegerField()
    why = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Pairs of the phrase and where it stood: title, lead or body.",
    )


class ArticleSerializer(CardSerializer):
    """An article with its body and its tags."""

    html = serializers.SerializerMethodField(help_text="Safe to show; empty once its time is past.")
    authors = serializers.ListField(child=serializers.CharField(), read_only=True)
    tags = WhySerializer(source="article_tags", many=True, read_only=True)

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "authors", "html", "tags"]
        read_only_fields = fields

    def get_html(self, article: Article) -> str:
        return article.text.html if hasattr(article, "text") else ""


class FollowSerializer(serializers.ModelSerializer[Follow]):
    tag = TagSerializer(read_only=True)

    class Meta:
        model = Follow
        fields = ["tag", "level", "followed_at"]
        read_only_fields = ["followed_at"]


class MuteSerializer(serializers.ModelSerializer[Mute]):
    publisher = PublisherSerializer(read_only=True)

    class Meta:
        model = Mute
        fields = ["publisher", "muted_at"]
        read_only_fields = fields


class ReadArticleSerializer(serializers.ModelSerializer[Reading]):
    article = serializers.UUIDField(source="article_id", read_only=True)
    read_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Reading
        fields = ["article", "read_at"]
        read_only_fields = fields


class StorySummarySerializer(serializers.ModelSerializer[Story]):
    """A story without its articles."""

    lead = serializers.UUIDField(source="lead_id", read_only=True, allow_null=True)
    merged_into = serializers.UUIDField(
        source="merged_into_id",
        read_only=True,
        allow_null=True,
        help_text="The story that tells it now; null unless there is one.",
    )

    class Meta:
        model = Story
        fields = [
            "id",
            "lead",
            "language",
            "first_published_at",
            "last_published_at",
            "merged_into",
        ]
        read_only_fields = fields


class ToldStorySerializer(serializers.Serializer[object]):
    """A story with the articles of its publishers, the earliest first."""

    story = StorySummarySerializer()
    articles = CardSerializer(many=True)
    tags = TagSerializer(many=True)


class ChangedFollowSerializer(serializers.ModelSerializer[Follow]):
    tag = TagSerializer(read_only=True)
    level = serializers.SerializerMethodField()

    class Meta:
        model = Follow
        fields = ["tag", "level", "followed_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=LEVELS))
    def get_level(self, follow: Follow) -> str:
        return "none" if follow.ended_at else follow.level


class ChangedMuteSerializer(serializers.ModelSerializer[Mute]):
    publisher = PublisherSerializer(read_only=True)
    is_muted = serializers.SerializerMethodField()

    class Meta:
        model = Mute
        fields = ["publisher", "is_muted"]
        read_only_fields = fields

    def get_is_muted(self, mute: Mute) -> bool:
        return mute.ended_at is None


class ChangedReadingSerializer(serializers.ModelSerializer[Reading]):
    article = serializers.UUIDField(source="article_id", read_only=True)
    read_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="null: unread.")
    saved_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null: not saved."
    )

    class Meta:
        model = Reading
        fields = ["article", "read_at", "saved_at"]
        read_only_fields = fields


class AccountSerializer(serializers.ModelSerializer[Reader]):
    is_signed_in = serializers.SerializerMethodField(
        help_text="false: anonymous, known by this session alone."
    )

    class Meta:
        model = Reader
        fields = ["id", "is_signed_in", "created_at"]
        read_only_fields = fields

    def get_is_signed_in(self, reader: Reader) -> bool:
        return reader.account is not None


class ExportSerializer(serializers.Serializer[object]):
    """All that is kept of a reader. More parts may come; their forms are not promised."""

    exported_at = serializers.DateTimeField()
    reader = serializers.DictField()
    sessions = serializers.ListField(child=serializers.DictField())
    follows = serializers.ListField(child=serializers.DictField())
    mutes = serializers.ListField(child=serializers.DictField())
    readings = serializers.ListField(child=serializers.DictField())
    devices = serializers.ListField(child=serializers.DictField(), required=False)
    preferences = serializers.ListField(child=serializers.DictField(), required=False)
