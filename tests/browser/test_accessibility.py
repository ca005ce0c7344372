"""What a machine can see of accessibility: axe-core with all its rules, on every page."""

import json
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from articles.models import Story, Trend
from tests import make
from tests.browser.conftest import Visiting
from tests.browsing import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    *(
        "/",
        "/hashtag/Railways",
        "/hashtag/Railway",
        "/hashtag/Empty",
        "/nowhere",
        "/section/politics",
    ),
    *("/publisher/hill-courier", "/search", "/search?q=bridge", "/trending", "/about", "/offline"),
    *("/saved", "/my/tags", "/my/alerts", "/my/settings", "/article/ARTICLE", "/story/STORY"),
]


@pytest.fixture
def places() -> dict[str, str]:
    """News of all kinds; the ids that stand for words in PAGES."""
    railways, story = make.tag("Railways"), make.story()
    make.tag("Empty")
    text = "<h2>Why</h2><p>A <a href='https://hill.example/'>text</a>.</p><ul><li>One</li></ul>"
    for name, language, title in (
        ("Hill Courier", "en", "A bridge opens"),
        ("Lake Tribune", "ar", "يفتح الجسر"),
    ):
        article = make.article(
            title,
            by=make.publisher(name),
            tags=[railways, make.tag()],
            section=make.section(),
            of_story=story,
            summary=f"{title}. {title}.",
            language=language,
            text_html=text,
        )
    Story.objects.filter(pk=story.pk).refresh()
    now = timezone.now() - timedelta(minutes=5)
    facts = {"usual_count": 0, "rise": 4, "counted_at": now}
    Trend.objects.create(tag=railways, span=Trend.Span.DAY, story_count=4, **facts)
    return {"ARTICLE": str(article.pk), "STORY": str(story.pk)}


@pytest.mark.parametrize(
    ("lang", "scheme", "screen"),
    [("en", "light", PHONE), ("en", "dark", DESK), ("ar", "light", DESK), ("ar", "dark", PHONE)],
)
def test_axe_finds_nothing_on_any_page(
    visiting: Visiting, places: dict[str, str], lang: str, scheme: str, screen: dict[str, int]
) -> None:
    visitor = visiting(color_scheme=scheme, viewport=screen)
    visitor.go(f"/{lang}/hashtag/Railways").click(".follow button")
    visitor.page.locator(".follow button[aria-pressed=true]").wait_for()
    found = {}
    for path in PAGES:
        for word, value in places.items():
            path = path.replace(word, value)  # noqa: PLW2901 - the path with its id
        page = visitor.go(f"/{lang}{path}")
        page.evaluate("document.querySelector('.allow')?.removeAttribute('hidden')")
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["target"] for node in violation["nodes"]]
            found[f"{path} {violation['id']}"] = nodes
    # A page that is not found is said to be so on the console as well.
    visitor.troubles = [trouble for trouble in visitor.troubles if "404" not in trouble]

    assert not found, json.dumps(found, indent=1)
