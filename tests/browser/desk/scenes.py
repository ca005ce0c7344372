"""What several walks begin with, and what they do on lists."""

from django.utils import timezone
from playwright.sync_api import Page

from articles.models import Article, StoryPair
from tests import make
from tests.notifications.transports.samples import ADDRESS
from tests.told import follower


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


def act_on(page: Page, action: str, *named: str, target: str = "") -> None:
    """Tick the rows that have these words, and run an action of the list."""
    for words in named:
        row = page.locator("#result_list tbody tr").filter(has_text=words)
        row.locator(".action-select").check()
    run_action(page, action, target)


def run_action(page: Page, action: str, target: str = "") -> None:
    page.select_option("select[name=action]", label=action)
    if target:
        page.fill("input[name=target]", target)
    page.click("button[name=index]")
