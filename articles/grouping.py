"""Verb: every article belongs to a story.

In each language one article after the other is decided, under a lock, since a decision depends on
those before it. What it depends on stands in the tables: a process keeps it in memory, learns what
other processes added, and after a restart or an editor's correction reads it anew. Either way the
decisions are the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from articles.language import base_language
from articles.models import Article, Fingerprint, Story, StoryPair, Stream
from articles.models.rows import Row, insert, update
from articles.similarity import (
    Content,
    Member,
    Rules,
    Window,
    choose_story,
    is_copy,
    make_shingles,
)
from articles.text import plain_text

MARGIN = timedelta(minutes=1)  # the window itself decides; this only reads less
MOST_AT_ONCE = 100  # articles for which a language's lock is held; others wait their turn


@dataclass
class Memory:
    """What a process knows of a stream."""

    mark: UUID
    window: Window[UUID]
    last_id: int = 0
    """Of the fingerprints."""
    locked: set[UUID] = field(default_factory=set)
    """Stories that no article joins by itself."""


MEMORIES: dict[str, Memory] = {}


def group_articles(article_ids: Iterable[UUID]) -> int:
    """Decide the story of tagged articles; how many there were."""
    tagged = Article.objects.filter(pk__in=list(article_ids), state=Article.State.TAGGED)
    by_stream: dict[str, list[UUID]] = defaultdict(list)
    for pk, language in tagged.order_by("published_at", "pk").values_list("pk", "language"):
        by_stream[base_language(language)].append(pk)
    count = 0
    for language, ids in by_stream.items():
        for at in range(0, len(ids), MOST_AT_ONCE):
            count += group_some(language, ids[at : at + MOST_AT_ONCE])
    return count


def lock_stream(language: str) -> Stream:
    """Hold the language until the end of the transaction: no story of it changes meanwhile."""
    Stream.objects.get_or_create(language=language)
    return Stream.objects.select_for_update().get(language=language)


def group_some(language: str, ids: Sequence[UUID]) -> int:
    try:
        with transaction.atomic():
            stream = lock_stream(language)
            articles = list(
                Article.objects.filter(pk__in=ids, state=Article.State.TAGGED)
                .select_related("text")
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("published_at", "pk")
            )
            new = [article for article in articles if article.story_id is None]
            if new:
                decide(remember(stream), language, new).write()
            known = [article.pk for article in articles if article.story_id]
            Article.objects.filter(pk__in=known).update(state=Article.State.GROUPED)
    except BaseException:
        MEMORIES.pop(language, None)  # it may hold what was rolled back
        raise
    return len(articles)


def make_rules() -> Rules:
    return Rules(
        threshold=settings.STORY_THRESHOLD,
        short_threshold=settings.STORY_SHORT_THRESHOLD,
        maybe=settings.STORY_MAYBE,
        sigma=settings.STORY_SIGMA,
        window=settings.STORY_WINDOW,
    )


def remember(stream: Stream) -> Memory:
    """What this process knows of the stream, after learning what others have added."""
    memory = MEMORIES.get(stream.language)
    if memory is None or memory.mark != stream.mark:
        memory = MEMORIES[stream.language] = Memory(stream.mark, Window(make_rules()))
        locked = Story.objects.filter(is_locked=True, language=stream.language)
        memory.locked = set(locked.values_list("pk", flat=True))
    learn(memory, stream.language)
    return memory


def learn(memory: Memory, language: str) -> None:
    fingerprints = Fingerprint.objects.filter(language=language)
    if not memory.last_id:
        newest: datetime | None = fingerprints.aggregate(at=Max("at"))["at"]
        if newest is None:
            return
        window = timedelta(hours=memory.window.rules.window)
        fingerprints = fingerprints.filter(at__gte=newest - window - MARGIN)
    rows = fingerprints.filter(pk__gt=memory.last_id).order_by("pk")
    columns = ("pk", "article_id", "article__story_id", "at", "title", "lead", "names", "vector")
    for pk, article_id, story_id, at, title, lead, names, vector in rows.values_list(*columns):
        content = Content(title, lead, names)
        memory.window.add(Member(article_id, story_id, to_hours(at), content, vector))
        memory.last_id = pk


def to_hours(at: datetime) -> float:
    return at.timestamp() / 3600


@dataclass
class Decided:
    """What was decided for some articles, not yet written."""

    language: str
    stories: list[Story] = field(default_factory=list)
    pairs: list[StoryPair] = field(default_factory=list)
    articles: list[Row] = field(default_factory=list)
    fingerprints: list[Row] = field(default_factory=list)
    texts: dict[UUID, str] = field(default_factory=dict)
    """What was read on the way, by article."""

    def write(self) -> None:
        Story.objects.bulk_create(self.stories)
        update(Article, self.articles, key="id")
        ids: list[int] = insert(Fingerprint, self.fingerprints, returning="id")
        if ids:
            MEMORIES[self.language].last_id = max(ids)
        StoryPair.objects.bulk_create(self.pairs)
        Story.objects.filter(pk__in={row["story_id"] for row in self.articles}).refresh()

    def begin_story(self, article: Article) -> UUID:
        story = Story(
            language=self.language,
            first_published_at=article.published_at,
            last_published_at=article.published_at,
        )
        self.stories.append(story)
        return story.pk

    def is_same_text(self, one: UUID, other: UUID) -> bool:
        return is_copy(*(make_shingles(self.read_text(pk)) for pk in (one, other)))

    def read_text(self, article_id: UUID) -> str:
        if article_id not in self.texts:
            rows = Article.objects.values_list("text__html", "summary")
            self.texts[article_id] = choose_text(*rows.get(pk=article_id))
        return self.texts[article_id]


def text_of(article: Article) -> str:
    return choose_text(article.text.html if hasattr(article, "text") else None, article.summary)


def choose_text(html: str | None, summary: str) -> str:
    return plain_text(html or "") or summary


def decide(memory: Memory, language: str, articles: Iterable[Article]) -> Decided:
    """Each article's story, and which pairs of stories an editor should look at."""
    decided, window = Decided(language), memory.window
    for article in articles:
        text = decided.texts[article.pk] = text_of(article)
        content, at = Content.read(article.title, text), to_hours(article.published_at)
        vector = window.make_vector(content)
        choice = choose_story(
            window,
            content,
            vector,
            at,
            has_text_of=partial(decided.is_same_text, article.pk),
            closed=memory.locked,
        )
        story_id = choice.story_id or decided.begin_story(article)
        if choice.maybe:
            decided.pairs.append(
                StoryPair(
                    story_id=story_id,
                    other_id=choice.maybe.story_id,
                    likeness=choice.maybe.likeness,
                )
            )
        row = {"id": article.pk, "story_id": story_id, "is_copy": choice.is_copy}
        decided.articles.append(row | {"state": Article.State.GROUPED})
        window.add(Member(article.pk, story_id, at, content, vector))
        if window.is_held(at):
            compared = {"title": content.title, "lead": content.lead, "names": content.names}
            row = {"article_id": article.pk, "language": language, "at": article.published_at}
            decided.fingerprints.append(row | compared | {"vector": vector})
    return decided
