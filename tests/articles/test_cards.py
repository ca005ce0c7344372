"""Lists of cards, told apart by what their statements must not get wrong."""

import json
from datetime import timedelta
from random import Random

import pytest
from django.db.models import Prefetch
from pytest_django import DjangoAssertNumQueries

from articles.api.serializers import ArticleSerializer, CardSerializer
from articles.cards import (
    NEWEST,
    OF_READER,
    OF_TAG,
    STORIES_OF_READER,
    CardList,
    Claim,
    NobodyError,
    Place,
    find_article,
)
from articles.models import Article, ArticleTag, Follow, Mute, Reader, Section, Tag
from articles.models.reader import hash_secret
from tests import make

pytestmark = pytest.mark.django_db
LATER = "2030-01-01T00:00:00Z"


def titles(cards: CardList, limit: int = 20, **values: object) -> list[str]:
    found, _ = cards.read(NEWEST, limit, as_of=LATER, **values)
    return [json.loads(card)["title"] for card in found]


def feed(of: Reader, limit: int = 20) -> list[str]:
    return titles(OF_READER, limit, reader=of.pk)


@pytest.mark.parametrize("cards", [OF_READER, STORIES_OF_READER], ids=["feed", "stories"])
def test_a_claim_reads_what_the_reader_would_and_finds_the_session(
    cards: CardList, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader, tag, muted = make.reader(), make.tag(), make.tag()
    session, secret = make.session(reader)
    make.follow(reader, tag)
    make.follow(reader, muted, Follow.Level.MUTE)
    for _ in range(5):
        make.article(tags=[tag])
        make.article(tags=[tag, muted])
    claim = Claim(hash_secret(secret))

    with django_assert_num_queries(1):
        found = cards.read(NEWEST, 20, claim, as_of=LATER)

    assert found == cards.read(NEWEST, 20, as_of=LATER, reader=reader.pk)
    assert len(found[0]) == 5
    assert claim.session == session
    assert claim.session.seen_on == session.seen_on


def test_a_claim_of_a_reader_without_a_feed_is_true() -> None:
    session, secret = make.session()
    claim = Claim(hash_secret(secret))

    assert OF_READER.read(NEWEST, 20, claim) == ([], None)
    assert claim.session == session


def test_a_claim_by_a_secret_that_opens_nothing_is_false() -> None:
    ended, secret = make.session()
    ended.revoke(make.NOON)
    asleep, other = make.session()
    Reader.objects.filter(pk=asleep.reader_id).update(is_active=False)

    for each in (secret, other, "made up", ""):
        with pytest.raises(NobodyError):
            OF_READER.read(NEWEST, 20, Claim(hash_secret(each)))


@pytest.mark.parametrize("section", [None, "Politics"])
def test_a_card_is_what_the_schema_promises(section: str | None) -> None:
    tag = make.tag("Bridges")
    article = make.article(
        'The "old" bridge \\ <reopens>',
        tags=[tag],
        section=make.section(section) if section else None,
        published_at=make.NOON + timedelta(microseconds=5),
        image_url="https://daily.example/a.jpg",
    )

    [card], _ = OF_TAG.read(NEWEST, 20, name="bridges")

    promised = CardSerializer(Article.objects.with_card().get(pk=article.pk)).data
    assert json.loads(card) == json.loads(json.dumps(promised, default=str))


@pytest.mark.parametrize("html", ["", '<p>It "opens" \\ today.</p>'])
def test_an_article_is_what_the_schema_promises_in_one_statement(
    html: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    old, new, other = make.tag("Spans"), make.tag("Bridges"), make.tag("Rivers")
    Tag.objects.filter(pk=old.pk).update(merged_into=new)
    article = make.article(
        tags=[old, new, other] if html else [],
        section=make.section() if html else None,
        text_html=html,
        authors=["Anahit", 'Aram "A" Khach'],
    )

    with django_assert_num_queries(1):
        told = find_article(article.pk, [])

    rows = Prefetch("article_tags", ArticleTag.objects.shown().order_by("tag"))
    [stored] = Article.objects.prefetch_related(rows).filter(pk=article.pk)
    promised = ArticleSerializer(stored).data
    assert told is not None
    assert json.loads(told) == json.loads(json.dumps(promised, default=str))


@pytest.mark.parametrize(
    ("languages", "label"),
    [([], "Politics"), (["fr"], "Politics"), (["fr", "hy", "ru"], "Քաղաքականություն")],
)
def test_a_section_is_called_as_the_reader_would(languages: list[str], label: str) -> None:
    section = make.section("Politics")
    Section.objects.filter(pk=section.pk).update(
        labels={"ru": "Политика", "hy": "Քաղաքականություն"}
    )
    article = make.article(tags=[make.tag("Bridges")], section=section)

    [card], _ = OF_TAG.read(NEWEST, 20, name="bridges", languages=languages)

    told = [card, find_article(article.pk, languages) or ""]
    section.refresh_from_db()
    assert [json.loads(each)["section"]["label"] for each in told] == [label, label]
    assert section.label_in(languages) == label


def test_a_hidden_article_is_no_article() -> None:
    assert find_article(make.article(is_hidden=True).pk, []) is None


def test_a_feed_is_the_newest_of_all_its_tags_however_unlike_they_are() -> None:
    reader, busy, quiet, muted = make.reader(), make.tag(), make.tag(), make.tag()
    for tag in (busy, quiet):
        make.follow(reader, tag)
    make.follow(reader, muted, Follow.Level.MUTE)
    for minute in range(10):
        make.article(f"Busy {minute}", tags=[busy], published_at=make.NOON.replace(minute=minute))
    make.article("Quiet", tags=[quiet], published_at=make.NOON.replace(minute=5, second=30))
    make.article("Both", tags=[busy, quiet], published_at=make.NOON.replace(minute=20))
    make.article("Muted", tags=[busy, muted], published_at=make.NOON.replace(minute=30))

    expected = ["Both", "Busy 9", "Busy 8", "Busy 7", "Busy 6", "Quiet", "Busy 5", "Busy 4"]
    assert feed(reader)[:8] == expected
    assert [feed(reader, limit) for limit in range(1, 9)] == [
        expected[:limit] for limit in range(1, 9)
    ]


@pytest.mark.parametrize(("tag_count", "limit"), [(1, 5), (3, 1), (12, 7), (60, 7), (60, 50)])
def test_page_by_page_a_feed_is_all_there_is(tag_count: int, limit: int) -> None:
    """A few tags are on most articles, and many articles come in one minute."""
    random, reader = Random(tag_count), make.reader()
    tags = [make.tag() for _ in range(tag_count)]
    for tag in tags:
        make.follow(reader, tag)
    made = [
        make.article(
            tags=list({tags[int(tag_count * random.random() ** 3)] for _ in range(3)}),
            published_at=make.NOON.replace(minute=random.randrange(30)),
        )
        for _ in range(100)
    ]

    read: list[str] = []
    place: Place | None = NEWEST
    while place:
        cards, place = OF_READER.read(place, limit, reader=reader.pk)
        read += [json.loads(card)["id"] for card in cards]

    newest_first = sorted(made, key=lambda each: (each.published_at, each.pk), reverse=True)
    assert read == [str(each.pk) for each in newest_first]


def test_first_articles_that_tags_share_do_not_shorten_the_page() -> None:
    reader, tags = make.reader(), [make.tag() for _ in range(5)]
    for tag in tags:
        make.follow(reader, tag)
    make.article("Shared", tags=tags, published_at=make.NOON.replace(minute=59))
    for minute, tag in enumerate(tags):
        make.article(f"{minute}", tags=[tag], published_at=make.NOON.replace(minute=minute))

    assert feed(reader, 3) == ["Shared", "4", "3"]
    assert len(feed(reader)) == 6


def test_of_a_muted_publisher_a_feed_shows_nothing() -> None:
    reader, tag, loud = make.reader(), make.tag(), make.publisher()
    make.follow(reader, tag)
    make.article("Loud", by=loud, tags=[tag])
    make.article("Calm", tags=[tag])

    Mute.objects.begin(reader.pk, loud, make.NOON)
    muted = feed(reader)
    Mute.objects.end(reader.pk, loud, make.NOON)

    assert muted == ["Calm"]
    assert set(feed(reader)) == {"Calm", "Loud"}


def test_of_a_story_its_newest_article_that_i_may_see_stands_for_all() -> None:
    reader, tag, loud = make.reader(), make.tag(), make.publisher()
    make.follow(reader, tag)
    Mute.objects.begin(reader.pk, loud, make.NOON)
    story = make.story()
    for minute, title in enumerate(["First", "Second", "Hidden", "Loud", "About other tags"]):
        make.article(
            title,
            of_story=story,
            by=loud if title == "Loud" else None,
            tags=[] if title.startswith("About") else [tag],
            is_hidden=title == "Hidden",
            published_at=make.NOON.replace(minute=minute),
        )
    make.article("Another story", tags=[tag])

    assert titles(STORIES_OF_READER, reader=reader.pk) == ["Second", "Another story"]


def test_a_story_that_goes_on_does_not_leave_the_page_that_follows() -> None:
    reader, tag, story = make.reader(), make.tag(), make.story()
    make.follow(reader, tag)
    make.article("Then", of_story=story, tags=[tag])
    make.article("Now", of_story=story, tags=[tag], published_at=make.NOON.replace(hour=14))

    seen, _ = STORIES_OF_READER.read(
        NEWEST, 20, reader=reader.pk, as_of=make.NOON.replace(hour=13).isoformat()
    )

    assert [json.loads(card)["title"] for card in seen] == ["Then"]


@pytest.mark.parametrize("hidden", [0, 3, 200])
def test_what_is_passed_over_shortens_no_list(hidden: int) -> None:
    reader, tag, loud = make.reader(), make.tag(), make.publisher()
    make.follow(reader, tag)
    Mute.objects.begin(reader.pk, loud, make.NOON)
    for number in range(hidden):
        at = make.NOON + timedelta(minutes=number)
        make.article(by=loud, tags=[tag], published_at=at)
    for minute in range(3):
        make.article(f"{minute}", tags=[tag], published_at=make.NOON - timedelta(minutes=minute))

    seen: list[str] = []
    place: Place | None = NEWEST
    while place:
        cards, place = OF_READER.read(place, 2, reader=reader.pk)
        assert len(cards) <= 2
        seen += [json.loads(card)["title"] for card in cards]

    assert seen == ["0", "1", "2"]
