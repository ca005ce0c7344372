import json
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from firebase_admin import credentials

from tests.processes import Emulator, kill, wait_until

PATH = "/v1/projects/daily8-demo/messages:send"
ADDRESS = "phone-of-a-reader-0123456789"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


def message(alert: str = "1", tag: str = "story", title: str = "A bridge opens") -> dict[str, Any]:
    return {
        "token": ADDRESS,
        "notification": {"title": title},
        "data": {"alert": alert},
        "android": {"notification": {"tag": tag}},
    }


def send(
    emulator: Emulator, content: object, token: str = "owner", **more: object
) -> tuple[int, Any]:
    """Status and headers; errors of HTTP are answers here."""
    body = json.dumps({"message": content, **more}).encode()
    request = urllib.request.Request(emulator.url + PATH, body, method="POST")
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def details(body: Any) -> list[str]:
    return [part["@type"].rpartition(".")[2] for part in body["error"].get("details", [])]


def test_a_message_is_accepted_and_counted(emulator: Emulator) -> None:
    status, body = send(emulator, message())

    assert status == 200
    assert body["name"].startswith("projects/daily8-demo/messages/")
    assert emulator.ask("GET", f"/emulator/counts/{ADDRESS}") == {"accepted": 1}
    assert emulator.counts()["answered"] == {"200": 1}


def test_a_closed_connection_is_no_longer_open(emulator: Emulator) -> None:
    before = emulator.counts()

    send(emulator, message())

    wait_until(lambda: emulator.counts()["connections_open"] <= before["connections_open"])
    assert emulator.counts()["connections_total"] == before["connections_total"] + 1


def test_a_trial_is_answered_and_not_counted(emulator: Emulator) -> None:
    assert send(emulator, message(), validate_only=True)[0] == 200
    assert emulator.counts()["accepted"] == 0


def test_an_unknown_bearer_is_refused(emulator: Emulator) -> None:
    status, body = send(emulator, message(), token="somebody")

    assert (status, body["error"]["status"], details(body)) == (401, "UNAUTHENTICATED", [])


@pytest.mark.parametrize(
    ("fault", "status", "name", "detail"),
    [
        ("UNREGISTERED", 404, "NOT_FOUND", ["FcmError"]),
        ("INVALID_ARGUMENT", 400, "INVALID_ARGUMENT", ["FcmError"]),
        ("SENDER_ID_MISMATCH", 403, "PERMISSION_DENIED", ["FcmError"]),
        ("PERMISSION_DENIED", 403, "PERMISSION_DENIED", []),
        ("QUOTA_EXCEEDED", 429, "RESOURCE_EXHAUSTED", ["FcmError"]),
        ("UNAVAILABLE", 503, "UNAVAILABLE", ["FcmError"]),
        ("INTERNAL", 500, "INTERNAL", ["FcmError"]),
        ("THIRD_PARTY_AUTH_ERROR", 401, "UNAUTHENTICATED", ["FcmError"]),
        ("UNAUTHENTICATED", 401, "UNAUTHENTICATED", []),
    ],
)
def test_a_fault_has_googles_body(
    emulator: Emulator, fault: str, status: int, name: str, detail: list[str]
) -> None:
    emulator.fail({ADDRESS: fault})

    answered, body = send(emulator, message())

    assert (answered, body["error"]["code"], body["error"]["status"]) == (status, status, name)
    assert details(body) == detail
    for part in body["error"].get("details", []):
        assert part == {"@type": FCM_ERROR, "errorCode": fault}
    assert emulator.counts()["accepted"] == 0


def test_a_bad_payload_names_the_field(emulator: Emulator) -> None:
    status, body = send(emulator, message() | {"data": {"from": "A"}})

    assert (status, "BadRequest" in details(body)) == (400, True)
    [violation] = body["error"]["details"][-1]["fieldViolations"]
    assert violation["field"] == "message.data.from"


