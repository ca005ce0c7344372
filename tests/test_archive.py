"""The archive that figures are measured on has the columns of the models."""

import pytest

from articles.models import Article, ArticleTag, Follow, Reader
from tests import archive

pytestmark = pytest.mark.django_db


def test_an_archive_is_made_as_large_as_it_is_asked_for() -> None:
    archive.begin()
    archive.make_tags(20)
    archive.make_readers(1, 5, follows=4, tags=20, tell=lambda *_: None)
    archive.make_articles(1, 30, total=30, tags=20, tell=lambda *_: None)

    assert Article.objects.count() == 30
    assert Article.objects.shown().count() == 30
    assert Reader.objects.count() == 5
    assert 5 <= Follow.objects.count() <= 20
    assert 30 <= ArticleTag.objects.count() <= 90
