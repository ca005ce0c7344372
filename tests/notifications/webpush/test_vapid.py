from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.emulator.push_service.requests import check_vapid, read_token
from notifications.webpush import base64url
from notifications.webpush.vapid import (
    BadVapidKeyError,
    Vapid,
    is_contact,
    load_key,
    make_key,
    origin_of,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONTACT = "mailto:desk@news.example"
MOZILLA = "https://updates.push.services.mozilla.com"


def pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_push_service_believes_the_token() -> None:
    private, public = make_key()

    header = Vapid(private, CONTACT).authorize(f"{MOZILLA}/wpush/v2/abc", NOW)

    check_vapid(header, MOZILLA, public, NOW)
    token = header.removeprefix("vapid t=").partition(",")[0]
    assert read_token(token, public) == {
        "aud": MOZILLA,
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": CONTACT,
    }


def test_one_token_serves_an_origin_until_it_is_about_to_end() -> None:
    vapid = Vapid(make_key()[0], CONTACT)
    first = vapid.authorize(f"{MOZILLA}/wpush/v2/abc", NOW)

    assert vapid.authorize(f"{MOZILLA}/wpush/v2/def", NOW + timedelta(hours=10)) == first
    assert vapid.authorize(f"{MOZILLA}/wpush/v2/abc", NOW + timedelta(hours=11)) != first
    assert vapid.authorize("https://web.push.apple.com/abc", NOW) != first


def test_tokens_of_many_origins_are_not_kept_for_ever() -> None:
    vapid = Vapid(make_key()[0], CONTACT)

    for number in range(1100):
        vapid.authorize(f"https://{number}.notify.windows.com/w/", NOW)

    assert len(vapid.tokens) <= 1000


def test_a_key_may_be_pem_or_base64url() -> None:
    private, public = make_key()

    pem = pem_of(load_key(private))

    assert Vapid(pem, CONTACT).public_key == Vapid(private, CONTACT).public_key == public


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "0 bytes"),
        ("AAAA", "3 bytes"),
        ("not base64url!", "neither"),
        (base64url.encode(bytes(32)), "neither"),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", "neither"),
        (pem_of(ec.generate_private_key(ec.SECP384R1())), "P-256"),
    ],
)
def test_what_is_no_key_is_refused_with_the_reason(key: str, reason: str) -> None:
    with pytest.raises(BadVapidKeyError, match=reason):
        load_key(key)


@pytest.mark.parametrize("subject", [CONTACT, "https://news.example/contact"])
def test_a_contact_is_somewhere_on_the_internet(subject: str) -> None:
    assert is_contact(subject)


@pytest.mark.parametrize(
    "subject",
    [
        *("", "desk@news.example", "mailto:", "mailto:desk", "mailto:desk@localhost"),
        *("http://news.example", "https://localhost:8000", "https://[", "https://a b.example"),
    ],
)
def test_what_apple_would_refuse_is_no_contact(subject: str) -> None:
    assert not is_contact(subject)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", "https://fcm.googleapis.com"),
        ("https://FCM.googleapis.com:443/", "https://fcm.googleapis.com"),
        ("http://127.0.0.1:9098/push/abc", "http://127.0.0.1:9098"),
        ("http://[::1]:80/push/abc", "http://[::1]"),
    ],
)
def test_an_origin_leaves_out_the_port_of_its_scheme(url: str, origin: str) -> None:
    assert origin_of(url) == origin
