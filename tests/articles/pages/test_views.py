import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from articles.models import Article, Publisher, Tag, Trend
from articles.pages import views
from articles.pages.pictures import picture_path
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

NOBODYS = "0199f6a0-0000-7000-8000-000000000001"  # an id that no article has
STYLESHEET = Path(views.__file__).parents[1] / "static" / "articles" / "daily8.css"


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def titles(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>\s*<a[^>]*>(.*?)</a>", page)


def make_articles(count: int, tag: Tag) -> list[Article]:
    """`count` articles, the newest first."""
    return [
        make.article(
            f"Report {number}",
            tags=[tag],
            section=make.section(),
            published_at=NOON - timedelta(minutes=number),
        )
        for number in range(count)
    ]


def test_the_front_door_leads_to_the_english_home(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/en/")


@pytest.mark.parametrize(
    "path", ["/xx/", "/xx/hashtag/Railways", f"/xx/article/{NOBODYS}", "/english/"]
)
def test_a_language_that_the_product_has_not_is_not_found(client: Client, path: str) -> None:
    make.tag("Railways")

    read(client, path, status=404)


def test_the_admin_is_not_taken_for_a_language(client: Client) -> None:
    answer = client.get("/admin/")

    assert answer.status_code == 302


def test_a_card_shows_all_that_a_reader_chooses_by(client: Client) -> None:
    publisher = make.publisher("Hill Courier")
    article = make.article(
        "A bridge opens",
        by=publisher,
        tags=[make.tag("Bridges")],
        section=make.section("Business"),
        summary="It was long awaited.",
        image_url="https://images.example/bridge.jpg",
    )

    page = read(client, "/en/hashtag/Bridges")

    assert titles(page) == ["A bridge opens"]
    assert page.count(f'href="/en/article/{article.pk}"') == 2
    assert re.search(rf'href="{article.url}"[^>]*>\s*Read at <bdi>Hill Courier</bdi>', page)
    assert "It was long awaited." in page
    assert page.count("Hill Courier") == 3
    assert "Business" in page
    assert '<time datetime="2026-03-02T12:00:00+00:00"' in page
    assert ">02-03-2026</time>" in page
    [picture] = re.findall(r'<img src="/picture/card/[^>]*>', page)
    for attribute in ('width="640"', 'height="360"', 'loading="lazy"', 'decoding="async"'):
        assert attribute in picture


def test_a_date_tells_how_long_ago_it_was(client: Client) -> None:
    make.article(published_at=timezone.now() - timedelta(hours=3, minutes=1))

    page = read(client, "/en/")

    assert ">3\u00a0hours ago</span>" in page


def test_drawings_stand_in_for_a_missing_picture_and_mark(client: Client) -> None:
    make.article(by=make.publisher("lake Tribune"))

    page = read(client, "/en/")

    assert '<img src="/static/articles/card.svg"' in page
    assert '<span class="mark" aria-hidden="true">L</span>' in page


def test_a_publisher_s_own_mark_is_shown(client: Client) -> None:
    make.article(by=make.publisher("Lake Tribune"))
    Publisher.objects.update(mark_url="https://lake.example/mark.png")

    page = read(client, "/en/")

    assert f'src="{picture_path("https://lake.example/mark.png", "mark")}"' in page


def test_publishers_words_are_text_and_never_markup(client: Client) -> None:
    make.article(
        "<script>alert(1)</script>",
        by=make.publisher("Hill & Dale"),
        summary='"><img src=x>',
        image_url="https://images.example/\"onerror='a'",
    )

    page = read(client, "/en/")

    assert "alert(1)</script>" not in page
    assert "<img src=x>" not in page
    assert "Hill &amp; Dale" in page
    assert "onerror" not in page


def test_older_news_follow_without_gap_or_repetition(client: Client) -> None:
    tag = make.tag("Railways")
    articles = make_articles(45, tag)
    same_moment = articles[20].published_at
    Article.objects.filter(pk__in=[each.pk for each in articles[15:25]]).update(
        published_at=same_moment
    )

    seen: list[str] = []
    path, sizes = "/en/hashtag/Railways", []
    while path:
        page = read(client, path)
        seen += titles(page)
        sizes.append(len(titles(page)))
        link = re.search(r'rel="next"\s+href="(\?before=[^"]+)"', page)
        path = f"/en/hashtag/Railways{link[1]}" if link else ""

    assert sizes == [20, 20, 5]
    assert sorted(seen) == sorted(each.title for each in articles)


@pytest.mark.parametrize("before", ["yesterday", "0", NOBODYS])
def test_a_page_after_no_article_is_not_found(client: Client, before: str) -> None:
    make.article()

    read(client, f"/en/?before={before}", status=404)


def test_the_place_in_the_list_outlives_the_article_it_is_named_after(client: Client) -> None:
    articles = make_articles(3, make.tag("Railways"))
    Article.objects.filter(pk=articles[1].pk).update(is_hidden=True)

    page = read(client, f"/en/hashtag/Railways?before={articles[1].pk}")

    assert titles(page) == ["Report 2"]


def test_a_tag_page_of_twenty_cards_asks_five_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    articles = make_articles(25, make.tag("Railways"))

    with django_assert_num_queries(5):
        page = read(client, "/en/hashtag/Railways")
    with django_assert_num_queries(5):
        read(client, f"/en/hashtag/Railways?before={articles[2].pk}")

    assert len(titles(page)) == 20


def test_home_and_article_pages_ask_a_constant_number_of_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    articles = make_articles(20, make.tag("Railways"))
    Article.objects.update(story=articles[0].story)

    with django_assert_num_queries(3):
        read(client, "/en/")
    with django_assert_num_queries(3):
        page = read(client, f"/en/article/{articles[0].pk}")

    assert "Report 19" in page


def test_the_tags_of_the_day_are_those_that_rise(client: Client) -> None:
    usual, rising = make.tag("Usual"), make.tag("Rising")
    make.article(tags=[usual], published_at=timezone.now())
    facts = {"usual_count": 0, "rise": 4, "counted_at": NOON}
    Trend.objects.create(tag=rising, span=Trend.Span.DAY, story_count=4, **facts)

    page = read(client, "/en/")

    assert re.findall(r"<bdi>#(\w+)</bdi>\s*<small[^>]*>(\d+)", page) == [("Rising", "4")]


def test_a_hidden_article_is_shown_nowhere(client: Client) -> None:
    tag = make.tag("Railways")
    shown = make.article("Shown", tags=[tag])
    hidden = make.article("Withdrawn", tags=[tag], of_story=make.story_of(shown), is_hidden=True)

    lists = ["/en/", "/en/hashtag/Railways", f"/en/article/{shown.pk}"]
    pages = [read(client, path) for path in lists]

    assert all("Shown" in page and "Withdrawn" not in page for page in pages)
    assert "Withdrawn" not in read(client, f"/en/article/{hidden.pk}", status=404)


def test_the_tags_of_the_day_are_the_busiest_of_the_last_24_hours(client: Client) -> None:
    quiet, busy, past = make.tag("Quiet"), make.tag("Busy"), make.tag("Past")
    now = timezone.now()
    make.article(tags=[busy, quiet], published_at=now - timedelta(hours=1))
    make.article(tags=[busy], published_at=now - timedelta(hours=2))
    make.article(tags=[past], published_at=now - timedelta(hours=25))

    page = read(client, "/en/")

    assert re.findall(r"<bdi>#(\w+)</bdi>\s*<small[^>]*>(\d+)", page) == [
        ("Busy", "2"),
        ("Quiet", "1"),
    ]


def test_no_more_than_twelve_tags_are_of_the_day(client: Client) -> None:
    make.article(tags=[make.tag() for _ in range(14)], published_at=timezone.now())

    page = read(client, "/en/")

    assert page.count('class="chip tag"') == 12


def test_an_article_page_shows_the_text_and_the_way_to_the_publisher(client: Client) -> None:
    article = make.article(
        "A bridge opens",
        by=make.publisher("Hill Courier"),
        tags=[make.tag("Bridges")],
        section=make.section("Business"),
        summary="Short.",
        text_html="<p>The whole <em>text</em>.</p>",
    )

    page = read(client, article.get_absolute_url())

    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == ["A bridge opens"]
    assert "<p>The whole <em>text</em>.</p>" in page
    assert re.search(rf'href="{article.url}"[^>]*>\s*Read at <bdi>Hill Courier</bdi>', page)
    assert 'href="/en/hashtag/Bridges"' in page
    assert "Business" in page
    assert 'property="og:type" content="article"' in page


def test_an_article_whose_text_was_dropped_shows_its_summary(client: Client) -> None:
    article = make.article(summary="What stayed.")

    page = read(client, article.get_absolute_url())

    assert "<p>What stayed.</p>" in page


def test_an_article_names_the_others_of_its_story(client: Client) -> None:
    article = make.article("Ours")
    other = make.article("Theirs", of_story=make.story_of(article))
    make.article("Unrelated")

    page = read(client, article.get_absolute_url())

    assert f'href="/en/article/{other.pk}"' in page
    assert "Unrelated" not in page


def test_an_article_whose_story_is_not_decided_has_no_others(client: Client) -> None:
    article = make.article("Early", state=Article.State.STORED)
    Article.objects.update(story=None)
    other = make.article("Early too", state=Article.State.STORED)
    Article.objects.update(story=None)

    page = read(client, article.get_absolute_url())

    assert str(other.pk) not in page


@pytest.mark.parametrize(
    "path", ["/en/", "/en/hashtag/Railways", "/en/hashtag/Nothing", "/en/story/STORY"]
)
def test_every_page_is_plain_and_accessible(client: Client, path: str) -> None:
    [first, _] = make_articles(2, make.tag("Railways"))
    path = path.replace("STORY", str(first.story_id))

    page = client.get(path).content.decode()

    assert len(re.findall(r"<h1\b", page)) == 1
    assert '<a class="skip" href="#content">' in page
    assert re.search(r'<main id="content"', page)
    assert not re.search(r'\bstyle="|\bon\w+="', page)
    assert all('alt="' in image for image in re.findall(r"<img[^>]*>", page))


def test_the_colours_of_both_themes_meet_wcag_aa() -> None:
    css = STYLESHEET.read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+): #(\w{6});", block))
        for block in re.findall(r":root \{(.*?)\n\s*\}", css, re.DOTALL)
    )
    pairs = [
        ("ink", "ground"),
        ("ink", "paper"),
        ("ink", "tint"),
        ("quiet", "ground"),
        ("quiet", "paper"),
        ("on-sun", "sun"),
        ("sun", "night"),
        ("on-night", "night"),
        ("quiet-on-night", "night"),
    ]

    for theme in (light, light | dark):
        weak = [pair for pair in pairs if contrast(theme[pair[0]], theme[pair[1]]) < 4.5]
        assert weak == []


