import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.desk import make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["index", "login", "articles_article_changelist", "jsi18n"])
def test_every_page_of_the_desk_lets_in_nothing_foreign(editor: Client, page: str) -> None:
    policy = editor.get(reverse(f"admin:{page}"))["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_who_may_not_is_told_so_at_the_desk() -> None:
    answer = make_staff("Auditor").get(reverse("admin:articles_feed_discover"))

    assert answer.status_code == 403
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "Your role may not do this" in page
    assert reverse("admin:index") in page


def test_who_guesses_too_often_learns_when_to_try_again(client: Client, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 1
    form = {"username": "editor@example.org", "password": "guessed"}

    answer = client.post(reverse("admin:login"), form)

    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Try again in 15 minutes" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_the_list_at_the_side_is_in_an_editors_order(editor: Client) -> None:
    groups = editor.get(reverse("admin:index")).context["app_list"]

    names = [group["name"] for group in groups]
    assert names[:4] == ["News", "Alerts", "Tags", "Publishers"]
    assert groups[0]["models"][0]["object_name"] == "Article"


def test_nothing_that_is_registered_is_missing_at_the_side(editor: Client) -> None:
    page = editor.get(reverse("admin:index"))

    shown = {
        model["object_name"] for group in page.context["app_list"] for model in group["models"]
    }
    registered = {model._meta.object_name for model in admin.site._registry}
    assert shown == registered
