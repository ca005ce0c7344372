"""What apps send and receive. Nothing here queries: views select what is needed.

Fields that are only ever sent are read-only, so that the schema promises them: a generated client
then has no optional titles.
"""

from rest_framework import serializers

from articles.models import Article, ArticleTag, Follow, Publisher, Section, Session, Tag
from articles.sessions import Opened


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
        many=True, required=False, help_text="With status 400."
    )


class SessionSerializer(serializers.ModelSerializer[Session]):
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


class SectionSerializer(serializers.ModelSerializer[Section]):
    class Meta:
        model = Section
        fields = ["name", "slug"]
        read_only_fields = fields


class PublisherSerializer(serializers.ModelSerializer[Publisher]):
    # No `format: uri` where a text may be empty: "" fails to decode as a URL in Swift.
    mark_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")

    class Meta:
        model = Publisher
        fields = ["id", "name", "slug", "home_url", "mark_url"]
        read_only_fields = fields


class TagSerializer(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ["id", "name", "slug", "label"]
        read_only_fields = fields


class LevelledTagSerializer(TagSerializer):
    """A tag, and how loudly the caller follows it: `none` for who does not, or has no session."""

    level = serializers.ChoiceField(choices=["none", *Follow.Level.values], read_only=True)

    class Meta(TagSerializer.Meta):
        fields = [*TagSerializer.Meta.fields, "level"]
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
