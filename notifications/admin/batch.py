"""The operators' view of how alerts travel."""

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.rows import MachineRows, shorten_digest
from notifications.models import Alert, Batch, Failure


class BatchInline(admin.TabularInline):
    model = Batch
    fields = (
        "first_shard",
        "last_shard",
        "release_at",
        "state",
        "accepted_count",
        "failed_count",
        "ambiguous_count",
        "held_back_count",
    )
    readonly_fields = fields
    ordering = ("release_at", "first_shard")
    classes = ("collapse",)
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Batch)
class BatchAdmin(MachineRows):
    list_display = (
        "__str__",
        "alert",
        "state",
        "release_at",
        "lease_until",
        "accepted_count",
        "failed_count",
        "ambiguous_count",
    )
    list_filter = ("state", "release_at")
    list_select_related = ("alert",)
    search_fields = ("alert__title",)
    ordering = ("-pk",)

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Batch | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: its cursor says who has been told."""
        return False


@admin.register(Failure)
class FailureAdmin(MachineRows):
    list_display = (
        "created_at",
        "code",
        "outcome",
        "tries",
        "next_try_at",
        "device",
        "digest",
        "alert",
    )
    list_filter = ("created_at", ("next_try_at", admin.EmptyFieldListFilter))
    list_select_related = ("batch__alert", "device")
    search_fields = ("=code", "batch__alert__title")
    search_help_text = "a provider's code in full, or words of the alert"
    ordering = ("-pk",)
    fields = (
        "batch",
        "device",
        "digest",
        "outcome",
        "code",
        "tries",
        "next_try_at",
        "created_at",
    )

    @admin.display(description="alert")
    def alert(self, failure: Failure) -> Alert:
        return failure.batch.alert

    @admin.display(description="address's digest")
    def digest(self, failure: Failure) -> str:
        return shorten_digest(failure.address_digest)
