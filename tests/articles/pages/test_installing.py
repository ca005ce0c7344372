import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django.fixtures import Settings

from tests.articles.pages.test_views import read

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lang", "direction"), [("en", "ltr"), ("ar", "rtl"), ("ru", "ltr"), ("hy", "ltr")]
)
def test_the_manifest_speaks_the_language_of_its_pages(
    client: Client, lang: str, direction: str
) -> None:
    [link] = re.findall(r'rel="manifest" href="([^"]+)"', read(client, f"/{lang}/"))

    answer = client.get(link)
    manifest = answer.json()

    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["lang"], manifest["dir"]) == (lang, direction)
    assert manifest["start_url"] == f"/{lang}/"
    assert manifest["id"] == manifest["scope"] == "/"
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == [
        f"/{lang}/my/tags",
        f"/{lang}/trending",
    ]
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_the_service_worker_keeps_what_is_there(client: Client) -> None:
    answer = client.get("/sw.js")
    [facts] = re.findall(r"^const FACTS = (.*);$", answer.content.decode(), re.MULTILINE)

    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    shell = json.loads(facts)["shell"]
    for path in shell:
        if path.startswith("/static/"):
            assert finders.find(path.removeprefix("/static/")), path
        else:
            read(client, path)
    assert json.loads(facts)["words"]["tr"] == {"open": "Aç", "less": "Bundan daha az"}


def test_the_banner_and_the_links_of_the_app_follow_the_stores(
    client: Client, settings: Settings
) -> None:
    settings.SITE_URL = "https://news.example"
    settings.APP_STORE_URL = "https://apps.apple.com/app/daily8/id1234567890"
    settings.PLAY_STORE_URL = "https://play.google.com/store/apps/details?id=example.daily8"

    page = " ".join(read(client, "/en/about").split())

    banner = 'content="app-id=1234567890, app-argument=https://news.example/en/about"'
    assert f'<meta name="apple-itunes-app" {banner}>' in page
    assert '<meta property="al:android:package" content="example.daily8">' in page
    assert '<meta property="al:ios:url" content="https://news.example/en/about">' in page
    settings.APP_STORE_URL = settings.PLAY_STORE_URL = ""
    page = read(client, "/en/about")
    assert "apple-itunes-app" not in page
    assert "al:android" not in page


def test_a_code_for_phones_has_the_address_of_the_page(client: Client) -> None:
    pages = [read(client, path) for path in ("/en/about", "/ru/about")]
    codes = [re.findall(r'<svg[^>]*class="qr".*?</svg>', page, re.DOTALL) for page in pages]

    assert [len(code) for code in codes] == [1, 1]
    assert codes[0] != codes[1]


def test_scripts_are_plain_modules_that_import_nothing() -> None:
    folder = finders.find("articles")
    assert isinstance(folder, str)

    for script in Path(folder).glob("*.js"):
        text = script.read_text()
        assert "import " not in text
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|https?:", text)
