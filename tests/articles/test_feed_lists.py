from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.feed_lists import import_feeds
from articles.feeds.opml import Outline, read_opml, write_opml
from articles.models import Feed, Publisher, Section
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def listed(*outlines: Outline) -> bytes:
    return write_opml("Feeds", outlines, NOON)


def test_a_list_becomes_publishers_sections_and_feeds_once() -> None:
    body = listed(
        Outline(
            feed_url="https://lake.example/world", title="Lake", section="World", language="hy"
        ),
        Outline(feed_url="https://www.lake.example/sport", home_url="https://lake.example/"),
        Outline(feed_url="https://hill.example/rss", title="Lake", section="World"),
    )

    first, again = import_feeds(body), import_feeds(body)

    assert (first.new, first.known) == (3, 0)
    assert (again.new, again.known) == (0, 3)
    assert Publisher.objects.get().name == "Lake"
    assert Section.objects.get().name == "World"
    assert Feed.objects.get(url__endswith="world").language == "hy"


def test_a_publisher_who_is_there_gets_the_feed() -> None:
    lake = make.publisher("Lake")
    import_feeds(listed(Outline(feed_url="https://feeds.example/1", home_url=lake.home_url)))

    assert Feed.objects.get().publisher == lake


def test_addresses_that_may_not_be_asked_are_named() -> None:
    imported = import_feeds(listed(Outline(feed_url="http://169.254.169.254/latest")))

    assert imported.refused == ["http://169.254.169.254/latest"]
    assert not Feed.objects.exists()


def test_names_alike_get_slugs_that_differ() -> None:
    for number in range(3):
        url = f"https://{number}.example/"
        import_feeds(listed(Outline(feed_url=url, title=f"Լրագիր {number}", home_url=url)))

    assert Publisher.objects.values("slug").distinct().count() == 3


def test_the_commands_bring_in_and_out(tmp_path: Path) -> None:
    path, out = tmp_path / "list.opml", StringIO()
    path.write_bytes(listed(Outline(feed_url="https://lake.example/rss", title="Lake")))

    call_command("import_feeds", str(path), stdout=out)
    exported = StringIO()
    call_command("export_feeds", stdout=exported)

    assert "1 feeds added, 0 known already" in out.getvalue()
    [outline] = read_opml(exported.getvalue().encode())
    assert (outline.feed_url, outline.title) == ("https://lake.example/rss", "Lake")
    with pytest.raises(CommandError, match=r"missing\.opml"):
        call_command("import_feeds", str(tmp_path / "missing.opml"))
