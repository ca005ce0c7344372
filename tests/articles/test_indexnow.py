"""Against a stand-in that checks what the protocol says an engine checks."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles import indexnow, tasks
from articles.signals import stories_changed
from tests import make

pytestmark = pytest.mark.django_db

KEY = "3f9c1d0a5b6e4c2f8a7d"


class Engine(BaseHTTPRequestHandler):
    """200 for a message as the documentation wants it, 422 for addresses of another host."""

    took: list[dict[str, Any]]

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_ours = all(url.startswith(f"https://{message['host']}/") for url in message["urlList"])
        has_key = re.fullmatch(r"[a-zA-Z0-9-]{8,128}", message["key"])
        is_json = self.headers["Content-Type"].startswith("application/json")
        status = 200 if is_ours and has_key and is_json else 422
        if status == 200:
            self.took.append(message)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def took(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    Engine.took = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Engine) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        settings.INDEXNOW_URL = f"http://127.0.0.1:{server.server_port}/indexnow"
        settings.INDEXNOW_KEY = KEY
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.server_port}"})
        settings.SITE_URL = "https://news.example"
        yield Engine.took
        server.shutdown()


def test_new_stories_and_their_tags_are_told(
    took: list[dict[str, Any]], client: Client, settings: Settings
) -> None:
    story = make.story_of(make.article(tags=[make.tag("Railways")]))

    assert indexnow.tell_of_stories([story.pk])

    [message] = took
    assert message["urlList"] == [
        f"https://news.example/en/story/{story.pk}",
        "https://news.example/en/hashtag/Railways",
    ]
    path = message["keyLocation"].removeprefix(settings.SITE_URL)
    assert client.get(path).content.decode() == KEY == message["key"]


def test_a_change_of_stories_is_told_by_a_worker(
    took: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.tell_search_engines, "delay", tasks.tell_search_engines)
    story = make.story_of(make.article())

    stories_changed.send_robust(sender=None, story_ids=[story.pk])

    assert len(took) == 1


def test_what_is_hidden_is_not_told(took: list[dict[str, Any]]) -> None:
    story = make.story_of(make.article(is_hidden=True))

    assert not indexnow.tell_of_stories([story.pk])
    assert took == []


def test_a_refusal_or_silence_is_no_error(took: list[dict[str, Any]], settings: Settings) -> None:
    assert not indexnow.tell(["https://elsewhere.example/"])
    settings.OUTBOUND_ALLOW = frozenset()
    assert not indexnow.tell(["https://news.example/en/"])
    assert took == []


def test_it_is_off_unless_set(took: list[dict[str, Any]], settings: Settings) -> None:
    settings.INDEXNOW_KEY = ""

    assert not indexnow.is_on()
    assert not indexnow.tell(["https://news.example/en/"])
    assert took == []
