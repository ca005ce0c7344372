"""What people at the desk made of a row, version by version."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

EDITOR = "_history_user"  # what django-simple-history's admin sets before it saves


class EditorialHistory(HistoricalRecords):  # type: ignore[misc]  # the library has no types
    """Versions of the named fields. Only what an editor saves makes one: the product itself writes
    rows all day, which nobody would look up and which would be larger than the rows.
    """

    def __init__(self, *fields: str) -> None:
        super().__init__()
        self.kept = frozenset(fields)

    def finalize(self, sender: type[models.Model], **options: Any) -> None:
        if sender is self.cls:
            self.excluded_fields = [
                field.name
                for field in sender._meta.fields  # noqa: SLF001 - Django's documented Meta API
                if field.name not in self.kept and not field.primary_key
            ]
        super().finalize(sender, **options)

    def post_save(self, instance: models.Model, created: bool, **options: Any) -> None:  # noqa: FBT001 - Django's signature
        if hasattr(instance, EDITOR):
            super().post_save(instance, created, **options)

    def post_delete(self, instance: models.Model, **options: Any) -> None:
        if hasattr(instance, EDITOR):
            super().post_delete(instance, **options)
