"""What the service worker makes of a push. The message comes from the browser's own tools, without
encryption: how it travels is tested elsewhere.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Worker, expect

from articles.models import Follow
from tests import make
from tests.browsing import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = """registration.getNotifications().then((all) =>
    all.map(({title, body, tag, actions, icon, image}) => ({
        title, body, tag, icon, image, actions: actions.map((each) => each.title),
    })))"""
CLICK = """async (action) => {
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent("notificationclick", {notification, action});
    let work = Promise.resolve();
    event.waitUntil = (promise) => { work = promise; };
    dispatchEvent(event);
    await work.catch(() => {}); // a window may be brought to the front by a person's click only
}"""


class Phone:
    """A browser that may be pushed to."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        visitor.context.grant_permissions(["notifications"], origin=visitor.site)
        self.page = visitor.go("/en/hashtag/Railways")
        self.devtools: CDPSession = visitor.context.new_cdp_session(self.page)
        self.registrations: list[dict[str, Any]] = []
        self.devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: self.registrations.extend(told["registrations"]),
        )
        self.devtools.send("ServiceWorker.enable")
        visitor.wait_for_worker()
        self.worker: Worker = visitor.context.service_workers[0]

    def push(self, message: dict[str, Any]) -> None:
        self.devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.visitor.site,
                "registrationId": self.registrations[-1]["registrationId"],
                "data": json.dumps(message),
            },
        )

    def shown(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.worker.evaluate(SHOWN)
        return found

    def wait_for(self, *titles: str) -> list[dict[str, Any]]:
        for _ in range(300):
            found = self.shown()
            if sorted(each["title"] for each in found) == sorted(titles):
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(found)


def message(title: str, link: str, tag: str = "story-1", **facts: Any) -> dict[str, Any]:
    """As the server sends it: a declarative push message."""
    data = {"alert": "1", "story": "", "kind": "initial", "tags": ["Railways"], **facts}
    shown = {
        "title": title,
        "lang": "en",
        "body": "Hill Courier: it does.",
        "tag": tag,
        "navigate": link,
        "data": data,
    }
    return {"web_push": 8030, "notification": shown, "mutable": True}


@pytest.fixture
def phone(visitor: Visitor) -> Phone:
    make.article("A bridge opens", tags=[make.tag("Railways")])
    return Phone(visitor)


def test_an_alert_is_shown_replaced_and_taken_away(phone: Phone) -> None:
    link = f"{phone.visitor.site}/ru/hashtag/Railways"

    phone.push(message("A bridge opens", link))
    [shown] = phone.wait_for("A bridge opens")
    assert shown["tag"] == "story-1"
    assert shown["body"] == "Hill Courier: it does."
    assert shown["actions"] == ["Открыть", "Меньше такого"]
    phone.push(message("A tunnel opens", link, tag="story-2"))
    phone.wait_for("A bridge opens", "A tunnel opens")
    phone.push(message("Two bridges open", link, kind="update"))
    phone.wait_for("A tunnel opens", "Two bridges open")
    phone.push({"close": "story-1", "data": {"kind": "retraction"}})

    phone.wait_for("A tunnel opens")


def test_the_picture_of_an_alert_comes_from_us(phone: Phone) -> None:
    story = make.story()
    article = make.article("Told", of_story=story, image_url="https://images.example/1.jpg")
    push = message("Told", phone.visitor.site, story=str(story.pk))
    push["notification"]["image"] = article.image_url

    phone.push(push)

    [shown] = phone.wait_for("Told")
    assert shown["image"] == f"{phone.visitor.site}/picture/of/{story.pk}"


def test_less_like_this_leaves_the_most_important_stories(phone: Phone) -> None:
    phone.page.click(".follow button")
    expect(phone.page.locator(".follow button")).to_have_text("Following")
    phone.push(message("A bridge opens", phone.visitor.site))
    phone.wait_for("A bridge opens")

    phone.worker.evaluate(CLICK, "less")

    assert Follow.objects.get().level == Follow.Level.TOP
    phone.wait_for()


def test_a_click_opens_what_the_alert_is_about(phone: Phone) -> None:
    link = f"{phone.visitor.site}/en/trending"
    phone.push(message("A bridge opens", link))
    phone.wait_for("A bridge opens")

    phone.worker.evaluate(CLICK, "")

    phone.page.wait_for_url(link)
    phone.wait_for()
