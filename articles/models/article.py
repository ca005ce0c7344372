from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from articles.models.history import EditorialHistory
from articles.models.identifier import came_through_field, changed_in_field, make_id
from articles.models.publisher import Feed, Publisher
from articles.models.reader import Follow
from articles.models.story import Story
from articles.models.tag import Section, Tag


class ArticleQuerySet(models.QuerySet["Article"]):
    def with_card(self) -> ArticleQuerySet:
        """Joined with all that a card shows, so that a list costs one query."""
        return self.select_related("publisher", "section")

    def newest_first(self) -> ArticleQuerySet:
        return self.order_by("-published_at", "-pk")

    def older_than(self, article: Article) -> ArticleQuerySet:
        """What follows an article in a newest-first list."""
        same_time = Q(published_at=article.published_at, pk__lt=article.pk)
        return self.filter(Q(published_at__lt=article.published_at) | same_time)

    def shown(self) -> ArticleQuerySet:
        return self.filter(is_hidden=False)

    def mark_changed(self) -> int:
        """Let apps that ask for changes hear of articles that have other tags than before."""
        return self.update(state=F("state"))

    def tagged(self, tag: Tag) -> ArticleQuerySet:
        return self.shown().filter(pk__in=ArticleTag.objects.filter(tag=tag).values("article_id"))

    def pinned(self, tag: Tag) -> ArticleQuerySet:
        """What editors put at the top of the tag's page."""
        rows = ArticleTag.objects.filter(tag=tag, is_pinned=True)
        return self.shown().filter(pk__in=rows.values("article_id"))

    def waiting(self) -> ArticleQuerySet:
        """What waits for the desk, the newest first by the key, which grows with time."""
        return self.filter(review=Article.Review.WAITING).order_by("-pk")

    def for_reader(self, reader_id: UUID) -> ArticleQuerySet:
        """Articles about the tags that a reader follows and has not muted."""
        follows = Follow.objects.current().filter(reader_id=reader_id)
        heard = follows.exclude(level=Follow.Level.MUTE).values("tag")
        about = ArticleTag.objects.filter(tag__in=heard)
        return self.shown().filter(pk__in=about.values("article"))


