"""The desk, walked by those who may: alerts, doubtful pairs, the inbox, tags and feeds; and by a
machine that looks for what shuts people out.
"""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from articles.models import Article, Story, StoryPair, Tag
from articles.record import keep_first
from notifications import dispatch, releasing
from notifications.models import Alert, Batch
from notifications.transports.fcm import FcmTransport
from tests import make
from tests.browser.conftest import Visiting
from tests.browsing import DESK, Visitor
from tests.desk import address, make_staff
from tests.notifications.transports.samples import ADDRESS
from tests.processes import Emulator
from tests.publishers import Item, PublisherServer
from tests.told import follower, plan, run_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[..., Visitor]
ROLES = ("Curator", "Alert editor", "Publisher manager", "Auditor")


@pytest.fixture
def enter(visiting: Visiting) -> Enter:
    """Sits somebody with a role down at the desk."""

    def enter(role: str, **options: object) -> Visitor:
        secret = make_staff(role).cookies[settings.SESSION_COOKIE_NAME].value
        visitor = visiting(viewport=DESK, **options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": secret, "url": visitor.site}
        visitor.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie as Playwright wants it
        return visitor

    return enter


def make_told() -> Article:
    """An article about #Railways, of which nobody was alerted."""
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    return make.article(
        "Bridge closed", tags=[tag], summary="Trains stop.", published_at=timezone.now()
    )


def make_pair(**texts: str) -> StoryPair:
    story, other = (
        make.story_of(make.article(title, text_html=f"<p>{text}</p>"))
        for title, text in texts.items()
    )
    return StoryPair.objects.create(story=story, other=other, likeness=0.14)


def test_an_alert_is_written_from_a_story_seen_sent_and_undone(enter: Enter) -> None:
    told = make_told()
    page = enter("Alert editor").go(address(Story, "change", told.story_id))

    page.click("text=Write an alert")
    expect(page.locator("#id_title")).to_have_value("Bridge closed")
    expect(page.locator("#foreseen")).to_contain_text("1 now")
    page.fill("#id_title", "The bridge is closed")
    expect(page.locator(".iphone.dark .note-title")).to_have_text("The bridge is closed")
    expect(page.locator(".byte-bar").first).to_contain_text("20 of 240 bytes")
    page.click("text=العربية")
    page.fill("#id_title_ar", "الجسر مغلق")
    page.select_option("#preview-language", "ar")
    expect(page.locator(".android.light .note-title")).to_have_text("الجسر مغلق")
    page.click("button[name=_send]")

    expect(page.locator(".countdown")).to_contain_text("in ")
    page.click("text=Undo: do not send it")
    expect(page.locator(".messagelist")).to_contain_text("0 already sent")
    assert Alert.objects.get().state == Alert.State.CANCELLED


def test_an_open_page_sees_the_alert_go(enter: Enter) -> None:
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    alert = plan(tag)
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))
    expect(page.locator("#live")).to_contain_text("0 already sent")

    run_all(alert)

    expect(page.locator("#live")).to_contain_text("1 already sent", timeout=8_000)


def test_a_retraction_takes_the_alert_from_the_phone(
    enter: Enter, emulator: Emulator, settings: Settings
) -> None:
    settings.FCM_URL = emulator.url
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    transport = FcmTransport()
    emulator.ask("PUT", f"/emulator/phones/{ADDRESS}", {"label": "a reader's"})
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    alert = plan(tag)

    def send_all() -> list[object]:
        releasing.release_held(timezone.now())
        for batch_id in Batch.objects.runnable().values_list("pk", flat=True):
            dispatch.run_batch(batch_id, transport)
        phones = {each["address"]: each for each in emulator.ask("GET", "/emulator/phones")}
        return list(phones[ADDRESS]["shown"])

    before = send_all()
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))
    page.click("text=Take it back from phones")
    expect(page.locator(".messagelist")).to_contain_text("taken back; 1 phones had it")
    after = send_all()
    transport.close()

    assert (len(before), after) == (1, [])


def test_doubtful_pairs_are_settled_by_keys(enter: Enter) -> None:
    make_pair(Ferry="Opens.", Boat="Starts.")
    same = make_pair(Bridge="Closed.", Span="Shut.")
    page = enter("Curator").go("/admin/articles/storypair/decide/")
    expect(page.locator(".side").first).to_contain_text("Shut.")

    page.keyboard.press("s")
    expect(page.locator(".side").first).to_contain_text("Starts.")
    page.keyboard.press("n")
    expect(page.locator("#content")).to_contain_text("That was the last one")

    same.refresh_from_db()
    assert same.state == StoryPair.State.SAME
    assert StoryPair.objects.filter(state=StoryPair.State.APART).count() == 1


