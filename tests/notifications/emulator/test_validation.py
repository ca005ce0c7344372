from typing import Any

import pytest

from notifications.emulator.validation import MOST_BYTES, check_request, has_good_address, measure

TOKEN = "phone-of-a-reader:0123456789"


def request(**parts: Any) -> dict[str, Any]:
    return {"message": {"token": TOKEN, **parts}}


@pytest.mark.parametrize(
    "body",
    [
        request(),
        request() | {"validate_only": True},
        {"message": {"fid": TOKEN}},
        {"message": {"topic": "news"}},
        {"message": {"condition": "'a' in topics"}},
        request(notification={"title": "A", "body": "B", "image": "https://i.example/1.png"}),
        request(data={"alert": "1", "link": "https://news.example/1"}),
        request(android={"ttl": "2419200s", "priority": "HIGH"}),
        request(android={"ttl": "3.5s", "priority": "normal"}),
        request(apns={"headers": {"apns-priority": "10"}, "payload": {"aps": {"badge": 1}}}),
        request(webpush={"headers": {"TTL": "60"}}),
    ],
)
def test_good_requests_have_no_violations(body: dict[str, Any]) -> None:
    assert check_request(body) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "message"),
        ([], "message"),
        ({"message": []}, "message"),
        ({"message": {}}, "message"),
        (request(topic="news"), "message"),
        (request() | {"dry_run": True}, "dry_run"),
        (request(colour="red"), "message.colour"),
        (request(notification={"subtitle": "A"}), "message.notification.subtitle"),
        (request(notification={"title": 1}), "message.notification.title"),
        (request(notification="A"), "message.notification"),
        (request(data=["a"]), "message.data"),
        (request(data={"count": 1}), "message.data.count"),
        (request(data={"from": "A"}), "message.data.from"),
        (request(data={"gcm.id": "A"}), "message.data.gcm.id"),
        (request(data={"google_id": "A"}), "message.data.google_id"),
        (request(android=[]), "message.android"),
        (request(android={"notification": "A"}), "message.android.notification"),
        (request(android={"notification": {"tag": [1]}}), "message.android.notification.tag"),
        (request(android={"data": {"from": "A"}}), "message.android.data.from"),
        (request(android={"ttl": "3600"}), "message.android.ttl"),
        (request(android={"ttl": 3600}), "message.android.ttl"),
        (request(android={"ttl": "-1s"}), "message.android.ttl"),
        (request(android={"ttl": "2419201s"}), "message.android.ttl"),
        (request(android={"priority": "urgent"}), "message.android.priority"),
        (request(apns={"headers": {"apns-priority": 10}}), "message.apns.headers.apns-priority"),
        (request(webpush={"headers": {"TTL": 60}}), "message.webpush.headers.TTL"),
    ],
)
def test_each_broken_rule_names_its_field(body: Any, field: str) -> None:
    assert field in [name for name, _ in check_request(body)]


def test_the_target_is_not_part_of_the_size() -> None:
    room = MOST_BYTES - measure({"data": {"text": ""}})
    full = {"token": "x" * 2000, "data": {"text": "é" * (room // 2) + "e" * (room % 2)}}

    assert measure(full) == MOST_BYTES
    assert check_request({"message": full}) == []
    full["data"] = {"text": full["data"]["text"] + "e"}  # type: ignore[index]
    assert [name for name, _ in check_request({"message": full})] == ["message"]


@pytest.mark.parametrize(
    ("message", "is_good"),
    [
        ({"token": TOKEN}, True),
        ({"fid": "x" * 10}, True),
        ({"token": "x" * 4096}, True),
        ({"topic": "news"}, True),
        ({"token": "x" * 9}, False),
        ({"token": "x" * 4097}, False),
        ({"token": f"{TOKEN}\n"}, False),
        ({"fid": "phone of a reader"}, False),
        ({"token": 1234567890}, False),
    ],
)
def test_an_address_has_a_form(message: dict[str, Any], is_good: bool) -> None:  # noqa: FBT001
    assert has_good_address(message) is is_good
