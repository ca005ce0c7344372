"""What new aliases change in older articles: counted first, then done."""

from functools import partial

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from articles import retagging
from articles.admin.live import LiveRows, draw_bar
from articles.admin.rows import list_articles
from articles.models import Retagging
from articles.tasks import retag


@admin.register(Retagging)
class RetaggingAdmin(LiveRows):
    """What aliases of a tag change in the articles of the last 96 hours."""

    list_display = ("tag", "state", "progress", "gain", "loss", "asked_by", "asked_at")
    list_filter = ("state", "asked_at")
    list_select_related = ("tag", "asked_by")
    search_fields = ("tag__name",)
    ordering = ("-asked_at",)
    fields = ("tag", "state", "progress", "since", "gaining", "losing", "asked_by", "asked_at")
    readonly_fields = fields
    actions = ("apply",)

    def is_over(self, row: Retagging) -> bool:
        return row.state in {Retagging.State.COUNTED, Retagging.State.APPLIED}

    @admin.display(description="looked at")
    def progress(self, row: Retagging) -> SafeString:
        return draw_bar(row.article_count, row.total_count, "articles")

    @admin.display(description="gain the tag")
    def gain(self, row: Retagging) -> int:
        return len(row.gained)

    @admin.display(description="lose it")
    def loss(self, row: Retagging) -> int:
        return len(row.lost)

    @admin.display(description="gain the tag")
    def gaining(self, row: Retagging) -> SafeString | str:
        return list_articles(row.gained)

    @admin.display(description="lose it")
    def losing(self, row: Retagging) -> SafeString | str:
        return list_articles(row.lost)

    @admin.action(description="Do it: nobody is alerted by it", permissions=["decide"])
    def apply(self, request: HttpRequest, rows: QuerySet[Retagging]) -> None:
        begun = [row for row in rows if retagging.apply(row)]
        for row in begun:
            transaction.on_commit(partial(retag.delay, row.pk))
        rest = "" if len(begun) == len(rows) else "; others are not counted yet, or done"
        messages.info(request, f"{len(begun)} begun{rest}.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_tag")
