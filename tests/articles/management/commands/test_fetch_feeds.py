from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from articles.models import Article
from tests import make
from tests.make import NOON
from tests.publishers import Item, PublisherServer


@pytest.mark.django_db
def test_feeds_are_fetched_here_and_now(settings: Settings) -> None:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/good.xml", Item("Ferry", NOON))
        make.feed(url=server.url("/good.xml"))
        make.feed(url=server.url("/bad.xml"))
        first, named = StringIO(), StringIO()
        call_command("fetch_feeds", stdout=first)
        call_command("fetch_feeds", "good", stdout=named)

    assert "/bad.xml: http_status 404" in first.getvalue()
    assert "2 feeds fetched, 1 articles new or changed" in first.getvalue()
    assert "1 feeds fetched, 0 articles new or changed" in named.getvalue()
    assert Article.objects.get().state == Article.State.ANNOUNCED
