"""Lists of tables that grow without end: nothing is counted row by row."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST = 10_000  # rows that are counted; what is beyond is estimated, or said to be as many

ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"


class EstimatedPaginator(Paginator):
    """As many rows as PostgreSQL remembers of the table, where the list shows all of them; up to
    MOST where it shows some.
    """

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        counted: int = rows.order_by().values("pk")[:MOST].count()
        is_whole = not rows.query.where
        return max(counted, self.estimate(rows)) if counted == MOST and is_whole else counted

    @staticmethod
    def estimate(rows: QuerySet[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(ESTIMATE, [rows.model._meta.db_table])  # noqa: SLF001 - Django's documented Meta API
            [[count]] = cursor.fetchall()
        return int(count)


class BigTable(admin.ModelAdmin):
    """An admin without counts and facets, which would read the whole table for one page."""

    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
