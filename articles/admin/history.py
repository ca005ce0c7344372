"""Versions of what the desk edits, and the way back to each of them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from articles.models.history import EDITOR
from articles.record import keep_first

SHOWN = 100


class Versioned(SimpleHistoryAdmin, admin.ModelAdmin):  # type: ignore[misc]  # the library has no types
    """An admin whose changes can be looked up and taken back, those of its inlines included."""

    object_history_template = "admin/articles/history.html"

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: forms.ModelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if change:
            keep_first(type(obj), [obj.pk])
        super().save_model(request, obj, form, change)

    def save_formset(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formset: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if hasattr(formset.model, "history"):
            touched = [each.instance for each in formset.forms if each.has_changed()]
            keep_first(formset.model, [each.pk for each in touched if each.pk])
            for each in touched:
                setattr(each, EDITOR, request.user)
        super().save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        keep_first(type(obj), [obj.pk])
        setattr(obj, EDITOR, request.user)
        super().delete_model(request, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what was done that made no version: what was approved, merged, tagged."""
        log = LogEntry.objects.filter(
            object_id=object_id, content_type=ContentType.objects.get_for_model(self.model)
        )
        done = log.select_related("user").order_by("-action_time")[:SHOWN]
        response: HttpResponse = super().history_view(
            request, object_id, {"done": done, **(extra_context or {})}
        )
        return response

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A version, and the way back to it, which the library would open to all who may look."""
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            response: HttpResponse = super().history_form_view(
                request, object_id, version_id, extra_context
            )
        return response


def is_going_back(request: HttpRequest) -> bool:
    """Whether the page that is asked for is that of a version."""
    match = request.resolver_match
    return bool(match and match.url_name and match.url_name.endswith("_simple_history"))
