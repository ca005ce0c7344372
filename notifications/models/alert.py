from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q

from articles.models import Follow, Reader, Story, Tag
from articles.models.identifier import make_id


@dataclass(frozen=True, slots=True)
class Variant:
    """An alert's words in one language."""

    language: str
    title: str
    body: str
    image_url: str
    link: str


ALIKE = 0.3  # of two titles' trigrams: above it an editor should look at both


class AlertQuerySet(models.QuerySet["Alert"]):
    def for_reader(self, reader_id: UUID) -> AlertQuerySet:
        """Alerts about tags that the reader follows, at whatever level, since the follow began;
        less muted ones, and less what a later one of the same story replaces or takes back.
        """
        mine = Follow.objects.current().filter(reader_id=reader_id, tag__alerts=OuterRef("pk"))
        muted = mine.filter(level=Follow.Level.MUTE)
        replacing = Alert.objects.filter(
            story=OuterRef("story"),
            kind__in=Alert.REPLACING,
            planned_at__gt=OuterRef("planned_at"),
        )
        return self.filter(
            Exists(mine.filter(followed_at__lte=OuterRef("planned_at"))),
            ~Exists(muted),
            ~Exists(replacing),
            state__in=Alert.TOLD,
            planned_at__isnull=False,
        ).exclude(kind=Alert.Kind.RETRACTION)

    def in_languages(self, languages: list[str]) -> AlertQuerySet:
        """Alerts that a reader of these languages hears; of none: all."""
        known = Q(language__in=[*languages, "und"]) | Q(variants__has_any_keys=languages)
        return self.filter(known) if languages else self

    def like(self, title: str, since: datetime) -> AlertQuerySet:
        """Alerts since then that readers may take for the same, the most alike first."""
        recent = self.filter(created_at__gte=since).exclude(state=Alert.State.DRAFT)
        alike = recent.annotate(likeness=TrigramSimilarity("title", title))
        return alike.filter(likeness__gte=ALIKE).order_by("-likeness", "-created_at")


class Alert(models.Model):
    """The decision to tell a story's followers. Unique by story, kind and number: the database,
    not care, keeps a phone from hearing of a story twice.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", "first"
        UPDATE = "update", "update"
        EXTENSION = "extension", "for followers who have not heard of it"
        CORRECTION = "correction", "correction"
        RETRACTION = "retraction", "retraction"
        DIGEST = "digest", "digest"

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        HELD = "held", "held"
        PLANNING = "planning", "planning"
        SENDING = "sending", "sending"
        PAUSED = "paused", "paused"
        SENT = "sent", "sent"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "expired"
        FAILED = "failed", "failed"

    REPLACING = (Kind.UPDATE, Kind.CORRECTION, Kind.RETRACTION)
    """For those who were told before: it takes the place of what they are shown."""
    TOLD = (State.SENDING, State.PAUSED, State.SENT, State.EXPIRED)
    LIVE = (State.HELD, State.PLANNING, State.SENDING, State.PAUSED)

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    story = models.ForeignKey(
        Story,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts",
        help_text="empty: an alert about something else",
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INITIAL)
    number = models.PositiveSmallIntegerField(default=1)
    tags = models.ManyToManyField(Tag, related_name="alerts", help_text="whose followers hear it")
    levels = ArrayField(
        models.CharField(max_length=6, choices=Follow.Level),
        default=list,
        editable=False,
        help_text="of follows that it reaches",
    )
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    stop_reason = models.CharField(max_length=200, blank=True, editable=False)
    editor = models.ForeignKey(
        Reader,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="who sends it; empty: the machine",
    )
    asked_by = models.ForeignKey(
        Reader,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="who wants to send it, where so many would hear it that a second person has to",
    )

    title = models.CharField(max_length=240)
    body = models.CharField(max_length=600, blank=True)
    image_url = models.URLField(max_length=2000, blank=True)
    link = models.URLField(max_length=2000, help_text="what a tap opens")
    is_breaking = models.BooleanField("breaking", default=False)
    language = models.CharField(max_length=12, default="en")
    variants = models.JSONField(
        default=dict,
        editable=False,
        help_text="the same in other languages: title, body, image_url and link of each",
    )
    pace = models.DurationField(
        null=True, blank=True, help_text="spread the sending over this time; empty: at once"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(help_text="when the news was published")
    release_at = models.DateTimeField(
        null=True, blank=True, help_text="held until then, so that it can be undone"
    )
    planned_at = models.DateTimeField(null=True, editable=False, help_text="audience frozen")
    checked_at = models.DateTimeField(null=True, editable=False, help_text="preflight was passed")
    proved_at = models.DateTimeField(
        null=True, editable=False, help_text="the first messages arrived well; the rest may go"
    )
    expires_at = models.DateTimeField(help_text="nothing is sent after this")
    counts = models.JSONField(
        default=dict,
        editable=False,
        encoder=DjangoJSONEncoder,
        help_text="readers at planning: targeted, and why some of them are not in a batch",
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["story", "kind", "number"],
                name="one_alert_per_story_kind_number",
                condition=~Q(state="draft"),
            ),
            models.UniqueConstraint(
                fields=["published_at"], name="one_digest_at_a_time", condition=Q(kind="digest")
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="alert_newest"),
            models.Index("planned_at", name="alert_planned"),
            models.Index("release_at", name="alert_held", condition=Q(state="held")),
        ]
        permissions = [("send_alert", "Can send, stop and take back alerts")]

    def __str__(self) -> str:
        return self.title

    def told_count(self) -> int:
        """Devices that it was handed over for so far."""
        return int(self.batches.aggregate(n=models.Sum("accepted_count", default=0))["n"])

    def spoken(self) -> list[str]:
        """The languages that it can be told in, its own first."""
        return [self.language, *self.variants]

    def told_in(self, languages: Iterable[str] | None) -> Variant:
        """What a reader of these languages is shown, the favourite first; None: no wish."""
        if not self.variants or languages is None:
            return self.own()
        chosen = next((each for each in languages if each in self.spoken()), self.language)
        if chosen in self.variants:
            return Variant(language=chosen, **self.variants[chosen])
        return self.own()

    def own(self) -> Variant:
        return Variant(self.language, self.title, self.body, self.image_url, self.link)

    def replaces(self) -> str:
        """The id under which a phone shows one alert: that of the story it is about by now."""
        about = self.story
        if about is None:
            return "digest" if self.kind == self.Kind.DIGEST else self.pk.hex
        return (about.linked_to_id or about.merged_into_id or about.pk).hex
