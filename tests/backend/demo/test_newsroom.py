"""What the invented publishers write is grouped as it was meant."""

from datetime import timedelta

import pytest

from articles.gazetteer import tag_articles
from articles.grouping import group_articles
from articles.models import Article
from backend.demo.newsroom import WRITTEN
from tests import make

pytestmark = pytest.mark.django_db


def test_only_retellings_share_a_story() -> None:
    retold = {each["title"]: each["of"] for each in WRITTEN["retelling"]}
    for number, each in enumerate([*WRITTEN["article"], *WRITTEN["retelling"]]):
        back = timedelta(hours=each.get("age_hours", 0)) - timedelta(minutes=number)
        article = make.incoming(each["title"], each["text"], published_at=make.NOON - back)
        tag_articles([article.pk])
        group_articles([article.pk])

    stories: dict[object, set[str]] = {}
    for title, story in Article.objects.values_list("title", "story"):
        stories.setdefault(story, set()).add(retold.get(title, title))

    assert [told for told in stories.values() if len(told) > 1] == []
    assert len(stories) == len(WRITTEN["article"])
