"""The editors' site: Django's admin with our look, our order and a policy that lets in nothing
foreign.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from articles.models import Reader
from backend import second_factor, today

# Django's own scripts are files of ours. Its widgets write style attributes, which load nothing
# under these sources; a style or script in a text of a publisher does not run.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
GROUPS: dict[str, tuple[str, ...]] = {
    "News": ("Article", "Story", "StoryPair", "Section"),
    "Alerts": ("Alert",),
    "Tags": ("Tag", "Suggestion", "PublisherKeyword", "Alias", "Retagging"),
    "Publishers": ("Publisher", "Feed"),
    "Record": ("Correction", "LongAction"),
    "Readers": (
        "Reader",
        "Group",
        "Session",
        "Follow",
        "Preference",
        "QuietProfile",
        "Device",
        "TOTPDevice",
    ),
    "Machine": ("Batch", "Failure"),
}
"""What stands together in the list at the side, in the order in which an editor needs it."""


class Desk(AdminSite):
    site_header = "Daily8 newsroom"
    site_title = "Daily8"
    index_title = "Today"
    index_template = "desk/index.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Today's figures, of what the person may see."""
        context = tell_today(request) | (extra_context or {})
        return super().index(request, context)

    def admin_view(
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> Any:
        return guard(self.explain(super().admin_view(view, cacheable)))

    def explain(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """Who may not do something is told so at the desk, and goes on from there."""

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **options)
            except PermissionDenied:
                context = self.each_context(request) | {"title": "Your role may not do this"}
                return TemplateResponse(request, "desk/refused.html", context, status=403)

        return answer

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who is signed in and has still to show the second factor is led there."""
        if request.method == "GET" and super().has_permission(request) and is_asked(request):
            target = reverse("admin:second_factor")
            return redirect(f"{target}?{urlencode({'next': request.GET.get('next', '')})}")
        response: HttpResponse = guard(super().login)(request, extra_context)
        return response

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not is_asked(request)

    def get_urls(self) -> list[Any]:
        factor = guard(never_cache(self.second_factor))
        return [path("second-factor/", factor, name="second_factor"), *super().get_urls()]

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, Reader) or not super().has_permission(request):
            return redirect("admin:login")
        return second_factor.ask(request, request.user, {"site_header": self.site_header})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By what belongs together for an editor rather than by app."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        known = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
        groups = [
            {
                "name": name,
                "app_label": name.lower(),
                "app_url": "",
                "has_module_perms": True,
                "models": [known[each][1] for each in models if each in known],
            }
            for name, models in GROUPS.items()
        ]
        return [group for group in groups if group["models"]]


def is_asked(request: HttpRequest) -> bool:
    """Whether the second factor is wanted and was not shown yet."""
    return settings.STAFF_SECOND_FACTOR and not second_factor.is_passed(request)


def tell_today(request: HttpRequest) -> dict[str, Any]:
    now, may = timezone.now(), request.user.has_perm
    told: dict[str, Any] = {"waiting": today.count_waiting()}
    if may("articles.view_article"):
        told |= {"article_chart": today.chart_articles(now), "rising_chart": today.chart_rising()}
    if may("notifications.view_alert"):
        alerts = today.look_at_alerts(now)
        told |= {"alerts": alerts, "alert_chart": today.chart_alerts(alerts)}
    if may("articles.view_feed"):
        told["failing"] = today.find_failing()
    return told


def guard(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def answer(*args: Any, **options: Any) -> Any:
        response = view(*args, **options)
        response["Content-Security-Policy"] = CONTENT_POLICY
        return response

    return answer


@guard
def lock_out(request: HttpRequest, *_: object) -> HttpResponse:
    """For who has guessed at a password too often (django-axes)."""
    wait = timedelta(hours=settings.AXES_COOLOFF_TIME)
    context = admin.site.each_context(request) | {
        "title": "Too many attempts",
        "minutes": wait // timedelta(minutes=1),
    }
    response = render(request, "desk/locked_out.html", context, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response
