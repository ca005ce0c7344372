"""Alerts: written, sent, stopped and taken back by editors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from articles.admin.paging import BigTable
from articles.admin.rows import HTTPS, editor_of
from articles.record import log_rows
from notifications import control
from notifications.admin import composer, room
from notifications.admin.batch import BatchInline
from notifications.models import Alert, Batch, Device
from notifications.preflight import send_test
from notifications.tasks import sweep_alerts
from notifications.transports import get_transport

OF_ALERT = Batch.objects.filter(alert=OuterRef("pk")).order_by()
BATCHES = OF_ALERT.values("alert")
LIFETIME = timedelta(hours=6)
WORDING = ("title", "body", "image_url", "link")
CHOICE = ("tags", "story", "is_breaking", "language", "pace", "release_at")
FIXED = (
    *("state", "stop_reason", "kind", "number", "levels", "editor", "asked_by"),
    *("published_at", "planned_at", "proved_at", "created_at"),
)


@admin.register(Alert)
class AlertAdmin(BigTable):
    form = composer.AlertForm
    change_form_template = "admin/notifications/alert/change_form.html"
    formfield_overrides = HTTPS
    list_display = ("title", "what", "how_it_is", "accepted", "failed", "created_at")
    list_filter = ("state", "kind", "is_breaking", "created_at")
    search_fields = ("title", "body")
    ordering = ("-created_at",)
    inlines = (BatchInline,)
    actions = ("send", "test", "pause", "resume", "cancel", "take_back")
    autocomplete_fields = ("tags",)
    raw_id_fields = ("story",)
    fieldsets = (
        ("What phones show", {"fields": ("language", *WORDING)}),
        ("Who hears it", {"fields": ("tags", "is_breaking", "story")}),
        ("When", {"fields": ("release_at", "expires_at", "pace")}),
    )
    record = ("On record", {"fields": FIXED, "classes": ("collapse",)})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        alerts: QuerySet[Alert] = super().get_queryset(request)
        return alerts.annotate(
            accepted=Coalesce(Subquery(BATCHES.values(n=Sum("accepted_count"))), 0),
            failed=Coalesce(Subquery(BATCHES.values(n=Sum("failed_count"))), 0),
            next_at=Subquery(OF_ALERT.unfinished().values("alert").values(at=Min("release_at"))),
        )

    @admin.display(description="kind", ordering="kind")
    def what(self, alert: Alert) -> str:
        kind = alert.get_kind_display()
        return kind if alert.number == 1 else f"{kind} {alert.number}"

    @admin.display(description="state", ordering="state")
    def how_it_is(self, alert: Any) -> str:
        state: str = alert.get_state_display()
        if alert.stop_reason:
            return f"{state}: {alert.stop_reason}"
        is_waiting = alert.state == Alert.State.SENDING and alert.next_at
        if is_waiting and alert.next_at > timezone.now():
            return f"{state}: the rest from {alert.next_at:%H:%M} UTC on"
        return state

    @admin.display(description="accepted")
    def accepted(self, alert: Any) -> int:
        count: int = alert.accepted
        return count

    @admin.display(description="failed")
    def failed(self, alert: Any) -> int:
        count: int = alert.failed
        return count

    def get_fieldsets(self, request: HttpRequest, obj: Alert | None = None) -> Any:  # noqa: ARG002 - Django's signature
        return (*self.fieldsets, self.record) if obj else self.fieldsets

    def get_inlines(self, request: HttpRequest, obj: Alert | None) -> Any:  # noqa: ARG002 - as above
        return self.inlines if obj and obj.state != Alert.State.DRAFT else ()

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Alert | None = None,
    ) -> tuple[str, ...]:
        """Whom it is for is fixed once it is sent, the wording unless it is paused."""
        if obj is None or obj.state == Alert.State.DRAFT:
            return FIXED
        is_paused = obj.state == Alert.State.PAUSED
        return (*CHOICE, *FIXED) if is_paused else (*WORDING, "expires_at", *CHOICE, *FIXED)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        begun: dict[str, Any] = super().get_changeform_initial_data(request)
        expires_at = timezone.now() + LIFETIME
        return {"expires_at": expires_at, **begun, **composer.begin(request)}

    def save_model(self, request: HttpRequest, obj: Alert, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if not change:
            obj.published_at = timezone.now()
        if form.changed_data:
            obj.asked_by = None  # a second person would send another text than the first one meant
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            name = f"notifications_alert_{name}"
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            own("foresee", self.foresee, "foresee"),
            own("<uuid:pk>/act", require_POST(self.act), "act"),
            own("<uuid:pk>/live", self.live, "live"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        alert: Alert | None = context.get("original")
        may_send = self.has_send_permission(request)
        is_draft = alert is None or alert.state == Alert.State.DRAFT
        story = alert.story if alert else composer.find_story(request)
        context |= {"is_draft": is_draft, "may_send": may_send}
        if is_draft:
            context |= composer.surroundings(story)
        elif alert:
            context["live"] = room.describe(alert, may_send=may_send)
            context["is_taken_back"] = control.is_taken_back(alert)
            context |= room.trace_context(alert, request.GET.get("who", ""))
        return super().render_change_form(request, context, *args, **options)

    def foresee(self, request: HttpRequest) -> HttpResponse:
        """The estimate and the alerts much like it, for the composer's page to show."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(
            request, "admin/notifications/alert/_foreseen.html", composer.foresee(request)
        )

    def find(self, request: HttpRequest, pk: UUID) -> Alert:
        if not self.has_view_permission(request):
            raise PermissionDenied
        alert = Alert.objects.select_related("story").filter(pk=pk).first()
        if alert is None:
            raise Http404
        return alert

    def live(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """How far it is, asked for every few seconds by an open page."""
        alert = self.find(request, pk)
        live = room.describe(alert, may_send=self.has_send_permission(request))
        return render(request, "admin/notifications/alert/_live.html", live)

    def act(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """A button of the alert's page."""
        alert = self.find(request, pk)
        if not self.has_send_permission(request):
            raise PermissionDenied
        name, editor = request.POST.get("act", ""), editor_of(request)
        apply(request, [alert], lambda each: room.act(each, name, request.POST, editor))
        return redirect("admin:notifications_alert_change", alert.pk)

    def response_add(
        self, request: HttpRequest, obj: Alert, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Alert) -> HttpResponse:
        return self.go_on(request, obj) or super().response_change(request, obj)

    def go_on(self, request: HttpRequest, alert: Alert) -> HttpResponse | None:
        """The composer's own buttons: save and test, save and send."""
        if "_send" not in request.POST and "_test" not in request.POST:
            return None
        if "_send" in request.POST and not self.has_send_permission(request):
            raise PermissionDenied
        act = self.send if "_send" in request.POST else self.test
        act(request, Alert.objects.filter(pk=alert.pk))
        return redirect(reverse("admin:notifications_alert_change", args=[alert.pk]))

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.send_alert")

    @admin.action(
        description="Send: after a moment in which it can be undone", permissions=["send"]
    )
    def send(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        editor, now = editor_of(request), timezone.now()

        def send(alert: Alert) -> str:
            try:
                goes_at = control.send(alert, editor, now, alert.release_at)
            except control.SecondPersonError as error:
                control.ask_second(alert, editor)
                return f"{error}; it waits for somebody else's “Send”"
            return f"goes on {goes_at:%-d %b at %H:%M:%S} UTC; until then it can be cancelled"

        apply(request, alerts.select_related("story"), send)

    @admin.action(description="Test: show it on the desk's devices", permissions=["change"])
    def test(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        desk = Device.objects.live().filter(is_desk=True)

        def test(alert: Alert) -> str:
            outcomes = send_test(alert, desk, get_transport())
            told = [f"{device}: {outcome.result.value}" for device, outcome in outcomes]
            return ", ".join(told) or "the desk has no devices"

        apply(request, alerts.select_related("story"), test)

    @admin.action(description="Pause: send no more until resumed", permissions=["send"])
    def pause(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self.act_on(request, alerts, "pause")

    @admin.action(description="Resume where it was paused", permissions=["send"])
    def resume(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self.act_on(request, alerts, "resume")

    @admin.action(description="Cancel: nobody else hears it", permissions=["send"])
    def cancel(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self.act_on(request, alerts, "cancel")

    @admin.action(description="Take back: remove it from phones", permissions=["send"])
    def take_back(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        self.act_on(request, alerts, "retraction")

    def act_on(self, request: HttpRequest, alerts: QuerySet[Alert], name: str) -> None:
        editor = editor_of(request)
        apply(
            request,
            alerts.select_related("story"),
            lambda alert: room.act(alert, name, request.POST, editor),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        """Drafts only: the row of another is what keeps a story from being told twice."""
        is_draft = obj is not None and obj.state == Alert.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)


def apply(request: HttpRequest, alerts: Any, work: Callable[[Alert], str]) -> None:
    """Do something to each alert, note it in the history, and tell the editor what came of it."""
    for alert in alerts:
        try:
            done = work(alert)
        except control.ControlError as error:
            messages.error(request, f"{alert}: {error}")
        else:
            messages.success(request, f"{alert}: {done}")
            log_rows(Alert.objects.filter(pk=alert.pk), editor_of(request), done)
    transaction.on_commit(sweep_alerts.delay)
