import pytest
from django.test import Client

from tests.articles.pages.test_views import read

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/ru/nowhere", "Этой страницы здесь нет"),
        ("/ar/hashtag/Unknown", "لا وسم باسم"),
        ("/hy/article/0199f6a0-0000-7000-8000-000000000001", "Այս էջն այստեղ չէ"),
        ("/xx/nowhere", "This page is not here"),
        ("/nowhere", "This page is not here"),
    ],
)
def test_what_is_not_there_is_said_in_the_language_of_the_address(
    client: Client, path: str, words: str
) -> None:
    page = read(client, path, status=404)

    assert words in page
    assert 'content="noindex"' in page


def test_such_a_page_is_under_the_same_policy(client: Client) -> None:
    assert "default-src 'none'" in client.get("/nowhere")["Content-Security-Policy"]
