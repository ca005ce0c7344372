"""Question: what has changed for a reader since an app last asked, for apps that read offline.

Rows carry the number of the transaction that wrote them last. A place is such a number and the id
of a row of that transaction; what comes behind it and before the oldest transaction that still runs
is complete, however transactions overlap.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from articles.models.statement import ask

# How many rows are looked at in one answer: the reader's are few among all articles that change.
LOOK = 2_000
COMPLETE_BEFORE = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
IS_MINE = """
    EXISTS (SELECT FROM articles_articletag x JOIN articles_follow f ON f.tag_id = x.tag_id
            WHERE x.article_id = {article} AND f.reader_id = %(reader)s
              AND f.ended_at IS NULL AND f.level <> 'mute')
"""
# Of each kind the ids behind a place, and whether they are the reader's.
ALL = """
    SELECT changed_in, id::text, {is_mine} FROM (
        SELECT changed_in, id FROM {table}
        WHERE (changed_in, id) > (%(since)s, %(id)s::uuid) AND changed_in < %(before)s
        ORDER BY changed_in, id LIMIT %(limit)s) AS a
    ORDER BY changed_in, id
"""
# What an article lost, unless it is still about another tag of mine: then it is told as changed.
UNTAGGED = """
    SELECT changed_in, id::text,
        EXISTS (SELECT FROM articles_follow f
                WHERE f.tag_id = u.tag_id AND f.reader_id = %(reader)s
                  AND f.ended_at IS NULL AND f.level <> 'mute')
        AND NOT {is_mine}
    FROM (
        SELECT changed_in, id, article_id, tag_id FROM articles_untagging
        WHERE (changed_in, id) > (%(since)s, %(id)s::bigint) AND changed_in < %(before)s
        ORDER BY changed_in, id LIMIT %(limit)s) AS u
    ORDER BY changed_in, id
"""
HAS_MINE = "EXISTS (SELECT FROM articles_article b WHERE b.story_id = a.id AND {is_mine})"
OWN = """
    SELECT changed_in, id::text, true FROM {table}
    WHERE reader_id = %(reader)s AND (changed_in, id) > (%(since)s, %(id)s::bigint)
        AND changed_in < %(before)s
    ORDER BY changed_in, id LIMIT %(limit)s
"""
OF_STORY = HAS_MINE.format(is_mine=IS_MINE.format(article="b.id"))
CHANGED = {
    "articles": ALL.format(table="articles_article", is_mine=IS_MINE.format(article="a.id")),
    "stories": ALL.format(table="articles_story", is_mine=OF_STORY),
    "follows": OWN.format(table="articles_follow"),
    "mutes": OWN.format(table="articles_mute"),
    "readings": OWN.format(table="articles_reading"),
    "untagged": UNTAGGED.format(is_mine=IS_MINE.format(article="u.article_id")),
}
OF_ALL = {"articles", "stories", "untagged"}  # readers' rows among those of others
FIRST_ID = {"articles": str(UUID(int=0)), "stories": str(UUID(int=0))}


class Place(NamedTuple):
    """What an app has seen of one kind of rows."""

    since: int
    id: str


@dataclass
class Changes:
    """Ids of what changed, by kind, and what the app has seen then."""

    seen: dict[str, Place]
    ids: dict[str, list[str]] = field(default_factory=dict)
    is_complete: bool = True


def find_now() -> int:
    """The number before which all transactions have ended."""
    [[number]] = ask(COMPLETE_BEFORE, {})
    return int(number)


def begin_at(number: int) -> dict[str, Place]:
    return {kind: Place(number, FIRST_ID.get(kind, "0")) for kind in CHANGED}


def find_changes(reader_id: UUID, seen: dict[str, Place], limit: int) -> Changes:
    """What changed behind what an app has seen: at most so many rows of each kind. Where more may
    follow, `is_complete` is false and the app asks again.
    """
    before = find_now()
    changes = Changes(begin_at(before))
    for kind, place in seen.items():
        look = LOOK if kind in OF_ALL else limit
        values: dict[str, Any] = {"reader": reader_id, "before": before, "limit": look}
        rows = ask(CHANGED[kind], {**values, "since": place.since, "id": place.id})
        changes.ids[kind] = []
        for number, pk, is_mine in rows:
            if is_mine:
                changes.ids[kind].append(pk)
            if len(changes.ids[kind]) == limit:
                changes.seen[kind] = Place(number, pk)
                break
        else:
            if len(rows) == look:
                changes.seen[kind] = Place(*rows[-1][:2])
        changes.is_complete &= changes.seen[kind].since == before
    return changes