def test_the_inbox_is_emptied_by_keys(enter: Enter) -> None:
    for title in ("Flood feared", "Advertisement"):
        make.article(title, review=Article.Review.WAITING, is_hidden=True)
    page = enter("Curator").go("/admin/articles/article/inbox/")

    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".messagelist")).to_contain_text("1 rejected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.locator(".messagelist")).to_contain_text("1 approved")

    assert [each.title for each in Article.objects.shown()] == ["Flood feared"]


def test_a_text_is_tried_and_a_merge_seen_before_it_is_done(enter: Enter) -> None:
    tag, other = make.tag("Jermuk"), make.tag("Spa")
    make.follow(make.reader(), tag)
    page = enter("Curator").go(address(Tag, "change", tag.pk))

    page.fill("#id_aliases-1-phrase", "the old spring")
    page.fill("#try-text", "Queues at the old spring")
    expect(page.locator(".tried")).to_contain_text("“the old spring” in the title")

    page.click("text=Merge into another tag")
    page.get_by_label("Merge #Jermuk into").fill("#Spa")
    page.click("text=See what it would bring")
    expect(page.locator("#content")).to_contain_text("1 followers go along")
    page.click("button:text-is('Merge')")
    expect(page.locator(".messagelist")).to_contain_text("#Jermuk is part of #Spa now.")
    assert Tag.objects.get(pk=tag.pk).merged_into == other


def test_a_publisher_is_added_by_its_address_and_watched(enter: Enter, settings: Settings) -> None:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        server.feeds["/"] = b"<link rel=alternate type=application/rss+xml href=/news.xml>"
        page = enter("Publisher manager").go("/admin/articles/feed/discover/")
        page.fill("#url", server.url("/"))
        page.click("text=Look for feeds")
        expect(page.locator("#content")).to_contain_text("Ferry opens")
        page.click("text=Add the ticked feeds")

    expect(page.locator(".messagelist")).to_contain_text("1 new")
    page.click("button:text-is('Pause')")
    expect(page.locator(".board")).to_contain_text("An editor has paused it.")


def test_a_change_is_looked_up_and_taken_back(enter: Enter) -> None:
    article = make.article("What they wrote")
    page = enter("Curator").go(address(Article, "change", article.pk))
    page.fill("#id_title", "What we wrote")
    page.click("input[name=_save]")

    page = enter_again(page, address(Article, "history", article.pk))
    expect(page.locator("#change-history")).to_contain_text("What they wrote → What we wrote")
    page.locator("#change-history tbody a").last.click()
    expect(page.locator("#id_title")).to_have_value("What they wrote")
    page.get_by_role("button", name="Revert").click()

    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("What they wrote", False)


def enter_again(page: Page, path: str) -> Page:
    page.goto(urlsplit(page.url)._replace(path=path, query="").geturl())
    return page


@pytest.mark.parametrize("role", ROLES)
def test_doors_are_open_to_the_roles_that_may(enter: Enter, role: str) -> None:
    doors = {
        "/admin/notifications/alert/add/": {"Alert editor"},
        "/admin/articles/storypair/decide/": {"Curator"},
        "/admin/articles/article/inbox/": {"Curator"},
        "/admin/articles/tag/add/": {"Curator"},
        "/admin/articles/feed/discover/": {"Publisher manager"},
        "/admin/articles/feed/health/": {"Curator", "Publisher manager", "Auditor"},
        "/admin/articles/story/": {"Curator", "Alert editor", "Publisher manager", "Auditor"},
    }
    visitor = enter(role)

    for door, roles in doors.items():
        answer = visitor.page.goto(visitor.site + door)
        assert answer
        assert (answer.status == 200) == (role in roles), door
    # A closed door is said to be so on the console as well, and has no icon of ours.
    closed = ("403", "404")
    visitor.troubles = [each for each in visitor.troubles if not any(c in each for c in closed)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_at_the_desk(enter: Enter, scheme: str) -> None:
    told, pair = make_told(), make_pair(Ferry="Opens.", Boat="Starts.")
    make.article(review=Article.Review.WAITING, is_hidden=True)
    feed = make.feed(error="timeout", error_count=2, failing_since=timezone.now())
    keep_first(Article, [told.pk])
    version = Article.history.get()
    alert = plan(make.tag("Rivers"))
    tag = Tag.objects.get(name="Railways")
    pages = {
        "Curator": [
            *("/admin/", "/admin/articles/storypair/decide/", "/admin/articles/article/inbox/"),
            *("/admin/articles/article/", address(Story, "change", pair.story_id)),
            address(Tag, "change", tag.pk),
            f"{address(Tag, 'merge', tag.pk)}?target=Rivers",
            address(Article, "change", told.pk),
            address(Article, "history", told.pk),
            address(Article, "simple_history", told.pk, version.pk),
        ],
        "Alert editor": [
            f"{address(Alert, 'add')}?story={told.story_id}",
            f"{address(Alert, 'change', alert.pk)}?who=nobody",
        ],
        "Publisher manager": [
            *("/admin/articles/feed/health/", "/admin/articles/feed/discover/"),
            *("/admin/articles/feed/import/", address(type(feed), "change", feed.pk)),
        ],
    }
    found: dict[str, object] = {}
    for role, paths in pages.items():
        visitor = enter(role, color_scheme=scheme)
        for path in paths:
            page = visitor.go(path)
            page.wait_for_load_state("networkidle")
            troubles = list(visitor.troubles)
            found |= find_serious(page)
            visitor.troubles = troubles  # axe measures with styles of its own, which are refused

    assert not found, json.dumps(found, indent=1)


def find_serious(page: Page) -> dict[str, object]:
    return {
        f"{urlsplit(page.url).path} {each['id']}": [node["target"] for node in each["nodes"]]
        for each in Axe().run(page).response["violations"]
        if each["impact"] in {"serious", "critical"}
    }
