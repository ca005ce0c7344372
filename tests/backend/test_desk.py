import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["index", "login", "articles_article_changelist", "jsi18n"])
def test_every_page_of_the_desk_lets_in_nothing_foreign(editor: Client, page: str) -> None:
    policy = editor.get(reverse(f"admin:{page}"))["Content-Security-Policy"]

    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


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
