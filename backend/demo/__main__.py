"""`python -m backend.demo [--once]`: see the main job work."""

import argparse
import contextlib
import os
import queue
import secrets
import signal
import socket
import sys
import sysconfig
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from backend import services
from backend.demo.journey import ARRIVED, DemoError, Journey, Telling
from backend.demo.phone import TAG, Phone, ask, make_sleeper
from backend.demo.supervisor import ChildDiedError, Children, answers, say, wait_for

EDITOR = "editor@daily8.example"
SUBJECT = "Karabakh"  # what stands in the title of each article that the phone must hear of
EVERY = 45  # seconds between two articles while the demo keeps running
PATIENCE = 60  # seconds for the first push
WEB = "--worker-class gthread --workers 2 --threads 4 --no-control-socket --log-level warning"
WORKER = (
    "--queues push.breaking,ingest,push --concurrency 2"
    " --without-gossip --without-mingle --loglevel WARNING"
)


def main() -> int:
    parser = argparse.ArgumentParser(description="The production commands, news, and a phone.")
    parser.add_argument("--once", action="store_true", help="stop after the first push")
    parser.add_argument("--folder", type=Path, default=services.FOLDER, help="where data is kept")
    asked = parser.parse_args()
    services.heed_interrupts()
    try:
        with services.hold(asked.folder) as lock, services.running(asked.folder, say=say) as urls:
            demo = Demo(asked.folder, urls)
            lock.write_text(f"process {os.getpid()}, {demo.site}")
            with contextlib.closing(demo):
                demo.run(is_once=asked.once)
    except KeyboardInterrupt:
        say("stopped")
    except (
        services.ServiceError,
        ChildDiedError,
        DemoError,
        psycopg.OperationalError,
        OSError,
    ) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    return 0