class Article(models.Model):
    """One stored text by one publisher. The row stays for ever; its body has one of its own."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits for its page"
        STORED = "stored", "stored"
        TAGGED = "tagged", "tagged"
        GROUPED = "grouped", "its story is decided"
        ANNOUNCED = "announced", "announced"

    class Page(models.TextChoices):
        """What became of the publisher's page, where the feed had not the whole article."""

        UNWANTED = "unwanted", "the feed has it all, or the text is not allowed"
        WANTED = "wanted", "to be read"
        READ = "read", "read"
        REFUSED = "refused", "robots.txt forbids it"
        FAILED = "failed", "could not be read"

    class Review(models.TextChoices):
        """What the desk says of an article of a publisher that it does not trust blindly."""

        UNNEEDED = "unneeded", "not needed"
        WAITING = "waiting", "waits for approval"
        APPROVED = "approved", "approved"
        REJECTED = "rejected", "rejected"

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    publisher = models.ForeignKey(
        Publisher, models.PROTECT, related_name="articles", db_index=False
    )
    feed = models.ForeignKey(Feed, models.SET_NULL, null=True, blank=True, related_name="articles")
    section = models.ForeignKey(
        Section, models.SET_NULL, null=True, blank=True, related_name="articles", db_index=False
    )
    story = models.ForeignKey(Story, models.PROTECT, null=True, blank=True, related_name="articles")
    tags = models.ManyToManyField(Tag, through="ArticleTag", related_name="articles")

    url = models.URLField(max_length=2000, help_text="the publisher's page")
    title = models.CharField(max_length=500)
    summary = models.TextField(blank=True, help_text="plain text for the card")
    authors = models.JSONField(default=list, blank=True)
    keywords = models.JSONField(default=list, blank=True, help_text="the publisher's own")
    image_url = models.URLField(max_length=2000, blank=True)
    is_paywalled = models.BooleanField(default=False, help_text="the publisher's page asks to pay")
    language = models.CharField(max_length=12, default="en")
    published_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False, help_text="when the publisher's text changed")
    is_hidden = models.BooleanField(default=False, help_text="shown nowhere, kept for editors")
    review = models.CharField(
        max_length=8,
        choices=Review,
        default=Review.UNNEEDED,
        db_default=Review.UNNEEDED,
        editable=False,
    )
    is_locked = models.BooleanField(
        "locked",
        default=False,
        db_default=False,
        help_text="what its feed says from now on does not change it",
    )
    original = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        editable=False,
        help_text="what the publisher said where an editor said it otherwise, by field",
    )
    is_backlog = models.BooleanField(
        default=False, help_text="old when first seen: shown, but nobody is alerted"
    )

    is_copy = models.BooleanField(
        default=False, editable=False, help_text="the text of an agency that another has, too"
    )

    key = models.CharField(
        max_length=500, editable=False, help_text="the publisher's identity of it"
    )
    url_hash = models.BinaryField(max_length=16, editable=False)
    twin_hash = models.BinaryField(
        max_length=16, null=True, editable=False, help_text="of title and day, where both tell much"
    )
    content_hash = models.BinaryField(max_length=32, editable=False)
    edit_count = models.PositiveSmallIntegerField(default=0, editable=False)
    removed_at = models.DateTimeField(
        null=True, editable=False, help_text="taken down: it never comes back"
    )
    page = models.CharField(max_length=8, choices=Page, default=Page.UNWANTED)
    state = models.CharField(max_length=9, choices=State, default=State.STORED)
    changed_in = changed_in_field(db_index=False)

    objects = ArticleQuerySet.as_manager()
    history = EditorialHistory(
        *("title", "summary", "image_url", "section", "language", "is_hidden", "is_locked"),
        "original",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("publisher", "key", name="article_key_once_per_publisher"),
            models.UniqueConstraint("publisher", "url_hash", name="article_url_once_per_publisher"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "stored", "tagged"]) | Q(story__isnull=False),
                name="article_grouped_has_story",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                name="article_newest",
                condition=Q(is_hidden=False),
            ),
            models.Index(fields=["changed_in", "id"], name="article_changed"),
            models.Index(fields=["publisher", "-published_at", "-id"], name="article_of_publisher"),
            models.Index(fields=["section", "-published_at", "-id"], name="article_of_section"),
            models.Index(
                "first_seen_at", name="article_unfinished", condition=~Q(state="announced")
            ),
            models.Index("first_seen_at", name="article_page_wanted", condition=Q(page="wanted")),
            models.Index("id", name="article_waits", condition=Q(review="waiting")),
            models.Index(
                fields=["publisher", "twin_hash"],
                name="article_twin",
                condition=Q(twin_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.language_of_page(), self.pk])

    def language_of_page(self) -> str:
        """The language prefix of the product's own page about the article."""
        return "en"


class ArticleText(models.Model):
    """The body of an article, dropped by age while the article stays."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="text")
    html = models.TextField(help_text="cleaned; safe to show")
    stored_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"text of {self.article_id}"


class Revision(models.Model):
    """What an article said before its publisher changed it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="revisions")
    title = models.CharField(max_length=500)
    summary = models.TextField(blank=True)
    html = models.TextField(blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["article", "-replaced_at"], name="revision_of_article")]

    def __str__(self) -> str:
        return f"{self.title}, until {self.replaced_at:%Y-%m-%d %H:%M}"


class ArticleTagQuerySet(models.QuerySet["ArticleTag"]):
    def shown(self) -> ArticleTagQuerySet:
        """Without those of tags that were merged into others."""
        return self.filter(tag__merged_into=None).select_related("tag")


class ArticleTag(models.Model):
    """That an article is about a tag, by which rule, and why."""

    class Rule(models.TextChoices):
        PAGE = "page", "on the tag's page"
        PUSH = "push", "may cause an alert"

    # The constraint and the index below begin with them.
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="article_tags", db_index=False
    )
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="article_tags", db_index=False)
    rule = models.CharField(max_length=4, choices=Rule)
    mention_count = models.PositiveSmallIntegerField()
    why = models.JSONField(default=list, help_text="[[alias as written, where it stood], ...]")
    published_at = models.DateTimeField(help_text="the article's, copied for the index")
    is_late = models.BooleanField(
        default=False, help_text="found by a new alias in an older article: alerts nobody"
    )
    is_pinned = models.BooleanField(
        "pinned",
        default=False,
        db_default=False,
        help_text="stands at the top of the tag's page",
    )
    came_through = came_through_field()

    objects = ArticleTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("article", "tag", name="tag_once_per_article")]
        indexes = [
            models.Index(fields=["tag", "-published_at", "-article"], name="tag_page"),
            models.Index("tag", name="tag_pinned", condition=Q(is_pinned=True)),
        ]

    def __str__(self) -> str:
        return f"{self.tag} by {self.rule} rule"
