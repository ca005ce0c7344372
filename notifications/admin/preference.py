"""When readers may be disturbed."""

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.paging import BigTable
from articles.admin.rows import MachineRows
from notifications.models import Preference, QuietProfile


@admin.register(QuietProfile)
class QuietProfileAdmin(MachineRows):
    """To be looked at: one row is the night of many readers."""

    list_display = ("__str__", "zone", "start", "end", "is_open_to_breaking", "digest_at")
    search_fields = ("zone",)
    ordering = ("zone", "start", "end")

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: QuietProfile | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


@admin.register(Preference)
class PreferenceAdmin(BigTable):
    list_display = ("reader", "is_on", "quiet_profile", "daily_cap", "gap_minutes")
    list_select_related = ("reader", "quiet_profile")
    search_fields = ("reader__email", "quiet_profile__zone")
    ordering = ("-pk",)
    autocomplete_fields = ("reader", "quiet_profile")
    readonly_fields = ("previous_quiet_profile", "quiet_changed_at")

    def get_fields(self, request: HttpRequest, obj: Preference | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("reader", "is_on", "quiet_profile", "daily_cap", "gap_minutes", "languages")
        return (*chosen, *self.readonly_fields) if obj else chosen

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Preference | None = None,
    ) -> tuple[str, ...]:
        """Quiet hours change in the app alone, which tells alerts that are on their way."""
        fixed = ("previous_quiet_profile", "quiet_changed_at")
        return ("reader", "quiet_profile", *fixed) if obj else fixed
