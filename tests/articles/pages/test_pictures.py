from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django.fixtures import Settings

from articles.pages.pictures import picture_path
from tests import make
from tests.articles.test_pictures import draw, look
from tests.publishers import PublisherServer


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    caches["pictures"].clear()
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.feeds["/1.jpg"] = draw(1600, 900)
        yield server


def test_a_picture_is_ours_and_kept_for_long(client: Client, publisher: PublisherServer) -> None:
    answer = client.get(picture_path(publisher.url("/1.jpg"), "card"))

    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    assert look(answer.content).size == (640, 360)


def test_an_address_that_we_did_not_write_shows_nothing(
    client: Client, publisher: PublisherServer
) -> None:
    ours = picture_path(publisher.url("/1.jpg"), "card")
    other = picture_path(publisher.url("/2.jpg"), "card")
    forged = [
        ours.replace("/card/", "/wide/"),
        ours.rpartition("/")[0] + "/" + other.rpartition("/")[2],
        ours[:-1] + ("A" if ours[-1] != "A" else "B"),
        ours.replace("/card/", "/huge/"),
        "/picture/card/x/%FF",
        "/picture/card/x/aHR0cDovL2V4YW1wbGUv",
    ]

    assert [client.get(path).status_code for path in forged] == [404] * 6
    assert publisher.requests == []


def test_a_picture_that_is_gone_leaves_the_drawing_for_a_while(
    client: Client, publisher: PublisherServer
) -> None:
    answer = client.get(picture_path(publisher.url("/none.jpg"), "card"))

    assert answer.status_code == 404
    assert answer["Cache-Control"] == "public, max-age=600"


@pytest.mark.django_db
def test_a_story_s_picture_is_that_of_its_lead(client: Client) -> None:
    url = "https://images.example/1.jpg"
    story = make.story_of(make.article(image_url=url))
    bare = make.story_of(make.article())
    hidden = make.story_of(make.article(image_url=url, is_hidden=True))

    assert client.get(f"/picture/of/{story.pk}")["Location"] == picture_path(url, "wide")
    assert client.get(f"/picture/of/{bare.pk}").status_code == 404
    assert client.get(f"/picture/of/{hidden.pk}").status_code == 404
