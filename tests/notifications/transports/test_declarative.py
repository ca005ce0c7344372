import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.transports.base import Notice
from notifications.transports.declarative import GOOD_BYTES, MOST_BYTES, TooLargeError, encode
from notifications.wording import cut
from tests.notifications.transports.samples import NOTICE


def read(notice: Notice) -> Any:
    return json.loads(encode(notice))


def test_a_notice_becomes_a_declarative_push_message() -> None:
    assert read(NOTICE) == {
        "web_push": 8030,
        "notification": {
            "title": "A bridge opens",
            "lang": "en",
            "body": "Hill Courier: it does.",
            "image": "https://i.example/bridge.png",
            "tag": "story-1",
            "navigate": "https://news.example/en/article/1",
            "data": {
                "alert": str(NOTICE.alert_id),
                "story": str(NOTICE.story_id),
                "kind": "initial",
                "tags": ["Karabakh", "Bridges"],
                "expires_at": "2026-03-02T18:00:00+00:00",
            },
        },
        "mutable": True,
    }


def test_what_is_not_there_is_left_out() -> None:
    shown = read(replace(NOTICE, image_url="", story_id=None))["notification"]

    assert "image" not in shown
    assert shown["data"]["story"] == ""


def test_a_removal_closes_what_is_shown_and_shows_nothing() -> None:
    said = read(replace(NOTICE, kind="retraction"))

    assert said["close"] == NOTICE.replaces
    assert said["data"]["kind"] == "retraction"
    assert not said.keys() & {"web_push", "notification"}


LINK = "https://news.example/" + "a" * 900


def test_what_is_optional_makes_way_before_the_words_do() -> None:
    crowded = replace(NOTICE, link=LINK, body="Ձ" * 300, title="Բ" * 120)

    with_image = read(replace(crowded, image_url=f"https://i.example/{'a' * 100}"))
    without = read(replace(crowded, image_url=f"https://i.example/{'a' * 1900}"))
    bare = read(replace(crowded, tags=("a" * 900, "b"), image_url="https://i.example/"))

    assert "image" in with_image["notification"]
    assert "image" not in without["notification"]
    assert "tags" in without["notification"]["data"]
    assert "tags" not in bare["notification"]["data"]
    assert bare["notification"]["body"] == crowded.body


def test_a_long_body_is_cut_between_characters() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    body = family * 300

    shown = read(replace(NOTICE, body=body))["notification"]

    assert shown["body"].endswith("…")
    assert set(shown["body"].removesuffix("…").split(family)) == {""}


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


@given(
    title=words.map(lambda text: cut(text, 240)),
    body=words,
    tags=st.lists(words, max_size=5).map(tuple),
    image_url=st.sampled_from(["", "https://i.example/", f"https://i.example/{'i' * 1980}"]),
    link=st.sampled_from([NOTICE.link, f"https://news.example/{'a' * 1979}"]),
)
def test_a_message_is_never_too_large(
    title: str, body: str, tags: tuple[str, ...], image_url: str, link: str
) -> None:
    notice = replace(NOTICE, title=title, body=body, tags=tags, image_url=image_url, link=link)

    plaintext = encode(notice)

    assert len(plaintext) <= (GOOD_BYTES if link == NOTICE.link else MOST_BYTES)
    assert json.loads(plaintext)["notification"]["title"] == title


def test_a_link_that_leaves_no_room_is_said_to_be_too_large() -> None:
    with pytest.raises(TooLargeError):
        encode(replace(NOTICE, link="https://news.example/" + "ա" * 1979))
