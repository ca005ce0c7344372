from datetime import timedelta

import pytest

from notifications.transports.base import Result
from notifications.transports.push_services import Rests, read_outcome
from notifications.webpush.wire import Answer


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (401, '{"code": 401, "errno": 109, "message": "Invalid VAPID expiry"}', Result.FORBIDDEN),
        (401, '{"errno":109,"message":"VAPID public key mismatch"}', Result.GONE),
        (403, "the VAPID credentials ... do not correspond to the credentials", Result.GONE),
        (403, "invalid JWT provided", Result.FORBIDDEN),
        (403, "<html>a proxy's page</html>", Result.RETRY),
        (404, "<html>a page</html>", Result.GONE),
        (502, '{"reason": "BadJwtToken"}', Result.RETRY),
        (403, '{"reason": 1}', Result.RETRY),
        (403, '["reason"]', Result.RETRY),
        (403, '{"reason": "%s"}' % ("a" * 3000), Result.RETRY),
    ],
)
def test_services_tell_our_token_from_anothers_subscription(
    status: int, body: str, result: Result
) -> None:
    outcome = read_outcome(Answer(status, "", body.encode()))

    assert outcome.result is result
    assert len(outcome.code) <= 40


def test_one_flooded_subscription_does_not_silence_its_service() -> None:
    rests = Rests()

    for status in (429, 429, 201, 429, 503, 410, 500):
        rests.note("https://push.example", Answer(status, "3600", b""))

    assert rests.left("https://push.example") is None


def test_no_service_rests_for_longer_than_a_minute() -> None:
    rests = Rests()

    for _ in range(3):
        rests.note("https://push.example", Answer(503, "999999999999999999999", b""))

    left = rests.left("https://push.example")
    assert left is not None
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
