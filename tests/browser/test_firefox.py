"""Real Web Push in a stock Firefox: subscribed on our page, sent by a real worker through a local
push service, decrypted by the browser and shown by our service worker.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from articles.models import Feed
from notifications import control
from notifications.models import Alert, Device, Reaction
from tests import make
from tests.processes import PushService, beat, environment, kill, running, wait_until, worker
from tests.publishers import Item, PublisherServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]

SHOWN = """navigator.serviceWorker.ready
    .then((registration) => registration.getNotifications())
    .then((all) => all.map(({title, tag}) => ({title, tag})))"""
HEADLINE = "Stone bridge reopens in Nagorno-Karabakh"


@pytest.fixture
def service(settings: Settings, live_server: LiveServer) -> Iterator[PushService]:
    """It listens before Firefox starts, which backs off after a refused connection."""
    service = PushService()
    settings.VAPID_PRIVATE_KEY = service.PRIVATE_KEY
    settings.WEB_PUSH_HOSTS = frozenset({service.host})
    settings.SITE_URL = live_server.url
    settings.ALERT_HOLD_NORMAL = 0
    yield service
    kill(service.process)


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen that nobody sees, on which notifications are windows that a mouse can reach."""
    require("Xvfb", "xdotool")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout
    yield f":{int(process.stdout.readline())}"
    process.kill()
    process.communicate()


@pytest.fixture
def page(service: PushService, screen: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Of a Firefox whose push service is ours; otherwise as it comes."""
    path = shutil.which("firefox-esr") or require("firefox")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
    preferences: dict[str, Any] = {
        "dom.push.serverURL": f"ws://{service.host}/",
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.connection.enabled": True,  # Playwright's profiles turn it off
        "permissions.default.desktop-notification": 1,
        "alerts.useSystemBackend": False,
    }
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=path,
            firefox_user_prefs=preferences,
            headless=False,
            env={**os.environ, "DISPLAY": screen},
        )
        yield browser.new_page()
        browser.close()


def require(*programs: str) -> str:
    """The path of the last."""
    path = ""
    for program in programs:
        path = shutil.which(program) or ""
        if not path and os.environ.get("REQUIRE_BROWSERS"):
            pytest.fail(f"no {program} here, and REQUIRE_BROWSERS is set: make browsers")
        if not path:
            pytest.skip(f"no {program} here: make browsers")
    return path


@pytest.fixture
def first(
    page: Page, live_server: LiveServer, service: PushService, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """The notification of an article that was published after this browser had followed its tag."""
    make.tag("NagornoKarabakh", "Nagorno-Karabakh")
    page.goto(f"{live_server.url}/en/hashtag/NagornoKarabakh")
    page.click(".follow button")
    page.click("text=Allow notifications")
    wait_until(Device.objects.exists)
    expect(page.locator(".allow")).to_be_hidden()
    device = Device.objects.get()
    assert device.address_kind == Device.AddressKind.WEB_PUSH
    make.preference(device.reader)

    with PublisherServer() as publishers:
        publishers.publish("/feed.xml")
        make.feed(make.publisher("Hill Courier"), publishers.url("/feed.xml"))
        told = service.variables()
        told["OUTBOUND_ALLOW"] += f",127.0.0.1:{publishers.port}"
        fast = {"FETCH_EVERY": 0.3, "FETCH_LEAST_INTERVAL": 0.3, "FETCH_MOST_INTERVAL": 1}
        env = environment(**told, **fast, PUSH_SWEEP_EVERY=1, SITE_URL=live_server.url)
        with running(beat(env, tmp_path)), running(worker(env, "push.breaking,ingest,push")):
            wait_until(lambda: not Feed.objects.filter(fetched_at=None).exists())
            publishers.publish("/feed.xml", Item(HEADLINE, timezone.now()))
            [first] = wait_for(page, HEADLINE)
            wait_until(Reaction.objects.filter(kind=Reaction.Kind.RECEIVED).exists)
            yield first


def wait_for(page: Page, *titles: str) -> list[dict[str, str]]:
    for _ in range(300):
        shown: list[dict[str, str]] = page.evaluate(SHOWN)
        if sorted(each["title"] for each in shown) == sorted(titles):
            return shown
        page.wait_for_timeout(100)
    raise AssertionError(shown)


def test_an_alert_reaches_a_browser_is_updated_and_taken_away(
    page: Page, first: dict[str, str]
) -> None:
    alert = Alert.objects.get()
    control.follow_up(alert, Alert.Kind.UPDATE, replace_title(alert), None, timezone.now())
    [second] = wait_for(page, "Bridge open to lorries, too")
    assert second["tag"] == first["tag"]

    latest = Alert.objects.latest("created_at")
    control.follow_up(latest, Alert.Kind.RETRACTION, latest.own(), None, timezone.now())
    wait_for(page)


@pytest.mark.usefixtures("first")
def test_a_click_on_the_notification_opens_the_article(page: Page, screen: str) -> None:
    click_notification(screen)

    wait_until(lambda: any(HEADLINE in each.title() for each in page.context.pages))
    [opened] = [each for each in page.context.pages if HEADLINE in each.title()]
    expect(opened.locator("h1")).to_have_text(HEADLINE)
    wait_for(page)
    wait_until(Reaction.objects.filter(kind=Reaction.Kind.OPENED).exists)


def click_notification(screen: str) -> None:
    """As a person would: with the mouse, in the middle of its window, once that is to be seen."""
    look = ["xdotool", "search", "--sync", "--onlyvisible", "--classname", "^Alert$"]
    click = ["mousemove", "--window", "%1", "150", "60", "sleep", "1", "click", "1"]
    subprocess.run([*look, *click], env={**os.environ, "DISPLAY": screen}, timeout=30, check=True)


def replace_title(alert: Alert) -> Any:
    own = alert.own()
    return type(own)(own.language, "Bridge open to lorries, too", own.body, own.image_url, own.link)
