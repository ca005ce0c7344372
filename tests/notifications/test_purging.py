import pytest
from pytest_django.fixtures import Settings

from tests import make
from tests.publishers import PublisherServer
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db


def test_a_page_is_purged_from_the_cdn_before_its_alert_leaves(settings: Settings) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    with PublisherServer() as cdn:
        settings.CDN_PURGE_URL = cdn.url("/purge?url={url}")
        alert = plan(tag)
        run_all(alert)

    assert cdn.forms == [{"url": alert.link}]
    assert told() == ["phone-of-a-reader"]


def test_a_cdn_that_does_not_answer_stops_no_alert(settings: Settings) -> None:
    settings.CDN_PURGE_URL = "http://127.0.0.1:9/purge?url={url}"
    tag = make.tag()
    follower(tag, "phone-of-a-reader")

    run_all(plan(tag))

    assert told() == ["phone-of-a-reader"]
