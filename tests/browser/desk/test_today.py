"""The front page of the desk."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Trend
from tests import make
from tests.browser.desk.conftest import Enter
from tests.told import follower, plan, run_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHARTS = {
    "Articles in, by the hour": "1",
    "Tags rising": "#Railways 4",
    "Alerts of today": "messages sent 1",
}


@pytest.mark.parametrize(
    ("role", "charts"),
    [("Curator", 3), ("Alert editor", 3), ("Publisher manager", 2), ("Auditor", 3)],
)
def test_today_is_drawn_without_asking_anybody_else(enter: Enter, role: str, charts: int) -> None:
    tag = make.tag("Railways")
    follower(tag, "phone")
    run_all(plan(tag))
    facts = {"usual_count": 0, "rise": 4, "counted_at": timezone.now()}
    Trend.objects.create(tag=tag, span=Trend.Span.DAY, story_count=4, **facts)

    somebody = enter(role)
    page = somebody.go("/admin/")

    expect(page.locator("svg.chart")).to_have_count(charts)
    for title, figure in list(CHARTS.items())[:charts]:
        chart = page.locator(f"svg.chart[aria-label^='{title}']")
        expect(chart).to_be_visible()
        expect(chart.locator("rect").first).to_be_attached()
        assert figure in (chart.get_attribute("aria-label") or "")
    assert somebody.troubles == []
