"""Verb: one tag becomes part of another, and back. Set by set inside the database, as a tag may
have a million followers.

Follows and articles are copied and the old rows stay, so that an alert which is being sent to the
old tag's followers reaches them all; the copies say which merge made them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from articles.models import Alias, ArticleTag, Correction, Follow, PublisherKeyword, Tag

COPY_FOLLOWS = """
    INSERT INTO articles_follow (reader_id, tag_id, level, followed_at, came_through)
    SELECT reader_id, %(into)s, level, followed_at, %(merge)s
    FROM articles_follow WHERE tag_id = %(tag)s AND ended_at IS NULL
    ON CONFLICT (reader_id, tag_id) DO UPDATE
    SET ended_at = NULL, level = excluded.level, followed_at = excluded.followed_at,
        came_through = excluded.came_through
    WHERE articles_follow.ended_at IS NOT NULL
"""
COPY_ARTICLES = """
    INSERT INTO articles_articletag
        (article_id, tag_id, rule, mention_count, why, published_at, is_late, came_through)
    SELECT article_id, %(into)s, rule, mention_count, why, published_at, true, %(merge)s
    FROM articles_articletag WHERE tag_id = %(tag)s
    ON CONFLICT (article_id, tag_id) DO NOTHING
"""
# Who has left the other tag since then has left both; who changed the level changed it for both.
END_LEFT = """
    UPDATE articles_follow f SET ended_at = %(now)s
    WHERE f.tag_id = %(tag)s AND f.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM articles_follow o
        WHERE o.reader_id = f.reader_id AND o.tag_id = %(into)s AND o.ended_at IS NULL)
"""
TAKE_LEVELS = """
    UPDATE articles_follow f SET level = o.level FROM articles_follow o
    WHERE f.tag_id = %(tag)s AND f.ended_at IS NULL AND o.reader_id = f.reader_id
      AND o.tag_id = %(into)s AND o.came_through = %(merge)s AND o.level <> f.level
"""


COUNT = """
    SELECT
        (SELECT count(*) FROM articles_follow WHERE tag_id = %(tag)s AND ended_at IS NULL),
        (SELECT count(*) FROM articles_follow f WHERE tag_id = %(tag)s AND ended_at IS NULL
         AND EXISTS (SELECT FROM articles_follow o WHERE o.reader_id = f.reader_id
                     AND o.tag_id = %(into)s AND o.ended_at IS NULL)),
        (SELECT count(*) FROM articles_articletag WHERE tag_id = %(tag)s),
        (SELECT count(*) FROM articles_articletag x WHERE tag_id = %(tag)s
         AND EXISTS (SELECT FROM articles_articletag o WHERE o.article_id = x.article_id
                     AND o.tag_id = %(into)s))
"""


LARGE = 20_000  # followers and articles, which take a second or more


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a merge would bring, before it is done."""

    followers: int
    common_followers: int
    """Those who follow both already."""
    articles: int
    common_articles: int
    aliases: list[str]
    """That go along."""
    addresses: list[str]
    """Names whose pages lead to the other tag afterwards."""


def foresee(tag: Tag, into: Tag) -> Foreseen:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"tag": tag.pk, "into": into.pk})
        [[followers, both, articles, common]] = cursor.fetchall()
    known = Alias.objects.filter(tag=into).values("folded")
    aliases = tag.aliases.exclude(folded__in=known).order_by("phrase")
    merged = tag.merged.order_by("name").values_list("name", flat=True)
    phrases = list(aliases.values_list("phrase", flat=True))
    return Foreseen(followers, both, articles, common, phrases, [tag.name, *merged])


def is_large(tag: Tag) -> bool:
    """Whether an editor should not wait until it is merged, or apart again."""
    followers = tag.follows.current()[:LARGE].count()
    return followers + ArticleTag.objects.filter(tag=tag)[:LARGE].count() >= LARGE


def copy_to(tag: Tag, into: Tag, merge_id: int) -> dict[str, Any]:
    """Let `into` have what `tag` has, and the old address lead there; what undoing needs."""
    run((COPY_FOLLOWS, COPY_ARTICLES), tag=tag.pk, into=into.pk, merge=merge_id)
    known = Alias.objects.filter(tag=into).values("folded")
    aliases = list(tag.aliases.exclude(folded__in=known).values_list("pk", flat=True))
    keywords = list(PublisherKeyword.objects.filter(tag=tag).values_list("pk", flat=True))
    children = list(tag.children.exclude(pk=into.pk).values_list("pk", flat=True))
    merged = list(tag.merged.values_list("pk", flat=True))
    Alias.objects.filter(pk__in=aliases).update(tag=into)
    PublisherKeyword.objects.filter(pk__in=keywords).update(tag=into)
    Tag.objects.filter(pk__in=children).update(parent=into)
    Tag.objects.filter(pk__in=merged).update(merged_into=into)
    Tag.objects.filter(pk=tag.pk).update(merged_into=into, is_active=False)
    return {
        "aliases": aliases,
        "keywords": keywords,
        "children": [str(pk) for pk in children],
        "merged": [str(pk) for pk in merged],
        "is_active": tag.is_active,
    }


def take_back(tag: Tag, into: Tag, merge: Correction, now: datetime) -> None:
    """Let `tag` stand for itself again, with those followers who have not left meanwhile."""
    before = merge.before
    run((END_LEFT, TAKE_LEVELS), tag=tag.pk, into=into.pk, merge=merge.pk, now=now)
    copies = Follow.objects.current().filter(tag=into, came_through=merge.pk)
    copies.update(ended_at=now, came_through=None)
    ArticleTag.objects.filter(tag=into, came_through=merge.pk).delete()
    Alias.objects.filter(pk__in=before["aliases"], tag=into).update(tag=tag)
    PublisherKeyword.objects.filter(pk__in=before["keywords"], tag=into).update(tag=tag)
    Tag.objects.filter(pk__in=before["children"], parent=into).update(parent=tag)
    Tag.objects.filter(pk__in=before["merged"], merged_into=into).update(merged_into=tag)
    Tag.objects.filter(pk=tag.pk).update(merged_into=None, is_active=before["is_active"])


def run(statements: tuple[str, ...], **values: UUID | int | datetime) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
