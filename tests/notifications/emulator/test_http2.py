import os
import signal
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import kill, spawn

httpx = pytest.importorskip("httpx")
pytest.importorskip("h2")

PATH = "/v1/projects/daily8-demo/messages:send"
OWNER = {"Authorization": "Bearer owner"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where the emulator answers over TLS, and the authority to trust there."""
    folder = tmp_path_factory.mktemp("fcm-tls")
    options = ("--port", "0", "--tls-port", "0", "--state-dir", str(folder))
    process = spawn(
        "notifications.emulator", *options, env=dict(os.environ), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1], folder / "ca.pem"
    process.send_signal(signal.SIGTERM)
    code = process.wait(10)
    kill(process)
    assert code == 0


def test_many_messages_share_an_http2_connection(url: tuple[str, Path]) -> None:
    address, authority = url
    context = ssl.create_default_context(cafile=str(authority))
    with httpx.Client(http2=True, verify=context, base_url=address, headers=OWNER) as client:
        answers = [
            client.post(PATH, json={"message": {"token": f"phone-of-a-reader-{n}"}})
            for n in range(20)
        ]
        refused = client.post(PATH, json={"message": {"token": "phone-1"}})

    assert {(a.http_version, a.status_code) for a in answers} == {("HTTP/2", 200)}
    assert refused.status_code == 400


def test_a_stranger_to_the_authority_does_not_connect(url: tuple[str, Path]) -> None:
    with httpx.Client(http2=True) as client, pytest.raises(httpx.ConnectError):
        client.post(url[0] + PATH, json={})
