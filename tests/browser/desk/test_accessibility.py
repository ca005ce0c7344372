"""A machine looks for what shuts people out of the desk."""

import json
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from articles import long_actions
from articles.models import Article, Feed, LongAction, Publisher, Story, Tag
from articles.record import keep_first
from notifications.models import Alert
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import make_pair, make_told
from tests.desk import address
from tests.told import plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_at_the_desk(enter: Enter, scheme: str) -> None:
    told, pair = make_told(), make_pair(Ferry="Opens.", Boat="Starts.")
    make.article(review=Article.Review.WAITING, is_hidden=True)
    feed = make.feed(error="timeout", error_count=2, failing_since=timezone.now())
    keep_first(Article, [told.pk])
    version = Article.history.get()
    alert = plan(make.tag("Rivers"))
    tag = Tag.objects.get(name="Railways")
    hide, now = LongAction.Kind.HIDE, timezone.now()
    long = long_actions.begin(hide, "2 articles hidden", [str(told.pk)] * 2, None, now)
    pages = {
        "Curator": [
            *("/admin/", "/admin/articles/storypair/decide/", "/admin/articles/article/inbox/"),
            *("/admin/articles/article/", address(Story, "change", pair.story_id)),
            address(Tag, "change", tag.pk),
            f"{address(Tag, 'merge', tag.pk)}?target=Rivers",
            address(Article, "change", told.pk),
            address(Article, "history", told.pk),
            address(Article, "simple_history", told.pk, version.pk),
            *(address(LongAction, "change", long.pk), address(Tag, "changelist")),
        ],
        "Alert editor": [
            f"{address(Alert, 'add')}?story={told.story_id}",
            f"{address(Alert, 'change', alert.pk)}?who=nobody",
        ],
        "Publisher manager": [
            *("/admin/articles/feed/health/", "/admin/articles/feed/discover/"),
            *("/admin/articles/feed/import/", address(Feed, "change", feed.pk)),
            *(address(Feed, "changelist"), address(Publisher, "change", feed.publisher_id)),
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
