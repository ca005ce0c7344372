"""Verb: collect what many articles are about and no tag knows, for a person to decide.

Nothing becomes a tag by itself. Publishers' keywords count as evidence, and become tags only where
an editor says what they mean.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.text import slugify

from articles.gazetteer import GAZETTEER
from articles.models import Alias, Article, Suggestion, Tag
from articles.names import propose
from articles.tagging import fold
from articles.text import plain_text

LONGEST = 120  # letters; a longer keyword is a sentence
SUGGEST = """
    INSERT INTO articles_suggestion AS s (folded, phrase, article_count, keyword_count, examples,
                                          state, first_seen_at, last_seen_at)
    SELECT folded, phrase, articles, keywords, examples, 'open', %(now)s, %(now)s
    FROM json_to_recordset(%(rows)s::json)
      AS given (folded text, phrase text, articles int, keywords int, examples uuid[])
    ON CONFLICT (folded) DO UPDATE SET
        phrase = excluded.phrase, last_seen_at = excluded.last_seen_at,
        article_count = s.article_count + excluded.article_count,
        keyword_count = s.keyword_count + excluded.keyword_count,
        examples = (excluded.examples || s.examples)[:5]
"""
NOTE_KEYWORDS = """
    INSERT INTO articles_publisherkeyword AS k (publisher_id, folded, phrase, is_blocked,
                                                article_count, last_seen_at)
    SELECT publisher, folded, phrase, true, articles, %(now)s
    FROM json_to_recordset(%(rows)s::json)
      AS given (publisher uuid, folded text, phrase text, articles int)
    ON CONFLICT (publisher_id, folded) DO UPDATE SET
        phrase = excluded.phrase, last_seen_at = excluded.last_seen_at,
        article_count = k.article_count + excluded.article_count
"""


def collect(article_ids: Iterable[UUID], now: datetime) -> None:
    """Count what new articles are about. To be called once for each."""
    ids = list(article_ids)
    articles = list(Article.objects.filter(pk__in=ids).select_related("text").order_by("pk"))
    known = GAZETTEER.current().phrases
    phrases: dict[str, str] = {}
    examples: dict[str, list[str]] = {}
    keywords: Counter[str] = Counter()
    of_publishers: Counter[tuple[UUID, str]] = Counter()
    for article in articles:
        given = fold_all(map(str, article.keywords))
        found = fold_all(propose(article.title, text_of(article)))
        of_publishers.update((article.publisher_id, folded) for folded in given)
        new = {folded: phrase for folded, phrase in (given | found).items() if folded not in known}
        phrases |= given | found
        keywords.update(given.keys() & new.keys())
        for folded in new:
            examples.setdefault(folded, []).append(str(article.pk))
    # In one order, so that two workers wait for one another instead of both for ever.
    suggested = [
        {
            "folded": folded,
            "phrase": phrases[folded],
            "articles": len(examples[folded]),
            "keywords": keywords[folded],
            "examples": examples[folded][-5:],
        }
        for folded in sorted(examples)
    ]
    noted = [
        {
            "publisher": str(publisher),
            "folded": folded,
            "phrase": phrases[folded],
            "articles": count,
        }
        for (publisher, folded), count in sorted(of_publishers.items())
    ]
    write(SUGGEST, suggested, now)
    write(NOTE_KEYWORDS, noted, now)


def fold_all(phrases: Iterable[str]) -> dict[str, str]:
    """By the form in which they are compared."""
    folded = {fold(phrase): phrase for phrase in phrases if len(phrase) <= LONGEST}
    return {form: phrase for form, phrase in folded.items() if form and len(form) <= LONGEST}


def text_of(article: Article) -> str:
    html = article.text.html if hasattr(article, "text") else ""
    return plain_text(html) or article.summary


def write(statement: str, rows: Sequence[dict[str, object]], now: datetime) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"rows": json.dumps(rows), "now": now})


def accept(suggestion: Suggestion, tag: Tag | None = None) -> Tag:
    """Make the phrase an alias of a tag, or of a new one that is named after it."""
    with transaction.atomic():
        tag = tag or begin_tag(suggestion.phrase)
        Alias.objects.get_or_create(
            tag=tag, folded=suggestion.folded, defaults={"phrase": suggestion.phrase}
        )
        suggestion.tag, suggestion.state = tag, Suggestion.State.ACCEPTED
        suggestion.save(update_fields=["tag", "state"])
    return tag


def begin_tag(phrase: str) -> Tag:
    """A tag with the phrase's words run together: "Lake Sevan" -> #LakeSevan. One that has this
    name already is meant.
    """
    name = "".join(word[:1].upper() + word[1:] for word in fold_words(phrase))[:80]
    slug = slugify(name, allow_unicode=True)[:80]
    known = Tag.objects.filter(slug=slug).first()
    return known or Tag.objects.create(name=name, slug=slug, label=phrase[:80])


def fold_words(phrase: str) -> list[str]:
    return [word for word in "".join(c if c.isalnum() else " " for c in phrase).split() if word]
