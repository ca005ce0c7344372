import socket
import ssl
import time
from pathlib import Path

from notifications.emulator.certificates import make_certificates
from notifications.transports.lane import (
    Refused,
)
from tests.notifications.transports.lane.sending import outcomes_of, send
from tests.notifications.transports.lane.servers import (
    Guest,
    answer_all,
    requests,
    serving,
)


def test_tls_is_checked_and_http_2_is_agreed_on(tmp_path: Path) -> None:
    authority, certificate = make_certificates(tmp_path)
    ours, theirs = (
        ssl.create_default_context(cafile=str(authority)),
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
    )
    theirs.load_cert_chain(certificate)
    with serving(answer_all, theirs) as server:
        [(_, outcome)] = send(server.url, requests(1), tls=ours)
        assert isinstance(outcome, Refused)  # no ALPN: whatever this server speaks, it said nothing
        theirs.set_alpn_protocols(["h2"])
        assert outcomes_of(send(server.url, requests(300), tls=ours), 300) == {"ok": 300}
        [(_, outcome)] = send(server.url, requests(1))
        assert isinstance(outcome.error, ssl.SSLCertVerificationError)


def test_a_server_that_reads_slowly_gets_everything() -> None:
    def dawdle(guest: Guest) -> None:
        guest.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        guest.begin()
        for number, stream_id in enumerate(guest.requests()):
            if number < 20:
                time.sleep(0.02)
            guest.answer(stream_id)

    with serving(dawdle) as server:
        sent = send(server.url, requests(150, b"x" * 1000), 1)
        assert outcomes_of(sent, 150) == {"ok": 150}
