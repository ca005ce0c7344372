from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Feed, HubSubscription
from backend.demo.documents import PUBLISHERS
from backend.demo.publishers import HUBBED
from backend.demo.seed import seed
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_the_publishers_are_found_where_they_are_now() -> None:
    for address in ("http://127.0.0.1:1", "http://127.0.0.1:2"):
        seed(address, "editor@daily8.example", "a password")

    urls = Feed.objects.values_list("url", flat=True)
    assert len(urls) == len(PUBLISHERS)
    assert all(url.startswith("http://127.0.0.1:2/") for url in urls)


def test_the_hub_is_asked_anew_since_it_may_know_another_address_of_ours() -> None:
    seed("http://127.0.0.1:1", "editor@daily8.example", "a password")
    HubSubscription.objects.create(
        feed=Feed.objects.get(publisher__slug=HUBBED),
        state=HubSubscription.State.ACTIVE,
        renew_at=timezone.now() + timedelta(days=4),
        delivered_at=NOON,
    )

    seed("http://127.0.0.1:1", "editor@daily8.example", "a password")

    subscription = HubSubscription.objects.due(timezone.now()).get()
    assert not subscription.is_trusted()
