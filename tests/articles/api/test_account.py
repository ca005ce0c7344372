import pytest
from lxml import etree
from pytest_django.fixtures import Settings

from articles.models import Follow, Reader, Reading
from tests import make
from tests.app import App
from tests.tokens import PROJECT, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _emulated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIREBASE_PROJECT = PROJECT
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")


def sign_in(app: App, account: str) -> dict[str, object]:
    answer = app.ask("PUT", "account", {"id_token": make_token(account)})
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_follows_survive_a_new_phone(app: App) -> None:
    make.follow(app.reader, make.tag("Bridges"))
    anonymous = app.ask("GET", "account").json()
    sign_in(app, "anahit")

    phone = App()
    known = sign_in(phone, "anahit")

    assert anonymous["is_signed_in"] is False
    assert known == app.ask("GET", "account").json()
    assert known["id"] == str(app.reader.pk) == anonymous["id"]
    [follow] = phone.ask("GET", "follows").json()
    assert follow["tag"]["name"] == "Bridges"
    assert len(phone.ask("GET", "sessions").json()) == 2
    assert not Reader.objects.filter(pk=phone.reader.pk).exists()


def test_a_token_that_nobody_vouches_for_is_a_problem_of_its_field(app: App) -> None:
    answer = app.ask("PUT", "account", {"id_token": "made.up.token"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "id_token"


def test_another_account_is_refused_and_no_project_is_said(app: App, settings: Settings) -> None:
    sign_in(app, "anahit")

    other = app.ask("PUT", "account", {"id_token": make_token("bagrat")})
    settings.FIREBASE_PROJECT = settings.FIREBASE_CREDENTIALS = ""
    unset = app.ask("PUT", "account", {"id_token": make_token("anahit")})

    assert (other.status_code, unset.status_code) == (409, 503)
    assert "open another" in other.json()["detail"]


def test_a_deleted_account_is_gone_with_all_its_sessions(app: App) -> None:
    second = App(app.reader)

    assert app.ask("DELETE", "account").status_code == 204

    assert [each.ask("GET", "feed").status_code for each in (app, second)] == [401, 401]
    assert not Reader.objects.exists()


def test_an_editor_is_not_deleted_here(app: App) -> None:
    Reader.objects.update(is_staff=True)

    assert app.ask("DELETE", "account").status_code == 409


def test_everything_of_mine_and_nothing_of_others_is_exported(app: App) -> None:
    article = make.article()
    make.follow(app.reader, make.tag("Bridges"))
    make.follow(make.reader(), make.tag("Chess"))
    Reading.objects.note(app.reader.pk, [article.pk], saved_at=make.NOON)

    exported = app.ask("GET", "account/export")

    document = exported.json()
    assert "attachment" in exported["Content-Disposition"]
    assert document["reader"]["id"] == str(app.reader.pk)
    assert [follow["name"] for follow in document["follows"]] == ["Bridges"]
    assert [reading["url"] for reading in document["readings"]] == [article.url]
    assert len(document["sessions"]) == 1
    assert document["devices"] == document["preferences"] == []
    assert "secret" not in exported.content.decode()


def test_follows_are_exported_as_opml_without_what_is_muted(app: App) -> None:
    make.follow(app.reader, make.tag("Bridges"))
    make.follow(app.reader, make.tag("Chess"), Follow.Level.MUTE)

    answer = app.ask("GET", "account/follows.opml")

    [outline] = etree.fromstring(answer.content).iter("outline")
    assert answer["Content-Type"] == "text/x-opml"
    assert outline.get("text") == "#Bridges"
    assert str(outline.get("url")).endswith("/en/hashtag/Bridges")
