import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from notifications.webpush import base64url
from notifications.webpush.encryption import (
    CURVE,
    OVERHEAD,
    BadKeysError,
    Keys,
    UndecipherableError,
    decrypt,
    encrypt,
    to_point,
)

# RFC 8291, appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def key_of(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode(text)), CURVE)


def test_the_example_of_the_rfc_comes_out_to_the_byte() -> None:
    keys = Keys.parse(f"{POINT}.{AUTH}")

    body = encrypt(PLAINTEXT, keys, key_of(SENDER), base64url.decode(SALT))

    assert base64url.encode(body) == BODY
    assert len(body) == len(PLAINTEXT) + OVERHEAD
    assert decrypt(body, key_of(RECEIVER), keys.auth) == PLAINTEXT


@given(st.binary(max_size=3900))
def test_what_is_encrypted_is_read_by_its_receiver_alone(plaintext: bytes) -> None:
    keys = Keys.parse(f"{POINT}.{AUTH}")

    body = encrypt(plaintext, keys)

    assert decrypt(body, key_of(RECEIVER), keys.auth) == plaintext
    with pytest.raises(UndecipherableError):
        decrypt(body, key_of(SENDER), keys.auth)


def test_no_two_messages_share_key_or_salt() -> None:
    keys = Keys.parse(f"{POINT}.{AUTH}")

    first, second = encrypt(PLAINTEXT, keys), encrypt(PLAINTEXT, keys)

    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


@pytest.mark.parametrize("cut", [0, 10, 86, 100])
def test_what_is_cut_off_is_undecipherable(cut: int) -> None:
    with pytest.raises(UndecipherableError):
        decrypt(base64url.decode(BODY)[:cut], key_of(RECEIVER), base64url.decode(AUTH))


COMPRESSED = base64url.encode(
    key_of(RECEIVER).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
)
NOWHERE = base64url.encode(b"\x04" + bytes(63) + b"\x07")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("", "joined by a dot"),
        (POINT, "joined by a dot"),
        (f"{POINT}.{AUTH}.{AUTH}", "joined by a dot"),
        (f"{POINT}=.{AUTH}", "base64url"),
        (f"{POINT}.{AUTH[:-2]}!!", "base64url"),
        (f"{POINT}.{AUTH[:-2]}", "auth has 16 bytes"),
        (f"{COMPRESSED}.{AUTH}", "p256dh has 65 bytes"),
        (f"{POINT}AAAA.{AUTH}", "p256dh has 65 bytes"),
        (f"{NOWHERE}.{AUTH}", "no point of P-256"),
        (f"AAAA.{AUTH}", "no point of P-256"),
    ],
)
def test_keys_that_are_none_are_refused_with_the_reason(keys: str, reason: str) -> None:
    with pytest.raises(BadKeysError, match=reason):
        Keys.parse(keys)


def test_a_point_is_written_as_browsers_write_it() -> None:
    assert base64url.encode(to_point(key_of(RECEIVER).public_key())) == POINT
