"""Verb: the editors' tags and aliases, kept in memory, are put on articles."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from articles.models import Alias, Article, ArticleTag, Tag
from articles.tagging import Matcher, decide_tags
from articles.text import plain_text

logger = logging.getLogger(__name__)

LOOK_EVERY = 2  # seconds; an editor's change is active in every worker after at most that


@dataclass
class Gazetteer:
    """The matcher of one process, and the version of the tables that it was built from."""

    matcher: Matcher[UUID]
    version: tuple[object, ...] = ()
    looked_at: float = 0

    def current(self) -> Matcher[UUID]:
        """The matcher, built anew where a tag or an alias has come, gone or changed."""
        if time.monotonic() - self.looked_at > LOOK_EVERY:
            version = read_version()
            if version != self.version:
                aliases = Alias.objects.filter(tag__is_active=True)
                self.matcher = Matcher.from_aliases(aliases.values_list("phrase", "tag_id"))
                self.version = version
            self.looked_at = time.monotonic()
        return self.matcher

    def forget(self) -> None:
        self.looked_at = 0


def read_version() -> tuple[object, ...]:
    """Differs whenever either table does: rows carry the transaction that wrote them."""
    figures = {"rows": Count("pk"), "marks": Sum("changed_in")}
    tables = (Tag.objects.aggregate(**figures), Alias.objects.aggregate(**figures))
    return tuple(figure for table in tables for figure in table.values())


GAZETTEER = Gazetteer(Matcher())


def tag_articles(article_ids: Iterable[UUID]) -> int:
    """Decide the tags of stored articles; how many articles there were."""
    matcher = GAZETTEER.current()
    with transaction.atomic():
        articles = list(
            Article.objects.filter(pk__in=list(article_ids), state=Article.State.STORED)
            .select_related("text")
            .select_for_update(skip_locked=True, of=("self",))
        )
        rows = [row for article in articles for row in decide_rows(matcher, article)]
        ids = [article.pk for article in articles]
        ArticleTag.objects.filter(article__in=ids).delete()
        ArticleTag.objects.bulk_create(rows)
        Article.objects.filter(pk__in=ids).update(state=Article.State.TAGGED)
    for article in articles:
        names = sum(row.article_id == article.pk for row in rows)
        logger.info("article tagged", extra={"article": str(article.pk), "tags": names})
    return len(articles)


def decide_rows(matcher: Matcher[UUID], article: Article) -> list[ArticleTag]:
    html = article.text.html if hasattr(article, "text") else ""
    lead, _, body = (plain_text(html) or article.summary).partition("\n")
    return [
        ArticleTag(
            article=article,
            tag_id=decision.tag_id,
            rule=ArticleTag.Rule.PUSH if decision.may_push else ArticleTag.Rule.PAGE,
            mention_count=decision.mention_count,
            why=[list(each) for each in decision.why],
            published_at=article.published_at,
        )
        for decision in decide_tags(matcher, article.title, lead, body)
    ]