class Demo:
    """One run. Secrets are kept in the folder; ports are those that are free."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        self.folder = folder
        self.listeners = {"web": listen(8000), "news": listen(8017)}
        self.site, self.news = map(address_of, self.listeners.values())
        self.emulator_port = find_port(8018)
        self.emulator = f"http://127.0.0.1:{self.emulator_port}"
        self.password = keep_secret(folder / "password", 9)
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        env = (
            os.environ
            | urls
            | {
                "DJANGO_SETTINGS_MODULE": "backend.settings",
                "PYTHONUNBUFFERED": "1",
                # Celery's advice to root would be the largest thing on the screen.
                "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
                "DEBUG": "no",
                "SECURE": "no",
                "STAFF_SECOND_FACTOR": "no",
                "SECRET_KEY": keep_secret(folder / "secret", 40),
                "ALLOWED_HOSTS": "localhost,127.0.0.1",
                "SITE_URL": self.site,
                "STATIC_ROOT": str(folder / "static"),
                "PICTURE_FOLDER": str(folder / "pictures"),
                "BEAT_SCHEDULE_FILE": str(folder / "beat"),
                "LOG_FORMAT": "text",
                "OUTBOUND_ALLOW": self.news.removeprefix("http://"),
                "FETCH_EVERY": "0.5",
                "FETCH_LEAST_INTERVAL": "1",
                "FETCH_MOST_INTERVAL": "1",
                "FETCH_HOST_GAP": "0",
                "TRENDS_EVERY": "20",
                "PUSH_TRANSPORT": "notifications.transports.fcm.FcmTransport",
                "FCM_URL": self.emulator,
                "FIREBASE_CREDENTIALS": str(folder / "fcm" / "service-account.json"),
                # 32 random bytes, as keep_secret writes them, are a private key of P-256.
                "VAPID_PRIVATE_KEY": keep_secret(folder / "vapid", 32),
                "VAPID_SUBJECT": f"mailto:{EDITOR}",
                "APP_STORE_URL": "https://apps.example/daily8",
                "PLAY_STORE_URL": "https://play.example/daily8",
            }
        )
        self.database = env["DATABASE_URL"]
        self.children = Children(env)

    def close(self) -> None:
        # A second Ctrl-C would leave children behind; stopping ends by itself.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        self.children.stop()

    def run(self, *, is_once: bool) -> None:
        begun = time.monotonic()
        self.start()
        phone = Phone(self.folder / "phone.json", self.site, self.emulator)
        sleeper = make_sleeper(datetime.now(UTC))
        asleep = Phone(self.folder / "sleeper.json", self.site, self.emulator, sleeper)
        for each in (phone, asleep):
            each.register()
        phone.listen(self.messages.put)
        asleep.listen(lambda _: None)
        wait_for(self.children, "a first fetch of every feed", self.is_every_feed_fetched, 30)
        say(f"ready after {time.monotonic() - begun:.1f} s")
        self.publish_and_watch(f"?about={SUBJECT}")
        say(f"first push {time.monotonic() - begun:.1f} s after the start")
        self.look_at_the_sleeper(asleep)
        self.retell_and_watch(phone)
        if is_once:
            return
        self.print_addresses()
        while True:
            self.wait_for_next()
            self.publish_and_watch()

    def start(self) -> None:
        """Everything that production has, and the outside world on loopback."""
        start, wait = self.children.start, self.children.wait
        state = str(self.folder / "fcm")
        port = str(self.emulator_port)
        start("fcm", "notifications.emulator", "--port", port, "--state-dir", state)
        newsroom = str(self.folder / "newsroom.json")
        self.start_server("news", "backend.demo.publishers", "--state", newsroom, "--fd", "{}")
        password = str(self.folder / "password")
        editor = ("--editor", EDITOR, "--password-file", password)
        start("seed", "backend.demo.seed", "--publishers", self.news, *editor)
        if not is_collected(self.folder / "static"):
            start("static", "django", "collectstatic", "--noinput", "--verbosity", "0")
            wait("static")
        wait("seed")
        wait_for(self.children, "the emulator", lambda: answers(f"{self.emulator}/"), 30)
        self.start_server("web", "gunicorn", "backend.wsgi", "--bind", "fd://{}", *WEB.split())
        start("worker", "backend.worker", *WORKER.split())
        start("beat", "celery", "--quiet", "-A", "backend", "beat", "--loglevel", "WARNING")
        wait_for(self.children, "the web server", lambda: answers(f"{self.site}/readyz"), 30)

    def start_server(self, name: str, *command: str) -> None:
        """Start a server on its socket, whose number goes where `{}` stands."""
        with self.listeners[name] as listener:
            arguments = (each.replace("{}", str(listener.fileno())) for each in command)
            self.children.start(name, *arguments, listener=listener)

    def is_every_feed_fetched(self) -> bool:
        """And that the hub knows us, so that what comes next is sent at once."""
        return bool(min(ask("GET", f"{self.news}/counts").values()))

    def publish_and_watch(self, query: str = "") -> None:
        """Publish an article and say what becomes of it, until it is on the phone.

        Nothing is said where all articles are out. Raises TimeoutError with the last step.
        """
        published = ask("POST", f"{self.news}/publish{query}")
        if published is None:
            return
        journey = Journey(published["url"], published["title"], f"#{TAG}")
        say(f'published by {published["publisher"]}: "{journey.title}"')
        note: dict[str, str] = {}
        end = time.monotonic() + PATIENCE
        with psycopg.connect(self.database, autocommit=True) as connection:
            while not journey.is_over():
                self.children.check()
                if time.monotonic() > end:
                    raise TimeoutError(f"no push in {PATIENCE} s; it came to: {journey.last()}")
                steps = journey.look(connection)
                shown = self.next_notification()
                if shown.get("title") == journey.title:
                    note = shown
                    steps += [ARRIVED] if journey.note(ARRIVED) else []
                for step in steps:
                    say(f"{journey.seen[step]:6.2f} s  {step}")
        if note:
            self.draw(note)
        else:
            say(f"          not for this phone, which follows #{TAG}")

    def look_at_the_sleeper(self, phone: Phone) -> None:
        """See that another phone is not woken, and that its inbox says why and until when.

        Raises DemoError where it is not so.
        """
        latest = phone.read_inbox()[0]
        told = latest["told"]
        if told["standing"] != "asleep" or phone.shown.total():
            raise DemoError(f"the {phone.owner.label} should be silent: {told}")
        until = datetime.fromisoformat(told["until"]).astimezone(ZoneInfo(phone.owner.zone))
        say(f"the {phone.owner.label}, shows nothing; its inbox:")
        say(f'"{latest["title"]}": asleep, comes at {until:%H:%M} there')

    def retell_and_watch(self, phone: Phone) -> None:
        """Let the other publishers tell of the same event: one story, and no second alert.

        Raises DemoError where it is not so.
        """
        urls = ask("POST", f"{self.news}/retell")
        if not urls:
            return
        say(f"{len(urls)} more publishers tell of the same event")
        with psycopg.connect(self.database, autocommit=True) as connection:
            telling = Telling(connection, urls)
            wait_for(self.children, "their articles", telling.is_over, 30)
            story, articles, alerts = telling.look()
        time.sleep(1)  # for a message too many
        shown = phone.shown[str(story)]
        say(f"one story of {articles} articles, {alerts} alert, {shown} message on the phone:")
        say(f"{self.site}/en/story/{story}")
        if alerts != 1 or shown > 1:
            raise DemoError("one story should have one alert")

    def next_notification(self) -> dict[str, str]:
        """What the next message shows, or {} where none has come or it shows nothing."""
        try:
            message = self.messages.get(timeout=0.02)
        except queue.Empty:
            return {}
        shown: dict[str, str] = message.get("notification", {})
        return shown

    def draw(self, note: dict[str, str]) -> None:
        lines = [*textwrap.wrap(note["title"], 38), "", *textwrap.wrap(note["body"], 38)[:4]]
        frame = "─" * 42
        for line in [f"╭{frame}╮", f"│  {'8  Daily8':39} │"]:
            say(line, "phone")
        for line in lines:
            say(f"│  {line:39} │", "phone")
        say(f"╰{frame}╯", "phone")

    def print_addresses(self) -> None:
        for line in (
            f"the tag's page    {self.site}/en/hashtag/{TAG}",
            f"the phone         {self.emulator}/",
            f"the admin         {self.site}/admin/   {EDITOR} / {self.password}",
            f"the API's manual  {self.site}/api/docs",
            f"one more article every {EVERY} s while there are any; Ctrl-C stops everything",
        ):
            say(line)

    def wait_for_next(self) -> None:
        end = time.monotonic() + EVERY
        while time.monotonic() < end:
            self.children.check()
            time.sleep(0.2)


def listen(wish: int) -> socket.socket:
    """A socket on the wished-for port if it is free, else on any. It listens, so that no stranger
    can answer in place of the server that gets it.
    """
    try:
        return socket.create_server(("127.0.0.1", wish))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def address_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def find_port(wish: int) -> int:
    """The wished-for port if it is free, else any."""
    for port in (wish, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise services.ServiceError("no free port on 127.0.0.1")


def is_collected(static: Path) -> bool:
    """Whether `collectstatic` has run since a file or a package changed; it takes seconds."""
    manifest = static / "staticfiles.json"
    if not manifest.exists():
        return False
    ours = (
        path for app in ("articles", "notifications") for path in Path(app).rglob("static/**/*")
    )
    sources = [Path(sysconfig.get_path("purelib")), *ours]
    return manifest.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def keep_secret(path: Path, size: int) -> str:
    """A random text that stays the same from run to run."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size))
    return path.read_text()


if __name__ == "__main__":
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, _: sys.exit(128 + number))
    sys.exit(main())
