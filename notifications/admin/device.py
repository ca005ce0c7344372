"""The devices that alerts reach."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.rows import MachineRows, change_rows, shorten_digest
from notifications.models import Device


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
        "is_desk",
        "seen_on",
    )
    list_filter = ("state", "is_desk", "platform", "address_kind", "seen_on")
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
    actions = ("give_up", "take_to_desk", "release_from_desk")

    @admin.display(description="address's digest")
    def digest(self, device: Device) -> str:
        return shorten_digest(device.address_digest)

    @admin.action(description="Send nothing to these any more", permissions=["delete"])
    def give_up(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        left = devices.exclude(state=Device.State.GONE)
        reason = "given up by an editor"
        change_rows(request, left, "given up", state=Device.State.GONE, gone_reason=reason)

    @admin.action(description="Take to the desk: they get tests", permissions=["desk"])
    def take_to_desk(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        change_rows(request, devices, "taken to the desk", is_desk=True)

    @admin.action(description="Release from the desk", permissions=["desk"])
    def release_from_desk(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        change_rows(request, devices, "released from the desk", is_desk=False)

    def has_desk_permission(self, request: HttpRequest) -> bool:
        """Who sends alerts chooses the phones that they are tried on."""
        return request.user.has_perm("notifications.send_alert")
