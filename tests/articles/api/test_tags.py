from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from articles.models import Follow, Tag, Trend
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def test_tags_are_found_by_name_label_and_alias(anonymous: APIClient) -> None:
    make.tag("NagornoKarabakh", "Nagorno-Karabakh", "Artsakh")
    make.tag("Bridges")

    found = [
        anonymous.get(f"/api/v1/tags?q={q}").json()["results"] for q in ("artsa", "%23nagornokar")
    ]

    assert [[tag["name"] for tag in tags] for tags in found] == [["NagornoKarabakh"]] * 2
    assert len(anonymous.get("/api/v1/tags").json()["results"]) == 2


def test_the_page_of_a_tag_shows_its_articles_alone_newest_first(anonymous: APIClient) -> None:
    bridges, rivers = make.tag("Bridges"), make.tag("Rivers")
    make.article("Old", tags=[bridges], published_at=make.NOON - timedelta(hours=1))
    make.article("New", tags=[bridges, rivers], published_at=make.NOON)
    make.article("Other", tags=[rivers])
    make.article("Hidden", tags=[bridges], is_hidden=True)

    page = anonymous.get("/api/v1/tags/BRIDGES/articles").json()

    assert [card["title"] for card in page["results"]] == ["New", "Old"]
    assert page["next"] is None
    assert "html" not in page["results"][0]
    assert anonymous.get("/api/v1/tags/Nothing/articles").status_code == 404


def test_a_tag_says_at_which_level_the_caller_follows_it(app: App, anonymous: APIClient) -> None:
    make.follow(app.reader, make.tag("Bridges"), Follow.Level.TOP)
    ended = make.follow(app.reader, make.tag("Rivers"))
    Follow.objects.filter(pk=ended.pk).update(ended_at=make.NOON)
    make.follow(make.reader(), make.tag("Chess"))

    mine = {tag["name"]: tag["level"] for tag in app.ask("GET", "tags").json()["results"]}

    assert mine == {"Bridges": "top", "Rivers": "none", "Chess": "none"}
    assert app.ask("GET", "tags/bridges").json()["level"] == "top"
    assert anonymous.get("/api/v1/tags/bridges").json()["level"] == "none"


def test_without_words_the_newest_tags_come_first_and_retired_ones_never(
    anonymous: APIClient,
) -> None:
    for name in ("Bridges", "Rivers", "Retired"):
        make.tag(name)
    Tag.objects.filter(name="Retired").update(is_active=False)

    names = [
        [tag["name"] for tag in anonymous.get(f"/api/v1/tags{query}").json()["results"]]
        for query in ("", "?q=", "?q=r", "?q=%23%23")
    ]

    assert names == [["Rivers", "Bridges"], ["Rivers", "Bridges"], ["Bridges", "Rivers"], []]


@pytest.mark.parametrize("name", ["Nothing", "%00", "a%2Fb", "%E2%80%AE"])
def test_a_name_that_no_tag_can_have_is_not_found(app: App, name: str) -> None:
    assert app.ask("GET", f"tags/{name}").status_code == 404
    assert app.ask("DELETE", f"follows/{name}").status_code == 404


def test_a_tag_is_found_and_shown_by_its_label_in_any_language(anonymous: APIClient) -> None:
    tag = make.tag("NagornoKarabakh")
    tag.label = "Nagorno-Karabakh"
    tag.labels = {"fr": "Haut-Karabakh", "ru": "Нагорный Карабах"}
    tag.save()
    make.tag("Bridges")

    for words in ("haut kara", "нагорный", "nagorno kara", "nagornokara"):
        [found] = anonymous.get("/api/v1/tags", {"q": words}).json()["results"]
        assert found["name"] == "NagornoKarabakh"
    labels = [
        anonymous.get("/api/v1/tags/NagornoKarabakh", headers={"Accept-Language": wish}).json()
        for wish in ("fr-CH, en;q=0.5", "hy;q=0.9, ru;q=0.8", "hy", "*", "")
    ]
    assert [tag["label"] for tag in labels] == [
        "Haut-Karabakh",
        "Нагорный Карабах",
        *["Nagorno-Karabakh"] * 3,
    ]


def test_tags_rise_today_or_this_hour(anonymous: APIClient) -> None:
    for name, span, rise in (("Slow", "day", 1), ("Steep", "day", 3), ("Now", "hour", 2)):
        Trend.objects.create(
            tag=make.tag(name),
            span=span,
            story_count=4,
            usual_count=1,
            rise=rise,
            counted_at=make.NOON,
        )

    today, now = (anonymous.get(f"/api/v1/trending{q}").json() for q in ("", "?span=hour"))

    assert [(tag["name"], tag["story_count"]) for tag in today] == [("Steep", 4), ("Slow", 4)]
    assert [tag["name"] for tag in now] == ["Now"]
    assert anonymous.get("/api/v1/trending?span=year").status_code == 400


def test_related_tags_share_articles(anonymous: APIClient) -> None:
    bridges, rivers = make.tag("Bridges"), make.tag("Rivers")
    for _ in range(2):
        make.article(tags=[bridges, rivers])
    make.article(tags=[make.tag("Chess")])

    related = anonymous.get("/api/v1/tags/bridges/related").json()

    assert [tag["name"] for tag in related] == ["Rivers"]


def test_i_am_proposed_what_my_tags_are_seen_with_and_then_what_rises(app: App) -> None:
    mine, muted, near, far = (make.tag(name) for name in ("Mine", "Muted", "Near", "Far"))
    make.follow(app.reader, mine)
    make.follow(app.reader, muted, Follow.Level.MUTE)
    make.article(tags=[mine, near, muted])
    make.article(tags=[far])
    for tag in (far, mine, near):
        Trend.objects.create(
            tag=tag, span="day", story_count=2, usual_count=0, rise=2, counted_at=make.NOON
        )

    assert [tag["name"] for tag in app.ask("GET", "suggestions").json()] == ["Near", "Far"]
    assert {tag["name"] for tag in App().ask("GET", "suggestions").json()} == {
        "Far",
        "Mine",
        "Near",
    }