@pytest.mark.parametrize(
    "part", [{"data": None}, {"android": {"notification": "A"}}, {"android": {"data": None}}]
)
def test_odd_json_is_no_crash(emulator: Emulator, part: dict[str, object]) -> None:
    assert send(emulator, message() | part)[0] in {200, 400}


def test_an_unknown_fault_is_refused(emulator: Emulator) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        emulator.fail({ADDRESS: "NO_SUCH"})


def test_a_fault_ends_after_its_times(emulator: Emulator) -> None:
    emulator.fail({ADDRESS: {"fault": "INTERNAL", "times": 2}})

    assert [send(emulator, message())[0] for _ in range(3)] == [500, 500, 200]


def test_a_share_of_everything_fails_everything(emulator: Emulator) -> None:
    emulator.ask("PUT", "/emulator/faults", {"share": [{"fault": "UNAVAILABLE", "of": 1}]})

    assert {send(emulator, message())[0] for _ in range(5)} == {503}


def test_the_same_alert_twice_is_a_duplicate(emulator: Emulator) -> None:
    for alert in ("1", "1", "2", "1"):
        send(emulator, message(alert))

    counts = emulator.counts()
    assert (counts["accepted"], counts["addresses"], counts["duplicates"]) == (4, 1, 2)
    assert counts["max_per_address"] == 4


def shown(emulator: Emulator) -> list[str]:
    [phone] = [p for p in emulator.ask("GET", "/emulator/phones") if p["address"] == ADDRESS]
    return [entry["message"]["notification"]["title"] for entry in phone["shown"]]


def test_a_phone_shows_one_alert_for_a_tag(emulator: Emulator) -> None:
    emulator.ask("PUT", f"/emulator/phones/{ADDRESS}", {"label": "Anna"})
    for title in ("Old", "New"):
        send(emulator, message(title=title))
    send(emulator, message(tag="another", title="Other"))
    assert shown(emulator) == ["Other", "New"]

    send(emulator, {"token": ADDRESS, "data": {"remove": "story"}})

    assert shown(emulator) == ["Other"]
    assert len(emulator.ask("GET", f"/emulator/accepted?address={ADDRESS}")) == 4


def test_a_phone_waits_for_its_next_message(emulator: Emulator) -> None:
    label = emulator.ask("PUT", f"/emulator/phones/{ADDRESS}", {"label": "Anna"})
    path = f"/emulator/phones/{ADDRESS}/next?after={label['seq']}&timeout="
    assert emulator.ask("GET", f"{path}0.1") is None
    timer = threading.Timer(0.2, send, (emulator, message()))
    timer.start()

    received = emulator.ask("GET", f"{path}10")

    timer.join()
    assert received["seq"] == label["seq"] + 1
    assert received["message"]["data"] == {"alert": "1"}


def test_a_phone_that_was_reset_waits_again(emulator: Emulator) -> None:
    send(emulator, message())
    emulator.reset()

    assert emulator.ask("GET", f"/emulator/phones/{ADDRESS}/next?after=0&timeout=0.1") is None


def test_the_page_is_there(emulator: Emulator) -> None:
    with urllib.request.urlopen(emulator.url) as answer:
        assert answer.headers.get_content_type() == "text/html"
        assert "innerHTML" not in answer.read().decode()


def test_the_service_account_survives_a_restart(tmp_path: Path) -> None:
    accounts = []
    for _ in range(2):
        emulator = Emulator(tmp_path)
        try:
            accounts.append(emulator.ask("GET", "/service-account.json"))
            account = credentials.Certificate(str(emulator.credentials))
            token = account.get_access_token().access_token
            assert send(emulator, message(), token=token)[0] == 200
        finally:
            emulator.process.terminate()
            assert emulator.process.wait(10) == 0
            kill(emulator.process)
    assert accounts[0]["private_key"] == accounts[1]["private_key"]
    assert accounts[0]["project_id"] == "daily8-demo"
