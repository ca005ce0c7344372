"""Question: which tags a reader might like to follow, judged by those that are followed already."""

from uuid import UUID

from articles.models import Tag
from articles.models.statement import ask

# Of the tags followed last, 50 say enough, and 20 articles of each; so the cost has a bound.
TOGETHER = """
    WITH mine AS MATERIALIZED (
        SELECT tag_id, level, followed_at FROM articles_follow
        WHERE reader_id = %(reader)s AND ended_at IS NULL),
    newest AS MATERIALIZED (
        SELECT DISTINCT x.article_id
        FROM (SELECT tag_id FROM mine WHERE level <> 'mute'
              ORDER BY followed_at DESC LIMIT 50) AS f, LATERAL (
            SELECT article_id FROM articles_articletag WHERE tag_id = f.tag_id
            ORDER BY published_at DESC LIMIT 20) AS x)
    SELECT t.id FROM newest
    JOIN articles_articletag x ON x.article_id = newest.article_id
    JOIN articles_tag t ON t.id = x.tag_id AND t.is_active
    WHERE t.id NOT IN (SELECT tag_id FROM mine)
    GROUP BY t.id ORDER BY count(*) DESC, t.id LIMIT %(limit)s
"""
BUSY = """
    SELECT r.tag_id FROM articles_trend r JOIN articles_tag t ON t.id = r.tag_id AND t.is_active
    WHERE r.span = 'day' AND r.tag_id NOT IN (
        SELECT tag_id FROM articles_follow WHERE reader_id = %(reader)s AND ended_at IS NULL)
    ORDER BY r.rise DESC LIMIT %(limit)s
"""


def propose_tags(reader_id: UUID, limit: int) -> list[Tag]:
    """Tags that share most articles with the reader's own; then those that rise today."""
    values = {"reader": reader_id, "limit": limit}
    ids = [pk for statement in (TOGETHER, BUSY) for [pk] in ask(statement, values)]
    found = Tag.objects.in_bulk(list(dict.fromkeys(ids))[:limit])
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]
