from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from notifications.emulator.push_service.requests import Push, RefusedError, read_push
from notifications.webpush.encryption import Keys, encrypt
from notifications.webpush.vapid import Vapid, make_key
from tests.notifications.webpush.test_encryption import AUTH, POINT

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORIGIN = "https://push.example"
VAPID = Vapid(make_key()[0], "mailto:desk@news.example")
BODY = encrypt(b"{}", Keys.parse(f"{POINT}.{AUTH}"))
HEADERS = {
    "Authorization": VAPID.authorize(ORIGIN, NOW),
    "Content-Encoding": "aes128gcm",
    "TTL": "60",
}


def read(changes: Mapping[str, str | None], body: bytes = BODY, key: str = "") -> Push:
    """With other headers; `None` leaves one out."""
    sent = {name: value for name, value in {**HEADERS, **changes}.items() if value is not None}
    return read_push(sent, body, origin=ORIGIN, key=key, now=NOW)


def test_a_request_by_the_book_is_read() -> None:
    push = read({"Topic": "story", "Urgency": "high"}, key=VAPID.public_key)

    assert push == Push(BODY, 60, "high", "story")


def test_a_message_without_content_needs_no_coding() -> None:
    assert read({"Content-Encoding": None}, b"").body == b""


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"TTL": None}, 400, "BadTtl"),
        ({"TTL": "-1"}, 400, "BadTtl"),
        ({"TTL": "soon"}, 400, "BadTtl"),
        ({"Urgency": "urgent"}, 400, "BadUrgency"),
        ({"Topic": ""}, 400, "BadTopic"),
        ({"Topic": "a" * 33}, 400, "BadTopic"),
        ({"Topic": "a topic"}, 400, "BadTopic"),
        ({"Content-Encoding": None}, 400, "BadContentEncoding"),
        ({"Content-Encoding": "aesgcm"}, 400, "BadContentEncoding"),
        ({"Authorization": None}, 401, "MissingAuthorization"),
        ({"Authorization": "Bearer abc"}, 403, "BadJwtToken"),
        ({"Authorization": "vapid t=a.b.c, k=abc"}, 403, "BadJwtToken"),
    ],
)
def test_a_request_against_the_book_is_refused(
    headers: dict[str, str | None], status: int, reason: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        read(headers)

    assert (caught.value.status, caught.value.reason) == (status, reason)


@pytest.mark.parametrize(
    "body",
    [
        b"plain text",
        b"plain text that is long enough to be an encrypted message, if it were one" * 3,
        BODY[:20] + b"\x21" + BODY[21:],
        BODY[:16] + (20).to_bytes(4) + BODY[20:] + bytes(100),
    ],
)
def test_what_is_not_encrypted_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError, match="BadEncryption"):
        read({}, body)


def test_a_body_may_have_4096_bytes_and_no_more() -> None:
    most = encrypt(bytes(4096 - 103), Keys.parse(f"{POINT}.{AUTH}"))

    assert len(read({}, most).body) == 4096
    with pytest.raises(RefusedError, match="PayloadTooLarge"):
        read({}, most + b"\0")


@pytest.mark.parametrize(
    "authorization",
    [
        VAPID.authorize("https://other.example", NOW),
        Vapid(make_key()[0], "mailto:desk@localhost").authorize(ORIGIN, NOW),
        Vapid(make_key()[0], "desk").authorize(ORIGIN, NOW),
        Vapid(make_key()[0], "mailto:a@b.example").authorize(ORIGIN, NOW - timedelta(hours=13)),
        Vapid(make_key()[0], "mailto:a@b.example").authorize(ORIGIN, NOW + timedelta(hours=13)),
        HEADERS["Authorization"].replace(VAPID.public_key, make_key()[1]),
        HEADERS["Authorization"].replace("vapid t=e", "vapid t=x"),
    ],
)
def test_a_token_that_is_wrong_in_any_way_is_refused(authorization: str) -> None:
    with pytest.raises(RefusedError, match="BadJwtToken"):
        read({"Authorization": authorization})


def test_a_subscription_may_be_for_one_sender_only() -> None:
    with pytest.raises(RefusedError, match="VapidPkHashMismatch"):
        read({}, key=make_key()[1])
