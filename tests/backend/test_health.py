import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import Article
from tests import make

pytestmark = pytest.mark.django_db


def test_a_living_process_says_so(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_ready_means_database_migrations_and_redis(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok", "redis": "ok"}


def test_a_missing_redis_is_named(client: Client, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["redis"] == "unreachable"


def test_metrics_are_in_the_format_of_prometheus(client: Client) -> None:
    make.article(state=Article.State.GROUPED)

    lines = client.get("/metrics").content.decode().splitlines()

    assert "daily8_articles_unfinished 1.0" in lines
    assert "# TYPE daily8_batches_unfinished gauge" in lines
