"""What several admins share: rows that only the product writes, actions on lists, short digests."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Field, Model, QuerySet, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import record
from articles.admin.paging import BigTable
from articles.corrections import CorrectionError
from articles.models import Article, Correction, Reader, Story, Tag

SHOWN = 50
# What a browser does with "gazette.example", and Django from its next version on.
HTTPS: dict[type[Field], dict[str, str]] = {URLField: {"assume_scheme": "https"}}


class MachineRows(BigTable):
    """Rows that only the product writes: to be looked at, neither added nor changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Model | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


class TargetForm(ActionForm):
    """The list's actions, and what some of them act upon."""

    target = forms.CharField(
        required=False,
        label="target",
        widget=forms.TextInput({"size": 24, "placeholder": "section, tag or story id"}),
    )


def editor_of(request: HttpRequest) -> Reader | None:
    return request.user if isinstance(request.user, Reader) else None


def correct(
    request: HttpRequest, done: str, work: Callable[[Reader | None, datetime], object]
) -> None:
    """Make a correction as the editor who asks, and say what was done, with the way to undo it, or
    why it cannot be.
    """
    try:
        made = work(editor_of(request), timezone.now())
    except CorrectionError as error:
        messages.error(request, str(error))
        return
    if isinstance(made, Correction):
        url = reverse("admin:articles_correction_change", args=[made.pk])
        done = format_html('{} <a href="{}">See or undo it</a>', done, url)
    messages.success(request, done)


def change_rows(request: HttpRequest, rows: QuerySet[Any], done: str, **changes: object) -> None:
    """Update rows from a list action, note each in the history, and tell the editor how many.

    `done` is the participle for both: "hidden", "paused".
    """
    count = record.change_rows(rows, editor_of(request), done, **changes)
    messages.success(request, f"{count} {done}.")


def read_target(request: HttpRequest) -> str:
    return request.POST.get("target", "").strip()


def find_target(request: HttpRequest) -> Tag | None:
    """The tag that the editor named as an action's target; says so where there is none."""
    name = read_target(request).removeprefix("#")
    tag = Tag.objects.filter(name__iexact=name).first()
    if tag is None:
        is_missing = f"There is no tag #{name}." if name else "Name a tag as the target."
        messages.error(request, is_missing)
    return tag


def find_story(text: str) -> Story | None:
    """The story that an editor means by its id, or by an address that ends with it."""
    last = text.strip().rstrip("/").removesuffix("/change").rpartition("/")[2]
    try:
        return Story.objects.filter(pk=UUID(last)).first()
    except ValueError:
        return None


def shorten_digest(digest: bytes | memoryview) -> str:
    """The first 8 hex digits: enough to compare with a log line, of no use to a thief."""
    return bytes(digest)[:4].hex()


def list_articles(ids: Sequence[UUID]) -> SafeString | str:
    """The newest of them, as links."""
    articles = Article.objects.filter(pk__in=ids).order_by("-pk")[:SHOWN]
    rows = (
        (reverse("admin:articles_article_change", args=[each.pk]), each.title) for each in articles
    )
    return format_html_join("", '<p><a href="{}">{}</a></p>', rows) or "no article"