def contrast(first: str, second: str) -> float:
    """Of two colours as rrggbb. Source: WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_full_tag_page_is_light(client: Client) -> None:
    tag = make.tag("Railways")
    for number in range(20):
        make.article(
            f"A title of a usual length that says what happened, number {number}",
            tags=[tag],
            section=make.section(),
            summary="Words of the summary of an article as publishers write it. " * 10,
            image_url=f"https://images.example/2026/03/02/a-picture-with-a-name-{number}.jpg",
        )

    page = client.get("/en/hashtag/Railways")
    names = re.findall(r'"/static/(articles/[\w.-]+\.(?:css|js))"', page.content.decode())
    files = [Path(found).read_bytes() for found in map(finders.find, names) if found]
    weights = [len(gzip.compress(body)) for body in [page.content, *files]]

    assert len(files) == len(names) > 4
    assert sum(weights) < 60_000
    assert weights[0] < 15_000
    assert len(page.content) < 100_000


def test_the_front_door_leads_to_the_browser_s_language(client: Client) -> None:
    answer = client.get("/", headers={"Accept-Language": "hy, en;q=0.5"})

    assert answer["Location"] == "/hy/"
    assert answer["Vary"] == "Accept-Language"
    assert "public" not in answer["Cache-Control"]
    assert client.get("/", headers={"Accept-Language": "xx"})["Location"] == "/en/"


def test_the_canonical_address_of_an_article_is_its_publisher_s(client: Client) -> None:
    article = make.article()

    page = read(client, article.get_absolute_url())

    assert re.findall(r'rel="canonical"\s+href="([^"]+)"', page) == [article.url]
    assert "hreflang=" not in page.partition("<body>")[0]
