"""Alerts: written, sent, stopped and taken back by editors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from articles.admin.rows import HTTPS, editor_of, log_rows
from notifications import control
from notifications.admin.batch import BatchInline
from notifications.funnel import make_funnel
from notifications.models import Alert, Batch, Device
from notifications.preflight import send_test
from notifications.tasks import sweep_alerts
from notifications.transports import get_transport

BATCHES = Batch.objects.filter(alert=OuterRef("pk")).order_by().values("alert")
LIFETIME = timedelta(hours=6)


class AlertForm(forms.ModelForm):
    """A draft, which its editor sends from the list."""

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if self.instance.state == Alert.State.DRAFT and expires_at <= timezone.now():
            raise forms.ValidationError("Nobody would hear it: choose a later time.")
        return expires_at


@admin.register(Alert)
class AlertAdmin(admin.ModelAdmin):
    form = AlertForm
    formfield_overrides = HTTPS
    list_display = (
        "title",
        "kind",
        "number",
        "state",
        "release_at",
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
    actions = ("send", "test", "pause", "resume", "cancel", "take_back")
    autocomplete_fields = ("tags",)
    raw_id_fields = ("story",)
    wording = ("title", "body", "image_url", "link", "expires_at")
    choice = ("tags", "story", "is_breaking", "language", "pace", "release_at")
    fixed = (
        "state",
        "stop_reason",
        "kind",
        "number",
        "levels",
        "editor",
        "published_at",
        "planned_at",
        "proved_at",
        "created_at",
        "funnel",
    )
    fields = (*wording, *choice, *fixed)

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

    @admin.display(description="what it did")
    def funnel(self, alert: Alert) -> SafeString | str:
        """Step by step, from readers whom it could concern to those who opened it."""
        lines = [
            (step, ", ".join(f"{name} {value or 0:,.0f}" for name, value in figures.items()))
            for step, figures in make_funnel(alert).items()
            if figures
        ]
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", lines) or "nothing yet"

    def get_readonly_fields(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Alert | None = None,
    ) -> tuple[str, ...]:
        """Whom it is for is fixed once it is sent, the wording unless it is paused."""
        if obj is None or obj.state == Alert.State.DRAFT:
            return self.fixed
        is_paused = obj.state == Alert.State.PAUSED
        return (*self.choice, *self.fixed) if is_paused else self.fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        begun: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"expires_at": timezone.now() + LIFETIME, **begun}

    def save_model(self, request: HttpRequest, obj: Alert, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if not change:
            obj.published_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description="Send: after a moment in which it can be undone")
    def send(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        editor, now = editor_of(request), timezone.now()

        def send(alert: Alert) -> str:
            goes_at = control.send(alert, editor, now, alert.release_at)
            return f"goes at {goes_at:%H:%M:%S} UTC; until then it can be cancelled"

        apply(request, alerts, send)

    @admin.action(description="Test: show it on the desk's devices", permissions=["change"])
    def test(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        desk = Device.objects.live().filter(is_desk=True)

        def test(alert: Alert) -> str:
            outcomes = send_test(alert, desk, get_transport())
            told = [f"{device}: {outcome.result.value}" for device, outcome in outcomes]
            return ", ".join(told) or "the desk has no devices"

        apply(request, alerts, test)

    @admin.action(description="Pause: send no more until resumed", permissions=["change"])
    def pause(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        apply(request, alerts, lambda alert: control.pause(alert, str(request.user)))

    @admin.action(description="Resume where it was paused", permissions=["change"])
    def resume(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        now = timezone.now()
        apply(request, alerts, lambda alert: control.resume(alert, now))

    @admin.action(description="Cancel: nobody else hears it", permissions=["change"])
    def cancel(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        apply(request, alerts, lambda alert: control.cancel(alert, str(request.user)))

    @admin.action(description="Take back: remove it from phones", permissions=["change"])
    def take_back(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        editor, now = editor_of(request), timezone.now()
        kind = Alert.Kind.RETRACTION
        apply(
            request,
            alerts,
            lambda alert: control.follow_up(alert, kind, alert.own(), editor, now) and "taken back",
        )

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Alert | None = None,
    ) -> bool:
        """Drafts only: the row of another is what keeps a story from being told twice."""
        is_draft = obj is not None and obj.state == Alert.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)


def apply(request: HttpRequest, alerts: QuerySet[Alert], work: Callable[[Alert], object]) -> None:
    """Do something to each alert, note it in the history, and tell the editor what came of it."""
    for alert in alerts.select_related("story"):
        try:
            done = str(work(alert))
        except control.ControlError as error:
            messages.error(request, f"{alert}: {error}")
        else:
            messages.success(request, f"{alert}: {done}")
            log_rows(request, Alert.objects.filter(pk=alert.pk), done)
    transaction.on_commit(sweep_alerts.delay)
