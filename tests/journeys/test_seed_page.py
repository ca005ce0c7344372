"""The whole way: publishers publish, a phone hears of each story once, the page shows it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Feed
from articles.pages.pictures import picture_path
from notifications.models import Alert
from tests import make
from tests.processes import Emulator, beat, environment, running, wait_until, worker
from tests.publishers import Item, PublisherServer

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "phone-of-one-follower-0123456789"
EVENTS = {
    "Stone bridge reopens in Nagorno-Karabakh": "Lorries may cross the river again after repairs.",
    "Nagorno-Karabakh pupils build a radio": "A teacher brought valves from her grandfather.",
    "Late frost in Nagorno-Karabakh": "Growers lit fires between apple trees before dawn.",
    "Songs of Nagorno-Karabakh on record": "Eleven choirs met for a double album of lullabies.",
    "Census ends in Nagorno-Karabakh": "The statistics office thanks three hundred helpers.",
}


class Cards(HTMLParser):
    """The cards of a page, each as the text and the elements that it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[dict[str, Any]] = []
        self.is_in_card = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "article":
            self.is_in_card = True
            self.cards.append({"text": "", "img": None, "time": None, "links": []})
        elif self.is_in_card and tag in {"img", "time"}:
            self.cards[-1][tag] = self.cards[-1][tag] or found
        elif self.is_in_card and tag == "a":
            self.cards[-1]["links"].append(found.get("href"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.is_in_card = False

    def handle_data(self, data: str) -> None:
        if self.is_in_card:
            self.cards[-1]["text"] += data


@pytest.fixture
def publishers() -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        yield server


def register_phone(client: Client) -> None:
    """As an app does, over the public API, with its zone, quiet hours and cap stated."""
    opened = client.post("/api/v1/sessions", {"label": "phone"}, content_type="application/json")
    headers = {"Authorization": f"Bearer {opened.json()['secret']}"}

    def put(path: str, body: dict[str, Any]) -> None:
        answer = client.put(path, body, content_type="application/json", headers=headers)
        assert answer.status_code in {200, 201}, answer.content

    put(
        "/api/v1/devices/0199f6a0-0000-7000-8000-000000000001",
        {
            "platform": "android",
            "app_version": "1.0",
            "locale": "en",
            "zone": "Asia/Yerevan",
            "address_kind": "fcm_token",
            "address": PHONE,
        },
    )
    quiet = {
        "zone": "Asia/Yerevan",
        "quiet_start": "00:00",
        "quiet_end": "00:00",
        "daily_cap": 0,
        "gap_minutes": 0,
    }
    put("/api/v1/preferences", quiet)
    put("/api/v1/follows/NagornoKarabakh", {"level": "all"})


@pytest.mark.timeout(120)
def test_five_stories_are_five_cards_and_one_alert_each(
    client: Client,
    publishers: PublisherServer,
    emulator: Emulator,
    tmp_path: Path,
) -> None:
    make.tag("NagornoKarabakh", "Nagorno-Karabakh")
    names = ["Hill Courier", "Lake Tribune", "The Daily Pass", "Valley Post"]
    section = make.section("Politics")
    for number, name in enumerate(names):
        publishers.publish(f"/{number}.xml")
        make.feed(make.publisher(name), publishers.url(f"/{number}.xml"), section=section)
    register_phone(client)
    env = environment(
        **emulator.variables(),
        OUTBOUND_ALLOW=f"127.0.0.1:{publishers.port}",
        FETCH_EVERY=0.3,
        FETCH_LEAST_INTERVAL=0.3,
        FETCH_MOST_INTERVAL=1,
        PUSH_SWEEP_EVERY=1,
    )

    with running(beat(env, tmp_path)), running(worker(env)):
        wait_until(lambda: not Feed.objects.filter(fetched_at__isnull=True).exists())
        now = timezone.now().replace(microsecond=0)
        items = [
            Item(
                title,
                now - timedelta(minutes=number),
                text,
                image=f"https://images.example/{number}.png",
            )
            for number, (title, text) in enumerate(EVENTS.items())
        ]
        publishers.publish("/0.xml", items[0], items[4])
        for number in (1, 2, 3):
            publishers.publish(f"/{number}.xml", items[number])
        wait_until(lambda: emulator.counts()["accepted"] >= 5)
        wait_until(lambda: not Alert.objects.exclude(state=Alert.State.SENT).exists())

    assert Article.objects.count() == 5
    counts = emulator.counts()
    assert (counts["accepted"], counts["duplicates"]) == (5, 0)
    pushed = emulator.ask("GET", f"/emulator/accepted?address={PHONE}")
    assert len(pushed) == 5
    check_page(client, items, names)


def check_page(client: Client, items: list[Item], names: list[str]) -> None:
    page = client.get("/en/hashtag/NagornoKarabakh").content.decode()
    parser = Cards()
    parser.feed(page)

    assert "Latest news with #NagornoKarabakh" in re.sub(r"<[^>]+>|\s+", " ", page).replace(
        "  ", " "
    )
    assert "DOWNLOAD THE APP" in page.upper()
    assert len(parser.cards) == 5
    publishers = [names[0], names[1], names[2], names[3], names[0]]
    for card, item, publisher in zip(parser.cards, items, publishers, strict=True):
        assert item.title in card["text"]
        assert item.text in card["text"]
        assert card["text"].count(publisher) >= 2
        assert "Politics" in card["text"]
        assert f"{item.published_at:%d-%m-%Y}" in card["text"]
        assert datetime.fromisoformat(card["time"]["datetime"]) == item.published_at
        assert card["img"]["src"] == picture_path(item.image, "card")
        assert any("/en/article/" in (link or "") for link in card["links"])
