"""The ways of the API and of pages through the middleware: short, and as safe as the desk's."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from articles.models import Reader
from articles.pages import urls as of_articles
from notifications.pages import urls as of_notifications
from tests import make
from tests.app import App
from tests.backend.test_privacy import VIEWS

pytestmark = pytest.mark.django_db
SAFETY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def secure(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.usefixtures("secure")
@pytest.mark.parametrize(
    "path", ["api/v1/sections", "api/v1/feed", "api/v1/nothing", "api/v1/tags?limit=0", "en/"]
)
def test_every_answer_is_as_guarded_as_a_page(client: Client, path: str) -> None:
    answer = client.get(f"/{path}", secure=True)

    assert {name: answer[name] for name in SAFETY} == SAFETY
    assert client.get(f"/{path}").status_code == 301


def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/api/v1/sections", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["feed", "nothing", "articles/1"])
def test_refusals_stay_problems(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_a_mistake_of_ours_is_told_to_nobody_but_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake")

    client.raise_request_exception = False
    monkeypatch.setattr("articles.api.articles.find_article", fail)

    answer = client.get(f"/api/v1/articles/{make.article().pk}")

    assert answer.status_code == 500
    assert b"a mistake" not in answer.content


def test_who_is_signed_in_at_the_desk_is_nobody_to_the_api(editor: Client) -> None:
    assert editor.get("/admin/").status_code == 200
    assert editor.get("/api/v1/follows").status_code == 401
    assert not editor.get("/api/v1/sections").cookies
    assert not editor.get("/en/").cookies


def test_a_request_asks_nothing_for_pages(
    app: App, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    app.cookies[settings.SESSION_COOKIE_NAME] = "made-up"

    with django_assert_num_queries(1):  # the feed, and with it who asks
        assert app.ask("GET", "feed").status_code == 200


def test_a_secret_needs_no_token_against_forgery() -> None:
    app = App(Reader.objects.create_anonymous())
    app.handler.enforce_csrf_checks = True

    assert app.ask("PUT", f"follows/{make.tag('Bridges').name}", {}).status_code == 200


@pytest.mark.parametrize("path", ["/admin", "/en"])
def test_a_missing_slash_is_added(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"{path}/"


def test_what_the_short_ways_leave_out_they_do_not_need() -> None:
    """The desk alone relies on what its list adds: tokens against forgery, hooks of views."""
    pages = [each.callback for each in (*of_articles.urlpatterns, *of_notifications.urlpatterns)]
    assert len(VIEWS) > 30
    assert len(pages) > 30
    for view in (*VIEWS.values(), *pages):
        is_exempt = getattr(view, "csrf_exempt", False)
        assert is_exempt or view(RequestFactory().post("/")).status_code == 405, view
    for name in (*settings.API_MIDDLEWARE, *settings.PAGE_MIDDLEWARE):
        made = import_string(name)
        hooks = ("process_view", "process_exception", "process_template_response")
        assert not any(hasattr(made, hook) for hook in hooks), name
