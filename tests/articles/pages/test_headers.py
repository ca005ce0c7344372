import re
import time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

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


@pytest.mark.usefixtures("kept")
def test_a_page_that_many_open_is_made_once(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.article("Bridge opens", tags=[make.tag("Railways")])
    first = client.get("/en/hashtag/Railways")
    assert b"Bridge opens" in first.content

    with django_assert_num_queries(0):
        second = client.get("/en/hashtag/Railways")

    [nonce] = re.findall(r"'nonce-([\w-]+)'", second["Content-Security-Policy"])
    assert first["Content-Security-Policy"] != second["Content-Security-Policy"]
    assert first.content.decode() != second.content.decode()
    assert set(re.findall(r'nonce="([^"]*)"', second.content.decode())) == {nonce}
    assert second["Content-Language"] == "en"
    assert client.get("/en/hashtag/Railways?before=x").status_code != 500
    assert client.get("/ru/hashtag/Railways")["Content-Language"] == "ru"


@pytest.mark.usefixtures("kept")
def test_what_was_kept_for_a_while_may_be_kept_that_much_shorter(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.tag("Railways")
    assert client.get("/en/hashtag/Railways").content
    made_at = time.monotonic()
    monkeypatch.setattr("articles.pages.headers.monotonic", lambda: made_at + 3)

    assert client.get("/en/hashtag/Railways")["Cache-Control"] == "public, max-age=57"


@pytest.mark.usefixtures("kept")
def test_what_is_missing_is_looked_for_each_time(client: Client) -> None:
    assert client.get("/en/hashtag/Railways").status_code == 404
    make.tag("Railways")

    assert client.get("/en/hashtag/Railways").status_code == 200


def test_only_scripts_with_the_answer_s_own_nonce_may_run(client: Client) -> None:
    answers = [client.get("/en/") for _ in range(2)]

    policies = [answer["Content-Security-Policy"] for answer in answers]
    nonces = [re.findall(r"'nonce-([\w-]+)'", policy) for policy in policies]
    assert nonces[0] != nonces[1]
    for policy, [nonce], answer in zip(policies, nonces, answers, strict=True):
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        scripts = re.findall(r"<script\b[^>]*>", answer.content.decode())
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)


@pytest.mark.parametrize("path", ["/en/", "/en/hashtag/Railways", "/en/about", "/en/nowhere"])
def test_nothing_foreign_is_let_in(client: Client, path: str) -> None:
    make.article(tags=[make.tag("Railways")], image_url="https://images.example/bridge.jpg")

    answer = client.get(path)

    assert not re.search(r"https?:", answer["Content-Security-Policy"])
    loaded = re.findall(r"<(?:img|script|source|iframe|video)\b[^>]*>", answer.content.decode())
    assert not [element for element in loaded if "//" in element]


def test_a_page_speaks_the_language_of_its_address(client: Client) -> None:
    for lang, direction in (
        ("en", "ltr"),
        ("ar", "rtl"),
        ("ru", "ltr"),
        ("hy", "ltr"),
        ("tr", "ltr"),
    ):
        answer = client.get(f"/{lang}/")

        assert answer["Content-Language"] == lang
        assert f'<html lang="{lang}" dir="{direction}">' in answer.content.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://testserver"}, 302),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_forms_come_from_our_own_pages(
    client: Client, headers: dict[str, str], status: int
) -> None:
    make.tag("Railways")

    answer = client.post("/en/my/follow", {"tag": "Railways"}, headers=headers)

    assert answer.status_code == status


def test_a_reader_s_own_page_is_kept_by_no_cache(client: Client) -> None:
    assert client.get("/en/my/tags")["Cache-Control"] == "private, no-store"


def test_publishers_are_not_told_what_is_read(client: Client) -> None:
    answer = client.get("/en/")

    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_for_reading_only(client: Client, method: str) -> None:
    answer = getattr(client, method)("/en/")

    assert answer.status_code == 405
