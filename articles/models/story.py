from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from articles.models.identifier import changed_in_field, make_id
from articles.models.tag import Tag

NEAR = timedelta(days=7)


class StoryQuerySet(models.QuerySet["Story"]):
    def shown(self) -> StoryQuerySet:
        """Stories with a page of their own."""
        return self.filter(merged_into=None, lead__is_hidden=False)

    def lock(self) -> list[UUID]:
        """Hold these stories until the transaction ends; their ids. All lock in one order."""
        held = Story.objects.filter(pk__in=self.order_by().values("pk")).order_by("pk")
        return list(held.select_for_update().values_list("pk", flat=True))

    def with_publisher_count(self) -> StoryQuerySet:
        """Each story with `publisher_count`: how many publishers tell of it."""
        told = Story.objects.filter(pk=OuterRef("pk"), articles__is_hidden=False).order_by()
        count = Count("articles__publisher", distinct=True)
        return self.annotate(
            publisher_count=Coalesce(Subquery(told.values("pk").values(n=count)), 0)
        )

    def with_lead(self) -> StoryQuerySet:
        """Joined with the card of its lead."""
        return self.select_related("lead__publisher", "lead__section")

    def refresh(self) -> int:
        """Write what follows from a story's articles: its first and last time and its lead, which
        is the first with a picture that is no agency's text told once more. How many stories.
        """
        same = Story.objects.filter(pk=OuterRef("pk")).order_by()
        first, last = Min("articles__published_at"), Max("articles__published_at")
        leads = same.filter(articles__is_hidden=False).order_by(
            "articles__is_copy",
            Case(When(articles__image_url="", then=1), default=0),
            "articles__published_at",
            "articles__pk",
        )
        is_right = Q(is_lead_chosen=True) & Exists(same.filter(articles=OuterRef("lead")))
        return self.update(
            first_published_at=Coalesce(Subquery(same.values(at=first)), F("first_published_at")),
            last_published_at=Coalesce(Subquery(same.values(at=last)), F("last_published_at")),
            lead=Case(
                When(is_right, then=F("lead")), default=Subquery(leads.values("articles__pk")[:1])
            ),
        )

    def related_to(self, story: Story) -> StoryQuerySet:
        """Others of the same days, those first that share most tags and words of the title."""
        own = {"article_tags__article__story": story, "article_tags__rule": "push"}
        tags = list(Tag.objects.filter(**own).values_list("pk", flat=True).distinct())
        days = (story.first_published_at - NEAR, story.last_published_at + NEAR)
        title = story.lead.title if story.lead else ""
        shared = Count("articles__article_tags__tag", distinct=True)
        likeness = TrigramSimilarity("lead__title", title)
        return (
            self.shown()
            .filter(
                articles__article_tags__tag__in=tags,
                articles__article_tags__rule="push",
                language=story.language,
                last_published_at__range=days,
            )
            .exclude(pk=story.pk)
            .annotate(shared=shared, closeness=F("shared") + 3 * likeness)
            .order_by("-closeness", "-last_published_at")
        )


class Story(models.Model):
    """The articles of several publishers about one event."""

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    lead = models.ForeignKey(
        "articles.Article", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=12, default="en")
    first_published_at = models.DateTimeField()
    last_published_at = models.DateTimeField(db_index=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        help_text="the row and its alerts stay, so that nobody is told twice",
    )
    linked_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="linked",
        help_text="the same event in another language, with which it shares one alert",
    )
    is_lead_chosen = models.BooleanField(default=False, editable=False)
    is_locked = models.BooleanField(
        "locked", default=False, help_text="no article joins it by itself"
    )
    is_breaking = models.BooleanField(
        "breaking", default=False, help_text="its alert reaches who wants only the most important"
    )
    corrected_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="an editor changed which articles it has: those of before then alert nobody",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_in = changed_in_field(db_index=False)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        indexes = [models.Index(fields=["changed_in", "id"], name="story_changed")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
                name="story_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.lead.title if self.lead else str(self.pk)

    def group(self) -> StoryQuerySet:
        """The story it is part of by now, what was merged into that, and translations: they share
        their alerts.
        """
        about = self.merged_into or self
        head = about.linked_to_id or about.pk
        linked = models.Q(pk=head) | models.Q(linked_to=head)
        return Story.objects.filter(
            linked | models.Q(merged_into=head) | models.Q(merged_into__linked_to=head)
        )


class StoryPair(models.Model):
    """Two stories that may be the same. A person decides; until then there is one alert."""

    class State(models.TextChoices):
        OPEN = "open", "to be decided"
        SAME = "same", "the same"
        APART = "apart", "not the same"

    story = models.ForeignKey(Story, models.CASCADE, related_name="pairs")
    other = models.ForeignKey(Story, models.CASCADE, related_name="+", help_text="the older one")
    likeness = models.FloatField()
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("story", "other", name="pair_of_stories_once")]
        indexes = [
            models.Index("created_at", name="pair_open", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.story} / {self.other}"
