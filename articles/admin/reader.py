"""Readers and staff, their sessions and follows."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.paging import BigTable
from articles.admin.rows import MachineRows, change_rows, shorten_digest
from articles.models import Follow, Reader, Session

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class StaffCreationForm(AdminUserCreationForm):
    """A person who signs in here. Readers make themselves known through the apps."""

    email = forms.EmailField()

    class Meta:
        model = Reader
        fields = ("email", "is_staff")


@admin.register(Reader)
class ReaderAdmin(BigTable, UserAdmin):
    """Django's own page for users, with an e-mail address where it has a user name."""

    add_form = StaffCreationForm
    list_display = ("__str__", "is_staff", "is_active", "created_at", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "created_at")
    search_fields = ("email", "id")
    search_help_text = "e-mail address or id, or a part of one"
    ordering = ("-pk",)
    readonly_fields = ("id", "created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("id", "email", "password", "is_active")}),
        ("May", {"fields": POWERS}),
        ("When", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "usable_password", "password1", "password2", "is_staff")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Reader | None = None
    ) -> tuple[Any, ...]:
        """Only superusers hand out powers."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if is_superuser(request) else (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        """Staff may not set each other's passwords; a superuser may."""
        return self.may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Reader | None = None) -> bool:
        return self.may_touch(request, obj) and super().has_delete_permission(request, obj)

    def may_touch(self, request: HttpRequest, reader: Reader | None) -> bool:
        return is_superuser(request) or not (reader and reader.is_staff)


def is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, Reader) and request.user.is_superuser


@admin.register(Session)
class SessionAdmin(MachineRows):
    list_display = ("id", "reader", "label", "digest", "created_at", "seen_on", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "seen_on")
    list_select_related = ("reader",)
    search_fields = ("id", "reader__email", "reader__id")
    ordering = ("-pk",)
    fields = ("id", "reader", "label", "digest", "created_at", "seen_on", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    @admin.display(description="secret's digest")
    def digest(self, session: Session) -> str:
        return shorten_digest(session.secret_hash)

    @admin.action(description="Revoke: sign these apps out", permissions=["delete"])
    def revoke(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        alive = sessions.filter(revoked_at__isnull=True)
        change_rows(request, alive, "revoked", revoked_at=timezone.now())


@admin.register(Follow)
class FollowAdmin(BigTable):
    list_display = ("reader", "tag", "level", "followed_at", "ended_at")
    list_filter = ("level", ("ended_at", admin.EmptyFieldListFilter), "followed_at")
    list_select_related = ("reader", "tag")
    search_fields = ("tag__name", "reader__email")
    ordering = ("-pk",)
    autocomplete_fields = ("reader", "tag")
    readonly_fields = ("followed_at", "ended_at")

    def get_fields(self, request: HttpRequest, obj: Follow | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("reader", "tag", "level")
        return (*chosen, *self.readonly_fields) if obj else chosen
