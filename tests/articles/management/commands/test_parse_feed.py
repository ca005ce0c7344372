import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.make import NOON
from tests.publishers import Item, PublisherServer


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("parse_feed", *arguments, stdout=out)
    return out.getvalue()


def test_a_file_is_printed_as_one_json_object_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(
        "<rss><channel><item><title>Ferries</title><link>https://a.example/1</link><guid>7</guid>"
        "<pubDate>Mon, 02 Mar 2026 12:00:00 GMT</pubDate><category>Lakes</category>"
        "<enclosure url='https://a.example/1.mp3' type='audio/mpeg' length='9'/></item>"
        "</channel></rss>"
    )

    (line,) = run(str(path), "--json").splitlines()

    assert json.loads(line) == {
        "id": "7",
        "url": "https://a.example/1",
        "title": "Ferries",
        "summary": "",
        "content": "",
        "published": "2026-03-02T12:00:00Z",
        "updated": None,
        "authors": [],
        "tags": ["Lakes"],
        "image": "",
        "enclosures": [{"url": "https://a.example/1.mp3", "type": "audio/mpeg", "length": 9}],
        "language": "",
    }


def test_an_address_is_fetched_through_the_guard(settings: Settings) -> None:
    with PublisherServer() as server:
        server.publish("/feed.xml", Item("Ferries", NOON))
        with pytest.raises(CommandError, match="refused_address"):
            run(server.url("/feed.xml"))
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})

        assert "2026-03-02 12:00  Ferries" in run(server.url("/feed.xml"))


@pytest.mark.parametrize("name", ["missing.xml", "page.html"])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text("<html>")

    with pytest.raises(CommandError, match=name):
        run(str(tmp_path / name))
