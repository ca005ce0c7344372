import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


def test_each_store_badge_is_shown_where_its_address_is_set(
    client: Client, settings: Settings
) -> None:
    settings.APP_STORE_URL = "https://apps.example/iphone?a=1&b=2"
    settings.PLAY_STORE_URL = ""

    page = client.get("/en/").content.decode()

    assert 'href="https://apps.example/iphone?a=1&amp;b=2"' in page
    assert "badge-iphone.svg" in page
    assert "badge-android.svg" not in page
    assert "coming soon" not in page


def test_without_any_store_the_app_is_coming_soon(client: Client, settings: Settings) -> None:
    settings.APP_STORE_URL = settings.PLAY_STORE_URL = ""

    page = client.get("/en/").content.decode()

    assert "Download the app" in page
    assert "coming soon" in page
    assert "badge-" not in page


def test_canonical_addresses_begin_with_the_site_s_own(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://news.example"

    page = client.get("/en/?utm_source=elsewhere").content.decode()

    assert 'href="https://news.example/en/"' in page


def test_a_page_that_names_no_language_is_in_the_product_s_own(client: Client) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert '<html lang="en" dir="ltr">' in answer.content.decode()
