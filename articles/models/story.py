from __future__ import annotations

from django.db import models

from articles.models.identifier import changed_in_field, make_id


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
    created_at = models.DateTimeField(auto_now_add=True)
    changed_in = changed_in_field()

    class Meta:
        verbose_name_plural = "stories"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
                name="story_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.lead.title if self.lead else str(self.pk)
