"""Question: which cards a list shows, and what an article is. The product's most read rows, so each
answer is one statement whose result is JSON already: making rows, objects and JSON of them in
Python costs thrice as much.

Every list is newest first behind a place, which is the time and the id of the card before it: the
last page costs what the first one does, and new articles move nothing.
"""

import json
import math
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from articles.language import STEMMING, UNSTEMMED
from articles.models import Session
from articles.models.reader import OPENED
from articles.models.statement import ask

LABEL = """
    CASE WHEN s.labels = '{}' THEN s.name ELSE coalesce((
        SELECT s.labels ->> w.code
        FROM unnest(%(languages)s::text[]) WITH ORDINALITY AS w(code, rank)
        WHERE s.labels ? w.code ORDER BY w.rank LIMIT 1), s.name) END
"""
# Of rows, whose columns are the JSON's names: objects built of names and values cost a fifth more.
COLUMNS = f"""
    a.id, a.title, a.summary, a.url, a.image_url, a.language,
    to_char(a.published_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS published_at,
    (SELECT row_to_json(o) FROM (SELECT p.id, p.name, p.slug, p.home_url, p.mark_url) AS o)
        AS publisher,
    CASE WHEN s.id IS NOT NULL THEN
        (SELECT row_to_json(o) FROM (SELECT s.name, s.slug, {LABEL} AS label) AS o) END AS section,
    a.story_id AS story
"""  # noqa: S608 - built from the constant above
SOURCES = """
    JOIN articles_publisher p ON p.id = a.publisher_id
    LEFT JOIN articles_section s ON s.id = a.section_id
"""
JOINED = f"{SOURCES} CROSS JOIN LATERAL (SELECT {COLUMNS}) AS c"
CARD = "row_to_json(c)"
# One row of one value: rows of their own would be sent, and waited for, one after the other.
CARDS = """
    SELECT array_agg(ARRAY[k.at::text, k.id::text, ({card})::text] ORDER BY k.at DESC, k.id DESC)
    FROM ({keys}) AS k(at, id) JOIN articles_article a ON a.id = k.id {joined}
"""
SESSION = ["id", "reader_id", "seen_on"]
OWN = """
    WITH caller AS MATERIALIZED (SELECT {session} FROM {opened})
    SELECT caller.*, ({own}) FROM caller
"""
ARTICLE = f"""
    SELECT row_to_json(c)::text
    FROM articles_article a {SOURCES} LEFT JOIN articles_articletext b ON b.article_id = a.id
    CROSS JOIN LATERAL (SELECT {COLUMNS}, a.authors, coalesce(b.html, '') AS html, (
        SELECT coalesce(json_agg(json_build_object('name', t.name, 'rule', x.rule,
            'mention_count', x.mention_count, 'why', x.why) ORDER BY t.id), '[]')
        FROM articles_articletag x JOIN articles_tag t ON t.id = x.tag_id
        WHERE x.article_id = a.id AND t.merged_into_id IS NULL) AS tags) AS c
    WHERE a.id = %(id)s AND NOT a.is_hidden
"""  # noqa: S608 - built from the constants above, values are bound

ROUNDS = 5
CardRow = tuple[str, str, str | None]
"""Time and id of a card, and its JSON; None where the reader is not shown it."""


class Place(NamedTuple):
    """A card's place in its list."""

    at: str
    id: str


