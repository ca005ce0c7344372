"""Rows that workers move: an open page of one shows how far it is."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.admin.rows import MachineRows


class LiveRows(MachineRows):
    """The page asks for itself again every two seconds, until `is_over`."""

    change_form_template = "admin/articles/live.html"

    def is_over(self, row: Any) -> bool:
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        row: Model | None = context.get("original")
        context["is_over"] = row is None or self.is_over(row)
        return super().render_change_form(request, context, *args, **options)


def draw_bar(done: int, total: int, of_what: str) -> SafeString:
    """A bar, and the same in words. One that has a single piece just says that it is under way."""
    if total == 1 and not done:
        return format_html('<progress aria-label="{}"></progress> under way', of_what)
    bar = '<progress value="{0}" max="{1}" aria-label="{2}"></progress> {0} of {1} {2}'
    return format_html(bar, done, max(total, 1), of_what)
