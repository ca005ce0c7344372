"""Verb: keep the words of articles, so that a search finds them in any of their forms."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from articles.language import STEMMING, UNSTEMMED

# Of a body the words count only up to here: PostgreSQL takes no longer vector than 1 MB.
MOST_LETTERS = 200_000
INDEX = """
    INSERT INTO articles_articlewords (article_id, published_at, vector)
    SELECT a.id, a.published_at,
        setweight(to_tsvector(stemming, a.title), 'A')
        || setweight(to_tsvector(stemming, a.summary), 'B')
        || setweight(to_tsvector(stemming, left(coalesce(t.html, ''), %(most)s)), 'D')
    FROM articles_article a LEFT JOIN articles_articletext t ON t.article_id = a.id,
        LATERAL (SELECT coalesce(%(stemming)s::jsonb ->> split_part(a.language, '-', 1),
                                 %(unstemmed)s)::regconfig) AS of_language(stemming)
    WHERE a.id = ANY(%(ids)s) AND a.removed_at IS NULL
    ON CONFLICT (article_id) DO UPDATE
    SET published_at = excluded.published_at, vector = excluded.vector
"""
# The words as each language would stem them: "bridges" is looked for as bridg, bridges, bridge.
MEANT = """
    SELECT string_agg(DISTINCT '(' || meant::text || ')', ' | ')
    FROM unnest(%s::text[]) AS stemming, websearch_to_tsquery(stemming::regconfig, %s) AS meant
    WHERE numnode(meant) > 0
"""


def index_articles(article_ids: Iterable[UUID]) -> None:
    """Write the words of articles, or write them anew. Their HTML needs no cleaning: PostgreSQL
    knows markup from words.
    """
    values: dict[str, Any] = {
        "ids": list(article_ids),
        "most": MOST_LETTERS,
        "stemming": json.dumps(STEMMING),
        "unstemmed": UNSTEMMED,
    }
    with connection.cursor() as cursor:
        cursor.execute(INDEX, values)


def understand(words: str, languages: Iterable[str]) -> str:
    """What is looked for, in PostgreSQL's form: the words as these languages stem them, or as all
    do where none is named. It takes quotes, "or" and a minus as search engines do; "" for words
    that mean nothing, such as "the".
    """
    asked = {STEMMING.get(language, UNSTEMMED) for language in languages}
    with connection.cursor() as cursor:
        cursor.execute(MEANT, [sorted(asked or {*STEMMING.values(), UNSTEMMED}), words])
        [[meant]] = cursor.fetchall()
    return meant or ""
