import pytest
from django.db import connection

from articles.admin import paging
from articles.admin.paging import EstimatedPaginator
from articles.models import Section, Tag
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST", 3)


def count(names: list[str], **condition: str) -> int:
    for name in names:
        make.tag(name)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE articles_tag")
    return EstimatedPaginator(Tag.objects.filter(**condition).order_by("name"), 10).count


def test_few_rows_are_counted() -> None:
    assert count(["A", "B"]) == 2


def test_many_rows_are_as_many_as_the_database_remembers() -> None:
    assert count(["A", "B", "C", "D", "E"]) == 5


def test_of_some_rows_no_more_are_counted_than_need_be() -> None:
    assert count(["A1", "A2", "A3", "A4", "B"], name__startswith="A") == 3


def test_what_was_never_measured_counts_as_seen() -> None:
    assert EstimatedPaginator(Section.objects.order_by("pk"), 10).count == 0
    assert EstimatedPaginator([1, 2, 3], 2).num_pages == 2
