from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles import corrections
from articles.models import Article, Story, Tag
from tests import make
from tests.articles.pages.test_views import read
from tests.make import NOON

pytestmark = pytest.mark.django_db


def make_event(*names: str, language: str = "en") -> Story:
    """A story told by a publisher of each name, with a tag."""
    story = make.story()
    tag = Tag.objects.filter(name="Railways").first() or make.tag("Railways")
    for number, name in enumerate(names):
        make.article(
            f"Report by {name}",
            by=make.publisher(name),
            tags=[tag],
            of_story=story,
            published_at=NOON + timedelta(minutes=number),
        )
    Story.objects.filter(pk=story.pk).update(language=language)
    Story.objects.filter(pk=story.pk).refresh()
    story.refresh_from_db()
    return story


def test_a_story_shows_who_tells_it_when_and_what_belongs_to_it(client: Client) -> None:
    story, related = make_event("Hill Courier", "Lake Tribune"), make_event("Valley Post")
    foreign = make_event("Lori Lur", language="hy")
    corrections.link(foreign, story, None, NOON)

    page = read(client, f"/en/story/{story.pk}")

    assert "Told by 2 publishers" in page
    assert "02-03-2026 12:00" in page
    assert "02-03-2026 12:01" in page
    assert all(f"Report by {name}" in page for name in ("Hill Courier", "Lake Tribune"))
    assert "#Railways" in page
    assert f'href="/en/story/{related.pk}"' in page
    assert page.index("In other languages") < page.index(f"/en/story/{foreign.pk}")


def test_a_merged_story_leads_to_where_it_is_told(client: Client) -> None:
    story, target = make_event("Hill Courier"), make_event("Lake Tribune")
    corrections.merge(target, [story], None, NOON)

    answer = client.get(f"/en/story/{story.pk}")

    assert (answer.status_code, answer["Location"]) == (301, f"/en/story/{target.pk}")


def test_a_story_of_which_nothing_is_left_is_not_found(client: Client) -> None:
    story = make_event("Hill Courier")
    Article.objects.update(is_hidden=True)

    read(client, f"/en/story/{story.pk}", status=404)


@pytest.mark.parametrize("count", [1, 6])
def test_a_story_page_asks_a_constant_number_of_times(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = make_event(*(f"Publisher {n}" for n in range(count)))
    for number in range(count):
        make_event(f"Other {number}")

    with django_assert_num_queries(6):
        read(client, f"/en/story/{story.pk}")


def test_publishers_stand_side_by_side_with_their_latest_word(client: Client) -> None:
    story, courier = make.story(), make.publisher("Hill Courier")
    for minute, (by, title) in enumerate(
        [(courier, "Early"), (make.publisher("Lake Tribune"), "Other"), (courier, "Late")]
    ):
        at = NOON + timedelta(minutes=minute)
        make.article(title, by=by, of_story=story, published_at=at)

    page = read(client, f"/en/story/{story.pk}")

    sides, _, timeline = page.partition("How it came out")
    sides = sides.partition("How publishers tell it")[2]
    assert sides.count('class="telling"') == 2
    assert sides.index("Late") < sides.index("Early") < sides.index("Other")
    assert timeline.index("Early") < timeline.index("Other") < timeline.index("Late")
