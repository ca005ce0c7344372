"""The editors' door to alerts, and the operators' view of how they travel."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from articles.admin.rows import HTTPS, MachineRows, change_rows, shorten_digest
from notifications.models import Alert, Batch, Device, Failure, Preference, QuietProfile

UNFINISHED = (Alert.State.PLANNING, Alert.State.SENDING)
BATCHES = Batch.objects.filter(alert=OuterRef("pk")).order_by().values("alert")


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
        "capped_count",
    )
    readonly_fields = fields
    ordering = ("release_at", "first_shard")
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Alert)
class AlertAdmin(admin.ModelAdmin):
    formfield_overrides = HTTPS
    list_display = (
        "title",
        "kind",
        "number",
        "state",
        "stop_reason",
        "accepted",
        "failed",
        "created_at",
    )
    list_filter = ("state", "kind", "is_breaking")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = "created_at"
    search_fields = ("title", "body")
    ordering = ("-created_at",)
    inlines = (BatchInline,)
    actions = ("pause", "resume", "cancel")
    wording = ("title", "body", "image_url", "link", "expires_at")
    fixed = (
        "state",
        "stop_reason",
        "story",
        "kind",
        "number",
        "tags",
        "is_breaking",
        "published_at",
        "planned_at",
        "created_at",
    )
    fields = (*wording, *fixed)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        alerts: QuerySet[Alert] = super().get_queryset(request)
        return alerts.annotate(
            accepted=Coalesce(Subquery(BATCHES.values(n=Sum("accepted_count"))), 0),
            failed=Coalesce(Subquery(BATCHES.values(n=Sum("failed_count"))), 0),
        )

    @admin.display(description="accepted")
    def accepted(self, alert: Any) -> int:
        count: int = alert.accepted
        return count

    @admin.display(description="failed")
    def failed(self, alert: Any) -> int:
        count: int = alert.failed
        return count

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Alert | None = None,
    ) -> tuple[str, ...]:
        """The audience is fixed from the start, the wording unless the alert is paused."""
        is_paused = obj is not None and obj.state == Alert.State.PAUSED
        return self.fixed if is_paused else (*self.wording, *self.fixed)

    @admin.action(description="Pause: send no more until resumed", permissions=["change"])
    def pause(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        running = alerts.filter(state__in=UNFINISHED)
        reason = f"paused by {request.user}"[:200]
        change_rows(request, running, "paused", state=Alert.State.PAUSED, stop_reason=reason)

    @admin.action(description="Resume where it was paused", permissions=["change"])
    def resume(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        paused = alerts.filter(state=Alert.State.PAUSED)
        change_rows(request, paused, "resumed", state=Alert.State.SENDING, stop_reason="")

    @admin.action(description="Cancel: nobody else hears it", permissions=["change"])
    def cancel(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        """With its batches, which would otherwise count as waiting for ever."""
        running = alerts.filter(state__in=(*UNFINISHED, Alert.State.PAUSED))
        reason = f"cancelled by {request.user}"[:200]
        change_rows(request, running, "cancelled", state=Alert.State.CANCELLED, stop_reason=reason)
        cancelled = alerts.filter(state=Alert.State.CANCELLED).values("pk")
        Batch.objects.filter(alert__in=cancelled).unfinished().update(state=Batch.State.CANCELLED)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Never: an alert is born with its batches, or it would wait for ever."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Alert | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: the row is what keeps a story from being told twice."""
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


@admin.register(Device)
class DeviceAdmin(MachineRows):
    list_display = (
        "id",
        "reader",
        "platform",
        "app_version",
        "zone",
        "address_kind",
        "digest",
        "state",
        "seen_on",
    )
    list_filter = ("state", "platform", "address_kind", "seen_on")
    list_select_related = ("reader",)
    search_fields = ("id", "reader__email", "reader__id")
    ordering = ("-pk",)
    fields = (
        "id",
        "reader",
        "session",
        "platform",
        "app_version",
        "locale",
        "zone",
        "address_kind",
        "digest",
        "state",
        "gone_reason",
        "seen_on",
        "created_at",
    )
    actions = ("give_up",)

    @admin.display(description="address's digest")
    def digest(self, device: Device) -> str:
        return shorten_digest(device.address_digest)

    @admin.action(description="Send nothing to these any more", permissions=["delete"])
    def give_up(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        left = devices.exclude(state=Device.State.GONE)
        reason = "given up by an editor"
        change_rows(request, left, "given up", state=Device.State.GONE, gone_reason=reason)


@admin.register(QuietProfile)
class QuietProfileAdmin(MachineRows):
    """To be looked at: one row is the night of many readers."""

    list_display = ("__str__", "zone", "start", "end")
    search_fields = ("zone",)
    ordering = ("zone", "start", "end")

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: QuietProfile | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


@admin.register(Preference)
class PreferenceAdmin(admin.ModelAdmin):
    list_display = ("reader", "quiet_profile", "daily_cap", "quiet_changed_at")
    list_select_related = ("reader", "quiet_profile")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("reader__email", "quiet_profile__zone")
    ordering = ("-pk",)
    autocomplete_fields = ("reader", "quiet_profile")
    readonly_fields = ("previous_quiet_profile", "quiet_changed_at")

    def get_fields(self, request: HttpRequest, obj: Preference | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("reader", "quiet_profile", "daily_cap")
        return (*chosen, *self.readonly_fields) if obj else chosen

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Preference | None = None,
    ) -> tuple[str, ...]:
        """Quiet hours change in the app alone, which tells alerts that are on their way."""
        fixed = ("previous_quiet_profile", "quiet_changed_at")
        return ("reader", "quiet_profile", *fixed) if obj else fixed