NEWEST = Place("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


class CardList(NamedTuple):
    """A list of cards: a statement for times and ids, and what is shown of each."""

    name: str
    keys: str
    card: str = CARD
    share_shown: float = 1
    """Of the rows that the statement gives: the others are passed over, which have no JSON."""
    is_as_of: bool = False
    """Whether it is the list of a moment, `as_of`: what is seen later does not change its pages."""
    depends_on_values: bool = False
    """Whether the way to its rows depends on what is asked for, and so has to be planned anew."""

    def read(
        self, behind: Place, limit: int, claim: "Claim | None" = None, /, **values: Any
    ) -> tuple[list[str], Place | None]:
        """So many cards behind a place, or fewer where many are passed over; and the place behind
        which the list goes on, if it does. Raises NobodyError where a claim is false.
        """
        shown: list[tuple[str, str, str]] = []
        count = math.ceil((limit + 1) / self.share_shown)
        for _ in range(ROUNDS):
            asked = {"languages": [], **values, "at": behind.at, "id": behind.id, "limit": count}
            rows = claim.ask(self, asked) if claim else self.ask(asked)
            shown += [(at, pk, text) for at, pk, text in rows if text]
            if len(shown) > limit:
                return [text for _, _, text in shown[:limit]], Place(*shown[limit - 1][:2])
            if len(rows) < count:
                return [text for _, _, text in shown], None
            behind, count = Place(*rows[-1][:2]), count * 2
        return [text for _, _, text in shown], behind

    def ask(self, values: dict[str, Any]) -> list[CardRow]:
        statement = write_statement(self.keys, self.card)
        is_prepared = not self.depends_on_values
        [[rows]] = ask(statement, values, is_binary=True, is_prepared=is_prepared)
        return as_rows(rows)


class NobodyError(Exception):
    """The secret opens no session."""


class Claim:
    """Somebody who says to be a reader. Whether that is so is looked up with the first list that
    they ask for: a round trip of its own would take a third of the whole answer's time.
    """

    def __init__(self, secret_hash: bytes) -> None:
        self.secret_hash = secret_hash
        self.session: Session | None = None

    def ask(self, cards: CardList, values: dict[str, Any]) -> list[CardRow]:
        """Rows of a list of the reader's own. Raises NobodyError."""
        if self.session:
            return cards.ask({**values, "reader": self.session.reader_id})
        statement = write_own_statement(cards.keys, cards.card)
        found = ask(statement, {**values, "secret": self.secret_hash}, is_binary=True)
        if not found:
            raise NobodyError
        [[*session, rows]] = found
        self.session = Session.from_db("default", SESSION, session)
        return as_rows(rows)


def as_rows(array: list[Any] | None) -> list[CardRow]:
    """PostgreSQL's array of no rows is NULL."""
    return [(at, pk, text) for at, pk, text in array or ()]


@cache
def write_own_statement(keys: str, card: str) -> str:
    own = write_statement(keys, card).replace("%(reader)s", "(SELECT reader_id FROM caller)")
    session = ", ".join(f"s.{column}" for column in SESSION)
    return OWN.format(session=session, opened=OPENED, own=own)


@cache
def write_statement(keys: str, card: str) -> str:
    return CARDS.format(card=card, keys=keys, joined=JOINED)


OF_TAG = CardList(
    "tag",
    """
    SELECT x.published_at, x.article_id
    FROM articles_articletag x JOIN articles_article a ON a.id = x.article_id
    WHERE x.tag_id = (
            SELECT coalesce(merged_into_id, id) FROM articles_tag
            WHERE upper(name) = upper(%(name)s) ORDER BY id LIMIT 1)
        AND NOT a.is_hidden AND (x.published_at, x.article_id) < (%(at)s::timestamptz, %(id)s::uuid)
    ORDER BY x.published_at DESC, x.article_id DESC LIMIT %(limit)s
    """,
)
OF_PUBLISHER = CardList(
    "publisher",
    """
    SELECT a.published_at, a.id FROM articles_article a
    WHERE a.publisher_id = %(publisher)s AND NOT a.is_hidden
        AND (a.published_at, a.id) < (%(at)s::timestamptz, %(id)s::uuid)
    ORDER BY a.published_at DESC, a.id DESC LIMIT %(limit)s
    """,
)
OF_SECTION = CardList("section", OF_PUBLISHER.keys.replace("publisher", "section"))
SAVED = CardList(
    "saved",
    """
    SELECT r.saved_at, r.article_id
    FROM articles_reading r JOIN articles_article a ON a.id = r.article_id
    WHERE r.reader_id = %(reader)s AND r.saved_at IS NOT NULL AND NOT a.is_hidden
        AND (r.saved_at, r.article_id) < (%(at)s::timestamptz, %(id)s::uuid)
    ORDER BY r.saved_at DESC, r.article_id DESC LIMIT %(limit)s
    """,
)

# The newest articles of the reader's tags, each tag's by its own index and by nothing else. The
# first few of each, the fewer the more tags there are, tell how far down the page reaches: only a
# tag that has all of these on it is read on. So 20 tags cost 20 looks at an index and a few more,
# and 2,000 tags 2,000 looks, not 2,000 pages.
OF_READER_KEYS = """
    WITH mine AS MATERIALIZED (
        SELECT tag_id FROM articles_follow
        WHERE reader_id = %(reader)s AND ended_at IS NULL AND level <> 'mute'),
    few AS MATERIALIZED (
        SELECT least(%(limit)s, 1 + 40 / greatest(count(*), 1)) AS count FROM mine),
    first AS MATERIALIZED (
        SELECT mine.tag_id, x.published_at, x.article_id
        FROM mine, LATERAL (
            SELECT x.published_at, x.article_id FROM articles_articletag x
            WHERE x.tag_id = mine.tag_id
                AND (x.published_at, x.article_id) < (%(at)s::timestamptz, %(id)s::uuid)
            ORDER BY x.published_at DESC, x.article_id DESC LIMIT (SELECT count FROM few)) AS x),
    last AS MATERIALIZED (
        SELECT coalesce((SELECT published_at
                         FROM (SELECT DISTINCT published_at, article_id FROM first) AS k
                         ORDER BY published_at DESC, article_id DESC OFFSET %(limit)s - 1 LIMIT 1),
                        '-infinity') AS at),
    near AS MATERIALIZED (SELECT first.* FROM first, last WHERE first.published_at >= last.at)
    SELECT DISTINCT k.published_at, k.article_id FROM (
        SELECT published_at, article_id FROM near
        UNION ALL
        SELECT x.published_at, x.article_id
        FROM last, (
            SELECT tag_id, min(published_at) AS at FROM near
            GROUP BY tag_id HAVING count(*) = (SELECT count FROM few)) AS busy, LATERAL (
            SELECT x.published_at, x.article_id FROM articles_articletag x
            WHERE x.tag_id = busy.tag_id AND x.published_at BETWEEN last.at AND busy.at
                AND (x.published_at, x.article_id) < (%(at)s::timestamptz, %(id)s::uuid)
            ORDER BY x.published_at DESC, x.article_id DESC LIMIT %(limit)s) AS x) AS k
    ORDER BY k.published_at DESC, k.article_id DESC LIMIT %(limit)s
"""
IS_HEARD = """
    NOT {a}.is_hidden
    AND {a}.publisher_id <> ALL (array(
        SELECT publisher_id FROM articles_mute
        WHERE reader_id = %(reader)s AND ended_at IS NULL))
    AND NOT EXISTS (
        SELECT FROM articles_articletag m
        WHERE m.article_id = {a}.id AND m.tag_id = ANY (array(
            SELECT tag_id FROM articles_follow
            WHERE reader_id = %(reader)s AND ended_at IS NULL AND level = 'mute')))
"""
# Of a story its newest article stands for all. What was seen after the first page was asked for
# does not count, or a story that goes on would leave the page that the reader is about to open.
IS_NEWEST_OF_STORY = """
    a.first_seen_at <= %(as_of)s::timestamptz
    AND NOT EXISTS (
        SELECT FROM articles_article b
        JOIN articles_articletag y ON y.article_id = b.id
        JOIN articles_follow g ON g.tag_id = y.tag_id AND g.reader_id = %(reader)s
            AND g.ended_at IS NULL AND g.level <> 'mute'
        WHERE b.story_id = a.story_id AND b.first_seen_at <= %(as_of)s::timestamptz
            AND (b.published_at, b.id) > (a.published_at, a.id) AND {is_heard})
"""
SHOWN_IF = "CASE WHEN {condition} THEN {card} END"
HEARD = IS_HEARD.format(a="a")
ALONE = IS_NEWEST_OF_STORY.format(is_heard=IS_HEARD.format(a="b"))
OF_READER = CardList("feed", OF_READER_KEYS, SHOWN_IF.format(condition=HEARD, card=CARD))
STORIES_OF_READER = CardList(
    "stories",
    OF_READER_KEYS,
    SHOWN_IF.format(condition=f"{HEARD} AND {ALONE}", card=CARD),
    share_shown=0.4,
    is_as_of=True,
)

# What is found is shown with its words marked, and everything else in it safe to show as HTML.
ESCAPED = "replace(replace(replace({text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
STEMMING_OF_ARTICLE = (
    f"coalesce('{json.dumps(STEMMING)}'::jsonb ->> split_part(a.language, '-', 1),"
    f" '{UNSTEMMED}')::regconfig"
)
FOUND_CARD = f"""
    json_build_object(
        'article', {CARD},
        'title_html', ts_headline({STEMMING_OF_ARTICLE}, {ESCAPED.format(text="a.title")},
            %(meant)s::tsquery, 'StartSel=<mark>, StopSel=</mark>, HighlightAll=true'),
        'summary_html', ts_headline({STEMMING_OF_ARTICLE}, {ESCAPED.format(text="a.summary")},
            %(meant)s::tsquery, 'StartSel=<mark>, StopSel=</mark>, MaxWords=40, MinWords=20'))
"""
FOUND = CardList(
    "search",
    """
    SELECT w.published_at, w.article_id
    FROM articles_articlewords w JOIN articles_article a ON a.id = w.article_id
    WHERE w.vector @@ %(meant)s::tsquery AND NOT a.is_hidden
        AND %(language)s IN ('', split_part(a.language, '-', 1))
        AND (w.published_at, w.article_id) < (%(at)s::timestamptz, %(id)s::uuid)
    ORDER BY w.published_at DESC, w.article_id DESC LIMIT %(limit)s
    """,
    FOUND_CARD,
    depends_on_values=True,
)


def find_article(pk: UUID, languages: list[str]) -> str | None:
    """An article that is shown, with its body and tags, as JSON."""
    found: list[tuple[str]] = ask(ARTICLE, {"id": pk, "languages": languages})
    return found[0][0] if found else None
