import json
from dataclasses import replace
from typing import Any

import pytest

from notifications.emulator.validation import MOST_BYTES, check_request, measure
from notifications.transports.base import Notice
from notifications.transports.fcm.words import Bodies, MalformedAddressError, encode
from tests.notifications.transports.samples import ADDRESS, NOTICE, message


def read(notice: Notice, kind: str = "fcm_token") -> dict[str, Any]:
    before, after = encode(notice, kind)
    request = json.loads(before + ADDRESS.encode() + after)
    assert check_request(request) == []
    sent: dict[str, Any] = request["message"]
    return sent


@pytest.mark.parametrize("kind", ["fcm_token", "fcm_fid"])
def test_a_message_carries_what_phones_need(kind: str) -> None:
    sent = read(NOTICE, kind)

    assert sent["fid" if kind == "fcm_fid" else "token"] == ADDRESS
    assert sent["notification"]["title"] == "A bridge opens"
    assert sent["android"]["ttl"] == "3600s"
    assert sent["android"]["notification"]["tag"] == "story-1"
    assert sent["apns"]["headers"]["apns-collapse-id"] == "story-1"
    assert sent["webpush"]["headers"]["Topic"] == "story-1"
    assert sent["data"]["link"] == NOTICE.link
    assert sent["data"]["alert"] == str(NOTICE.alert_id)
    assert (sent["data"]["kind"], sent["data"]["tags"]) == ("initial", "#Karabakh #Bridges")


def test_tags_stay_away_where_they_do_not_fit() -> None:
    long = replace(NOTICE, body="x" * 3000, tags=("Karabakh",) * 60)

    sent = read(long)

    assert "tags" not in sent["data"]
    assert measure(sent) <= MOST_BYTES


def test_a_removal_shows_nothing_and_wakes_the_app() -> None:
    sent = read(replace(NOTICE, kind="retraction", is_breaking=False))

    assert "notification" not in sent
    assert "notification" not in sent["android"]
    assert sent["data"]["remove"] == "story-1"
    assert sent["android"]["priority"] == "high"
    assert sent["apns"]["payload"]["aps"] == {"content-available": 1}
    assert sent["apns"]["headers"]["apns-push-type"] == "background"
    assert sent["apns"]["headers"]["apns-priority"] == "5"


def test_one_notice_is_encoded_once_and_few_are_remembered() -> None:
    bodies = Bodies()
    first, second = replace(NOTICE), replace(NOTICE)

    made = [bodies.make(message()._replace(notice=n)) for n in (first, second, first)]
    for _ in range(200):
        bodies.make(message()._replace(notice=replace(NOTICE)))

    assert made[0] == made[2]
    assert len(bodies.known) <= 64


@pytest.mark.parametrize(
    "address",
    [
        "",
        "short",
        'phone-of-a-"reader"',
        "phone-of-a-\\reader",
        "ü" * 20,
        "\ud800" * 20,
        "a" * 4097,
    ],
)
def test_what_could_break_out_of_its_place_is_no_address(address: str) -> None:
    with pytest.raises(MalformedAddressError):
        Bodies().make(message(address))
