"""`python -m notifications.emulator`: the door for those without Django."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from notifications.emulator.credentials import Credentials
from notifications.emulator.exchange import Exchange
from notifications.emulator.http1 import make_app
from notifications.emulator.http2 import Chooser, make_server, serve_tls
from notifications.emulator.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9099, help="0 takes a free one")
    parser.add_argument("--tls-port", type=int, help="HTTP/2 over TLS as well, by ALPN")
    parser.add_argument("--state-dir", type=Path, default=Path(".run/fcm"))
    parser.add_argument("--latency", type=float, default=0, help="milliseconds before each answer")


async def serve(asked: argparse.Namespace) -> None:
    """Answer until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    store = Store()
    exchange = Exchange(store, Credentials(asked.state_dir, ""), asked.latency / 1000)
    runner = web.AppRunner(make_app(exchange), access_log=None, shutdown_timeout=1)
    await runner.setup()
    make_http1, serve_http2 = runner.server, make_server(exchange)
    assert make_http1 is not None  # noqa: S101 - set up
    server = await asyncio.get_running_loop().create_server(
        lambda: Chooser(make_http1, serve_http2), asked.host, asked.port
    )
    port = server.sockets[0].getsockname()[1]
    url = f"http://{asked.host}:{port}"
    exchange.credentials = Credentials(asked.state_dir, url)
    async with contextlib.AsyncExitStack() as stack:
        if asked.tls_port is not None:
            tls_port = await stack.enter_async_context(serve_tls(exchange, asked))
            sys.stdout.write(f"fcm emulator over TLS on https://{asked.host}:{tls_port}\n")
        sys.stdout.write(f"fcm emulator listening on {url}\n")
        sys.stdout.flush()
        await stopped.wait()
    server.close()
    await runner.cleanup()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A local stand-in for FCM's HTTP v1 API.")
    add_arguments(parser)
    asyncio.run(serve(parser.parse_args(argv)))


if __name__ == "__main__":
    main()
