from collections.abc import Iterator

import pytest
from django.core.cache import caches
from pytest_django.fixtures import Settings

from articles import thumbnails
from articles.feeds.fetch import Limits
from articles.thumbnails import NoThumbnailError, find_thumbnail
from tests.articles.test_pictures import draw, look
from tests.publishers import PublisherServer


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    caches["pictures"].clear()
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.feeds["/1.jpg"] = draw(1600, 900)
        yield server
    caches["pictures"].clear()


def test_a_picture_is_fetched_once_for_each_size(publisher: PublisherServer) -> None:
    for _ in range(3):
        assert look(find_thumbnail(publisher.url("/1.jpg"), "card")).size == (640, 360)
    find_thumbnail(publisher.url("/1.jpg"), "wide")

    assert publisher.requests == [("/1.jpg", 200), ("/1.jpg", 200)]


@pytest.mark.parametrize("path", ["/none.jpg", "/page.html"])
def test_a_missing_picture_is_not_asked_for_again_and_again(
    publisher: PublisherServer, path: str
) -> None:
    publisher.feeds["/page.html"] = b"<html>"

    for _ in range(2):
        with pytest.raises(NoThumbnailError):
            find_thumbnail(publisher.url(path), "card")

    assert len(publisher.requests) == 1


def test_the_guard_is_asked_first(publisher: PublisherServer, settings: Settings) -> None:
    settings.OUTBOUND_ALLOW = frozenset()

    with pytest.raises(NoThumbnailError):
        find_thumbnail(publisher.url("/1.jpg"), "card")

    assert publisher.requests == []


def test_a_redirect_to_a_private_address_is_not_followed(publisher: PublisherServer) -> None:
    publisher.redirects["/moved.jpg"] = (302, "http://127.0.0.1:1/1.jpg")

    with pytest.raises(NoThumbnailError):
        find_thumbnail(publisher.url("/moved.jpg"), "card")


def test_a_body_without_end_is_cut_off(
    publisher: PublisherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "LIMITS", Limits(seconds=5, bytes=1_000))

    with pytest.raises(NoThumbnailError):
        find_thumbnail(publisher.url("/1.jpg"), "card")


def test_who_comes_while_all_hands_are_full_may_come_again_soon(
    publisher: PublisherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "PATIENCE", 0.01)
    with thumbnails.AT_ONCE, thumbnails.AT_ONCE, pytest.raises(NoThumbnailError) as caught:
        find_thumbnail(publisher.url("/1.jpg"), "card")

    assert caught.value.wait.total_seconds() < 60
    assert find_thumbnail(publisher.url("/1.jpg"), "card")
