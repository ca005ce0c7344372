"""`python -m notifications.emulator.push_service`: the door for those without Django."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from aiohttp import web

from notifications.emulator.push_service.web import make_app


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=9098, help="on loopback; 0 takes a free one")


async def serve(port: int) -> None:
    """Answer until SIGTERM or SIGINT, on loopback alone."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    runner = web.AppRunner(make_app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write(f"push service listening on http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await stopped.wait()
    await runner.cleanup()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A local stand-in for browsers' push services.")
    add_arguments(parser)
    asyncio.run(serve(parser.parse_args(argv).port))


if __name__ == "__main__":
    main()
