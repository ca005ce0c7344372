"""What apps send and receive. Nothing here queries: views select what is needed."""

from rest_framework import serializers

from articles.models import Article, Follow, Publisher, Section, Session, Tag


class SessionSerializer(serializers.ModelSerializer[Session]):
    class Meta:
        model = Session
        fields = ["id", "label", "created_at", "seen_on"]
        read_only_fields = ["id", "created_at", "seen_on"]


class OpenedSessionSerializer(serializers.ModelSerializer[Session]):
    """A new session with its bearer secret, which is shown this once."""

    secret = serializers.CharField(help_text="Send it as `Authorization: Bearer <secret>`.")

    class Meta:
        model = Session
        fields = ["id", "reader", "label", "created_at", "secret"]


class SectionSerializer(serializers.ModelSerializer[Section]):
    class Meta:
        model = Section
        fields = ["name", "slug"]


class PublisherSerializer(serializers.ModelSerializer[Publisher]):
    class Meta:
        model = Publisher
        fields = ["id", "name", "slug", "home_url", "mark_url"]


class TagSerializer(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ["id", "name", "slug", "label"]


class CardSerializer(serializers.ModelSerializer[Article]):
    """An article as a card: no body."""

    publisher = PublisherSerializer()
    section = SectionSerializer(allow_null=True)
    story = serializers.UUIDField(source="story_id", allow_null=True)

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


class WhySerializer(serializers.Serializer[object]):
    """A tag of an article, and the words that earned it."""

    name = serializers.CharField(source="tag.name")
    label = serializers.CharField(source="tag.label")
    rule = serializers.ChoiceField(choices=["page", "push"])
    mention_count = serializers.IntegerField()
    why = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Pairs of the phrase and where it stood: title, lead or body.",
    )


class ArticleSerializer(CardSerializer):
    """An article with its body and its tags."""

    html = serializers.SerializerMethodField(help_text="Safe to show; empty once its time is past.")
    authors = serializers.ListField(child=serializers.CharField())
    tags = WhySerializer(source="article_tags", many=True)

    class Meta(CardSerializer.Meta):
        fields = [*CardSerializer.Meta.fields, "authors", "html", "tags"]

    def get_html(self, article: Article) -> str:
        return article.text.html if hasattr(article, "text") else ""


class FollowSerializer(serializers.ModelSerializer[Follow]):
    tag = TagSerializer(read_only=True)

    class Meta:
        model = Follow
        fields = ["tag", "level", "followed_at"]
        read_only_fields = ["followed_at"]
