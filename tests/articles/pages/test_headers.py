import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


def test_a_page_may_be_cached_for_all_readers(client: Client) -> None:
    make.tag("Railways")

    answer = client.get("/en/hashtag/Railways")

    assert answer["Cache-Control"] == "public, max-age=60"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_what_is_missing_now_is_not_kept_by_caches(client: Client) -> None:
    answer = client.get("/en/hashtag/Unheard")

    assert answer.status_code == 404
    assert "Cache-Control" not in answer


def test_no_script_may_run_whatever_a_publisher_wrote(client: Client) -> None:
    policy = client.get("/en/")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_publishers_are_not_told_what_is_read(client: Client) -> None:
    answer = client.get("/en/")

    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_for_reading_only(client: Client, method: str) -> None:
    answer = getattr(client, method)("/en/")

    assert answer.status_code == 405
