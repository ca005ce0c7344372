from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article, ArticleText, Publisher, Revision, Untagging
from articles.retention import forget_old_texts, forget_old_untaggings
from tests import make


@pytest.mark.django_db
def test_texts_go_by_age_and_publisher_and_articles_stay() -> None:
    now = timezone.now()
    patient = make.publisher()
    Publisher.objects.filter(pk=patient.pk).update(text_days=400)
    hasty = make.publisher()
    Publisher.objects.filter(pk=hasty.pk).update(text_days=1)
    for by in (make.publisher(), patient, hasty):
        for days in (0, 10, 200):
            article = make.article(by=by, text_html="<p>Text</p>")
            at = now - timedelta(days=days)
            ArticleText.objects.filter(article=article).update(stored_at=at)
            Revision.objects.create(article=article, title="Before", replaced_at=at)

    assert forget_old_texts(now) == 3

    kept = [ArticleText.objects.filter(article__publisher=by).count() for by in (patient, hasty)]
    assert kept == [3, 1]
    assert Article.objects.count() == 9
    assert Revision.objects.count() == 6


@pytest.mark.django_db
def test_what_lost_a_tag_is_remembered_for_a_season() -> None:
    now, article = timezone.now(), make.article(tags=[make.tag(), make.tag()])
    article.article_tags.all().delete()
    Untagging.objects.filter(pk=Untagging.objects.earliest("pk").pk).update(
        untagged_at=now - timedelta(days=91)
    )

    assert forget_old_untaggings(now) == 1
    assert Untagging.objects.count() == 1
