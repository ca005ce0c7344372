from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Upper

from articles.models.history import EditorialHistory
from articles.models.identifier import changed_in_field, make_id
from articles.models.statement import ask
from articles.tagging import Phrase, fold

NEWEST = 200  # articles about a tag, from which its relations are read
TOGETHER = 2
ID_OF_NAME = "SELECT id FROM articles_tag WHERE name = %(name)s AND merged_into_id IS NULL"
IDS_OF_NAMES = """
    SELECT wanted.name, found.id FROM unnest(%(names)s::text[]) AS wanted(name), LATERAL (
        SELECT coalesce(t.merged_into_id, t.id) AS id FROM articles_tag t
        WHERE upper(t.name) = upper(wanted.name) ORDER BY t.id LIMIT 1) AS found
"""


class Section(models.Model):
    """The category on an article's card: Politics, Business."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)
    labels = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text='by language: {"fr": "Politique"}',
    )

    history = EditorialHistory("name", "slug", "labels")

    def __str__(self) -> str:
        return self.name

    def label_in(self, languages: Iterable[str]) -> str:
        """Its name in the first of these languages that it has one in."""
        return pick_label(self.labels, languages) or self.name


def pick_label(labels: dict[str, str], languages: Iterable[str]) -> str:
    return next((labels[language] for language in languages if language in labels), "")


class TagQuerySet(models.QuerySet["Tag"]):
    def matching(self, words: str) -> TagQuerySet:
        """Tags whose name, alias or label in any language holds the folded words."""
        folded = fold(words)
        if not folded:
            return self.none()
        named = self.filter(
            Q(folded__contains=folded) | Q(folded__contains=folded.replace(" ", ""))
        )
        found = Alias.objects.filter(folded__contains=folded).values("tag_id")
        # A union reaches both indexes; an "or" over a subquery reaches neither.
        return self.filter(pk__in=named.values("pk").union(found))

    def named(self, name: str) -> TagQuerySet:
        """The tag of that name in any case, if any."""
        return self.filter(name__iexact=name).order_by("pk")

    def ids_of(self, names: list[str]) -> dict[str, UUID]:
        """By name in any case, the id of the tag or of that which it was merged into."""
        spoken = [
            name for name in names if name.isprintable()
        ]  # PostgreSQL refuses NUL in any text
        return dict(ask(IDS_OF_NAMES, {"names": spoken}))

    def find_id(self, name: str) -> UUID | None:
        """Of the tag of exactly this name that is no part of another. A page is asked for before it
        begins to leave, so without Django's way of building a statement.
        """
        rows: list[tuple[UUID]] = ask(ID_OF_NAME, {"name": name}) if name.isprintable() else []
        return rows[0][0] if rows else None

    def near(self, words: str) -> TagQuerySet:
        """A few tags with an alias that resembles the words."""
        similar = Alias.objects.filter(folded__trigram_similar=fold(words)).values("tag_id")
        return self.filter(pk__in=similar, is_active=True).order_by("name")[:6]

    def busiest(self, since: datetime) -> TagQuerySet:
        """Active tags by how many stories they were given since then, as `story_count`."""
        recent = self.filter(article_tags__published_at__gte=since, is_active=True)
        stories = Count("article_tags__article__story", distinct=True)
        counted = recent.annotate(story_count=stories)
        return counted.order_by("-story_count", "name")

    def of_story(self, story_ids: Iterable[UUID]) -> TagQuerySet:
        """Tags that an article of these stories is about by the push rule."""
        about = Q(article_tags__article__story__in=list(story_ids), article_tags__rule="push")
        return self.filter(about, merged_into=None).distinct().order_by("name")

    def rising(self, span: str) -> TagQuerySet:
        """Tags that are more in the news than they mostly are, the steepest first; each has its
        `story_count`.
        """
        counted = self.filter(trends__span=span, is_active=True)
        return counted.annotate(story_count=F("trends__story_count")).order_by("-trends__rise")

    def related_to(self, tag: Tag) -> TagQuerySet:
        """Tags of the newest articles about a tag, those first that it shares most with."""
        newest = tag.article_tags.order_by("-published_at", "-article")[:NEWEST]
        shared = Count("article_tags", filter=Q(article_tags__article__in=newest.values("article")))
        together = self.filter(article_tags__article__in=newest.values("article"), is_active=True)
        counted = together.exclude(pk=tag.pk).annotate(shared=shared).filter(shared__gte=TOGETHER)
        return counted.order_by("-shared", "name")


class Tag(models.Model):
    """A subject that readers follow, shown as #NagornoKarabakh."""

    class Kind(models.TextChoices):
        PLACE = "place", "place"
        PERSON = "person", "person"
        ORGANISATION = "organisation", "organisation"
        EVENT = "event", "event"
        SUBJECT = "subject", "subject"

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    name = models.CharField(
        max_length=80,
        unique=True,
        validators=[RegexValidator(r"^\w+$", "Letters, digits and _ only: it stands after a #.")],
        help_text="as in #NagornoKarabakh, without the #",
    )
    slug = models.SlugField(max_length=80, unique=True, allow_unicode=True)
    label = models.CharField(max_length=80, help_text="as in running text: Nagorno-Karabakh")
    labels = models.JSONField(
        default=dict, blank=True, help_text='by language: {"fr": "Haut-Karabakh"}'
    )
    folded = models.TextField(
        default="", editable=False, help_text="its name and labels as words are looked up"
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SUBJECT)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    is_active = models.BooleanField(default=True, help_text="off: matches no new article")
    may_alert = models.BooleanField(default=True, help_text="off: on pages only")
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="where its address leads now",
    )
    expected_alerts_per_day = models.FloatField(
        default=0, editable=False, help_text="of the last four weeks"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_in = changed_in_field()

    objects = TagQuerySet.as_manager()
    history = EditorialHistory(
        "name", "slug", "label", "labels", "kind", "parent", "is_active", "may_alert"
    )

    class Meta:
        indexes = [
            models.Index(Upper("name"), name="tag_name_any_case"),
            models.Index(fields=["-created_at", "-id"], name="tag_newest"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="tag_folded_trgm"),
        ]

    def __str__(self) -> str:
        return f"#{self.name}"

    def save(self, *args: object, **options: object) -> None:
        self.folded = fold_names(self.name, self.label, self.labels)
        super().save(*args, **options)  # type: ignore[arg-type]  # passed through as Django gave it

    def label_in(self, languages: Iterable[str]) -> str:
        """The label in the first of these languages that it has one in."""
        return pick_label(self.labels, languages) or self.label


def fold_names(name: str, label: str, labels: dict[str, str]) -> str:
    """Each name and label on a line of its own."""
    return "\n".join(dict.fromkeys(fold(each) for each in (name, label, *labels.values())))


class Alias(models.Model):
    """A phrase that means a tag when it stands in a text."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="aliases")
    phrase = models.CharField(max_length=120)
    folded = models.CharField(max_length=240, editable=False)
    language = models.CharField(max_length=12, blank=True, help_text="for your own order only")
    is_case_sensitive = models.BooleanField(
        "case-sensitive",
        default=False,
        help_text="what it writes with a capital must have one in the text",
    )
    is_title_only = models.BooleanField("only in the title", default=False)
    needs = models.ForeignKey(
        Tag,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="counts only where the text mentions this tag, too",
    )
    is_blocked = models.BooleanField(
        "blocked",
        default=False,
        help_text="means nothing, and hides what stands in it: “Karabakh FK” is no #Karabakh",
    )
    changed_in = changed_in_field()

    history = EditorialHistory(
        *("tag", "phrase", "language", "is_case_sensitive", "is_title_only", "needs", "is_blocked")
    )

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint("tag", "folded", name="alias_once_per_tag")]
        indexes = [
            models.Index("folded", name="alias_folded"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="alias_folded_trgm"),
        ]

    def __str__(self) -> str:
        return self.phrase

    def save(self, *args: object, **options: object) -> None:
        self.folded = fold(self.phrase)
        super().save(*args, **options)  # type: ignore[arg-type]  # passed through as Django gave it

    def as_phrase(self) -> Phrase[UUID]:
        return Phrase(
            self.phrase, self.is_case_sensitive, self.is_title_only, self.needs_id, self.is_blocked
        )
