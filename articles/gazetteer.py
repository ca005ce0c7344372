"""Verb: the editors' tags and aliases, kept in memory, are put on articles."""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from articles.models import (
    Alias,
    Article,
    ArticleTag,
    Correction,
    PublisherKeyword,
    Tag,
)
from articles.tagging import Matcher, Phrase, TagDecision, decide_tags, fold
from articles.text import plain_text

logger = logging.getLogger(__name__)

LOOK_EVERY = 1  # second; an editor's change is active in every worker after at most that
VERSION = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (SELECT count(*) FROM articles_alias)
"""


@dataclass
class Gazetteer:
    """The matcher of one process, and what it has learnt it from."""

    matcher: Matcher[UUID] = field(default_factory=Matcher)
    known: dict[int, tuple[Phrase[UUID], UUID] | None] = field(default_factory=dict)
    """By the alias's id; None while its tag is not active."""
    since: int = 0
    """Rows that this transaction or a later one wrote may not be known."""
    looked_at: float = 0

    def current(self) -> Matcher[UUID]:
        """The matcher, after learning which tags and aliases have come, gone or changed."""
        if time.monotonic() - self.looked_at > LOOK_EVERY:
            self.look()
            self.looked_at = time.monotonic()
        return self.matcher

    def look(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(VERSION)
            version, count = cursor.fetchone()
        changed = Tag.objects.filter(changed_in__gte=self.since).values("pk")
        rows = Alias.objects.filter(Q(changed_in__gte=self.since) | Q(tag__in=changed))
        for alias in rows.select_related("tag").iterator():
            self.learn(alias)
        if len(self.known) > count:
            for pk in self.known.keys() - set(Alias.objects.values_list("pk", flat=True)):
                self.unlearn(pk)
        self.since = version

    def learn(self, alias: Alias) -> None:
        self.unlearn(alias.pk)
        self.known[alias.pk] = known = (
            (alias.as_phrase(), alias.tag_id) if alias.tag.is_active else None
        )
        if known:
            self.matcher.add(*known)

    def unlearn(self, pk: int) -> None:
        if known := self.known.pop(pk, None):
            self.matcher.remove(*known)

    def forget(self) -> None:
        self.matcher, self.known, self.since, self.looked_at = Matcher(), {}, 0, 0


GAZETTEER = Gazetteer()


def tag_articles(article_ids: Iterable[UUID]) -> int:
    """Decide the tags of stored articles; how many articles there were. What an editor put on an
    article stays, and what one took from it does not come back.
    """
    matcher = GAZETTEER.current()
    with transaction.atomic():
        articles = list(
            Article.objects.filter(pk__in=list(article_ids), state=Article.State.STORED)
            .select_related("text")
            .select_for_update(skip_locked=True, of=("self",))
        )
        ids = [article.pk for article in articles]
        rows = decide_rows(matcher, articles)
        ArticleTag.objects.filter(article__in=ids).exclude(why=[]).delete()
        ArticleTag.objects.bulk_create(rows, ignore_conflicts=True)
        Article.objects.filter(pk__in=ids).update(state=Article.State.TAGGED)
    counts = Counter(row.article_id for row in rows)
    for pk in ids:
        logger.info("article tagged", extra={"article": str(pk), "tags": counts[pk]})
    return len(articles)


def decide_rows(matcher: Matcher[UUID], articles: Iterable[Article]) -> list[ArticleTag]:
    """The tags of articles by the matcher and by their publishers' keywords, less those that
    editors took from them.
    """
    articles = list(articles)
    untagged = set(
        Correction.objects.filter(
            article__in=articles, kind=Correction.Kind.UNTAG, undone_at=None
        ).values_list("article_id", "tag_id")
    )
    meant = read_keywords(articles)
    rows = []
    for article in articles:
        found = {decision.tag_id: decision for decision in decide(matcher, article)}
        for tag_id, keyword in meant[article.pk].items():
            by_keyword = TagDecision(tag_id, False, 0, ((keyword, "keyword"),))
            found.setdefault(tag_id, by_keyword)
        rows += [
            ArticleTag(
                article=article,
                tag_id=decision.tag_id,
                rule=ArticleTag.Rule.PUSH if decision.may_push else ArticleTag.Rule.PAGE,
                mention_count=decision.mention_count,
                why=[list(each) for each in decision.why],
                published_at=article.published_at,
            )
            for decision in found.values()
            if (article.pk, decision.tag_id) not in untagged
        ]
    return rows


def decide(matcher: Matcher[UUID], article: Article) -> list[TagDecision[UUID]]:
    html = article.text.html if hasattr(article, "text") else ""
    lead, _, body = (plain_text(html) or article.summary).partition("\n")
    return decide_tags(matcher, article.title, lead, body)


def read_keywords(articles: Iterable[Article]) -> dict[UUID, dict[UUID, str]]:
    """For each article the tags that its publisher's keywords mean, where an editor said so."""
    given = {article.pk: {fold(word): word for word in article.keywords} for article in articles}
    asked = {folded for words in given.values() for folded in words}
    meant: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    if not asked:
        return meant
    known = PublisherKeyword.objects.filter(
        folded__in=asked, is_blocked=False, tag__is_active=True
    ).values_list("publisher_id", "folded", "tag_id")
    tags = {(publisher_id, folded): tag_id for publisher_id, folded, tag_id in known}
    for article in articles:
        for folded, word in given[article.pk].items():
            if tag_id := tags.get((article.publisher_id, folded)):
                meant[article.pk][tag_id] = word
    return meant
