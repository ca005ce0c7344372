"""What a machine can see of accessibility: axe-core with all its rules, on every page."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visiting
from tests.browsing import DESK, PHONE
from tests.places import PAGES, fill, make_news

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("lang", "scheme", "screen"),
    [("en", "light", PHONE), ("en", "dark", DESK), ("ar", "light", DESK), ("ar", "dark", PHONE)],
)
def test_axe_finds_nothing_on_any_page(
    visiting: Visiting, lang: str, scheme: str, screen: dict[str, int]
) -> None:
    places = make_news()
    visitor = visiting(color_scheme=scheme, viewport=screen)
    visitor.go(f"/{lang}/hashtag/Railways").click(".follow button")
    visitor.page.locator(".follow button[aria-pressed=true]").wait_for()
    found = {}
    for path in PAGES:
        page = visitor.go(f"/{lang}{fill(path, places)}")
        page.evaluate("document.querySelector('.allow')?.removeAttribute('hidden')")
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["target"] for node in violation["nodes"]]
            found[f"{path} {violation['id']}"] = nodes
    # A page that is not found is said to be so on the console as well.
    visitor.troubles = [trouble for trouble in visitor.troubles if "404" not in trouble]

    assert not found, json.dumps(found, indent=1)
