"""Rows for tests: plain functions that take only the facts a test is about."""

import hashlib
import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils.text import slugify

from articles.models import (
    Alias,
    Article,
    ArticleTag,
    ArticleText,
    Feed,
    Follow,
    Publisher,
    PublisherKeyword,
    Reader,
    Section,
    Session,
    Story,
    Suggestion,
    Tag,
)
from articles.searching import index_articles
from articles.tagging import fold
from notifications.models import Device, Preference, QuietProfile

COUNTER = itertools.count(1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def publisher(name: str = "") -> Publisher:
    name = name or f"Publisher {next(COUNTER)}"
    slug = slugify(name)
    return Publisher.objects.create(name=name, slug=slug, home_url=f"https://{slug}.example/")


def feed(by: Publisher | None = None, url: str = "", **facts: Any) -> Feed:
    by = by or publisher()
    url = url or f"{by.home_url}feed-{next(COUNTER)}.xml"
    return Feed.objects.create(publisher=by, url=url, **facts)


def section(name: str = "Politics") -> Section:
    return Section.objects.get_or_create(name=name, defaults={"slug": name.lower()})[0]


def tag(name: str = "", *aliases: str) -> Tag:
    name = name or f"Tag{next(COUNTER)}"
    made = Tag.objects.create(name=name, slug=name.lower(), label=name)
    for phrase in aliases or (name,):
        Alias.objects.create(tag=made, phrase=phrase)
    return made


def story(published_at: datetime = NOON) -> Story:
    return Story.objects.create(first_published_at=published_at, last_published_at=published_at)


def article(
    title: str = "",
    *,
    by: Publisher | None = None,
    tags: list[Tag] | None = None,
    rule: ArticleTag.Rule = ArticleTag.Rule.PUSH,
    published_at: datetime = NOON,
    state: Article.State = Article.State.ANNOUNCED,
    of_story: Story | None = None,
    text_html: str = "",
    **facts: Any,
) -> Article:
    number = next(COUNTER)
    by = by or publisher()
    url = f"{by.home_url}article-{number}"
    of_story = of_story or story(published_at)
    made = Article.objects.create(
        publisher=by,
        story=of_story,
        title=title or f"Article {number}",
        key=url,
        url=url,
        url_hash=hashlib.md5(url.encode(), usedforsecurity=False).digest(),
        content_hash=b"",
        published_at=published_at,
        first_seen_at=published_at,
        changed_at=published_at,
        state=state,
        **facts,
    )
    if of_story.lead is None:
        of_story.lead = made
        of_story.save(update_fields=["lead"])
    if text_html:
        ArticleText.objects.create(article=made, html=text_html)
    for each in tags or []:
        ArticleTag.objects.create(
            article=made, tag=each, rule=rule, mention_count=2, published_at=published_at
        )
    return made


def searchable() -> None:
    """Let a search find all articles there are, as it does those that were advanced."""
    index_articles(Article.objects.values_list("pk", flat=True))


def incoming(
    title: str,
    text: str = "",
    *,
    by: Publisher | None = None,
    published_at: datetime = NOON,
    **facts: Any,
) -> Article:
    """Stored and not yet tagged, as a feed brought it."""
    number = next(COUNTER)
    by = by or publisher()
    url = f"{by.home_url}article-{number}"
    made = Article.objects.create(
        publisher=by,
        title=title,
        key=url,
        url=url,
        url_hash=hashlib.md5(url.encode(), usedforsecurity=False).digest(),
        content_hash=b"",
        published_at=published_at,
        first_seen_at=published_at,
        changed_at=published_at,
        **facts,
    )
    ArticleText.objects.create(article=made, html=text)
    return made


def many_incoming(told: list[tuple[str, str]], every: timedelta) -> list[Article]:
    """Many at once, tagged, from titles and texts; one after the other in time."""
    by = publisher()
    made = Article.objects.bulk_create(
        Article(
            publisher=by,
            title=title,
            key=f"{by.pk}-{at}",
            url=f"{by.home_url}{at}",
            url_hash=at.to_bytes(16),
            content_hash=b"",
            published_at=NOON + at * every,
            first_seen_at=NOON + at * every,
            changed_at=NOON,
            state=Article.State.TAGGED,
        )
        for at, (title, _) in enumerate(told)
    )
    ArticleText.objects.bulk_create(
        ArticleText(article=article, html=text)
        for article, (_, text) in zip(made, told, strict=True)
    )
    return made


def suggestion(phrase: str = "", **facts: Any) -> Suggestion:
    phrase = phrase or f"Lake {next(COUNTER)}"
    seen = {"first_seen_at": NOON, "last_seen_at": NOON}
    return Suggestion.objects.create(phrase=phrase, folded=fold(phrase), **seen, **facts)


def keyword(phrase: str = "", by: Publisher | None = None, **facts: Any) -> PublisherKeyword:
    phrase = phrase or f"keyword {next(COUNTER)}"
    named = {"phrase": phrase, "folded": fold(phrase), "last_seen_at": NOON}
    return PublisherKeyword.objects.create(publisher=by or publisher(), **named, **facts)


def story_of(told: Article) -> Story:
    assert told.story is not None
    return told.story


def reader(email: str | None = None) -> Reader:
    return Reader.objects.create(email=email)


def follow(
    by: Reader,
    to: Tag,
    level: Follow.Level = Follow.Level.ALL,
    since: datetime | None = None,
) -> Follow:
    since = since or NOON - timedelta(days=1)
    return Follow.objects.create(reader=by, tag=to, level=level, followed_at=since)


def session(of: Reader | None = None) -> tuple[Session, str]:
    return Session.objects.open(of or reader(), "test phone")


def preference(
    of: Reader,
    start: time = time(0),
    end: time = time(0),
    zone: str = "UTC",
    *,
    cap: int = 0,
    gap: int = 0,
    digest_at: time | None = None,
    is_open_to_breaking: bool = False,
) -> Preference:
    """No quiet hours, cap, gap or digest, said explicitly: no test depends on its hour."""
    profile, _ = QuietProfile.objects.get_or_create(
        zone=zone,
        start=start,
        end=end,
        digest_at=digest_at,
        is_open_to_breaking=is_open_to_breaking,
    )
    facts = {"quiet_profile": profile, "daily_cap": cap, "gap_minutes": gap}
    made, _ = Preference.objects.update_or_create(reader=of, defaults=facts)
    return made


def device(of: Reader | None = None, address: str = "", **facts: Any) -> Device:
    of = of or reader()
    if not Preference.objects.filter(reader=of).exists():
        preference(of)
    return Device.objects.create(
        reader=of,
        session=session(of)[0],
        platform=Device.Platform.ANDROID,
        address_kind=Device.AddressKind.FCM_TOKEN,
        address=address or f"address-of-a-test-phone-{next(COUNTER)}",
        **facts,
    )
