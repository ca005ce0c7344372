import pytest
from rest_framework.test import APIClient

from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def test_publishers_are_listed_by_name_and_each_has_its_articles(anonymous: APIClient) -> None:
    courier, voice = make.publisher("Voice"), make.publisher("Courier")
    make.article("Seen", by=courier)
    make.article("Hidden", by=courier, is_hidden=True)
    make.article("Other", by=voice)

    names = [each["name"] for each in anonymous.get("/api/v1/publishers").json()["results"]]
    page = anonymous.get("/api/v1/publishers/voice/articles").json()

    assert names == ["Courier", "Voice"]
    assert [card["title"] for card in page["results"]] == ["Seen"]
    assert anonymous.get("/api/v1/publishers/voice").json()["name"] == "Voice"
    assert anonymous.get("/api/v1/publishers/nobody/articles").status_code == 404


def test_a_publisher_is_muted_until_it_is_muted_no_more(app: App) -> None:
    make.publisher("Courier")

    answers = [app.ask("PUT", "mutes/courier") for _ in range(2)]
    [muted] = app.ask("GET", "mutes").json()
    ended = app.ask("DELETE", "mutes/courier")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert muted["publisher"]["name"] == "Courier"
    assert ended.status_code == 204
    assert app.ask("GET", "mutes").json() == []
    assert app.ask("PUT", "mutes/nobody").status_code == 404
