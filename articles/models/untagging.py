from django.db import models
from django.db.models.functions import Now

from articles.models.identifier import changed_in_field


class Untagging(models.Model):
    """That an article lost a tag, so that apps which read offline can be told. A trigger writes it,
    whoever takes the tag: there is no row left that could say so. Either may be gone by now.
    """

    article_id = models.UUIDField()
    tag_id = models.UUIDField()
    untagged_at = models.DateTimeField(db_default=Now())
    changed_in = changed_in_field(db_index=False)

    class Meta:
        indexes = [models.Index(fields=["changed_in", "id"], name="untagging_changed")]

    def __str__(self) -> str:
        return f"{self.article_id} is not about {self.tag_id}"
