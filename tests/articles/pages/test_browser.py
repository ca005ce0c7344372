"""Who a browser is, by its cookie; and what its pages may ask of the API with it."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import Follow, Reader, Session
from backend.limits import read_policy
from tests import make

pytestmark = pytest.mark.django_db

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def reader(client: Client) -> Reader:
    """Who follows #Railways with this browser."""
    make.tag("Railways")
    client.post("/en/my/follow", {"tag": "Railways"}, headers=HERE)
    return Reader.objects.get()


def test_the_cookie_is_signed_and_for_this_site_alone(client: Client, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    make.tag("Railways")

    client.post("/en/my/follow", {"tag": "Railways"}, headers=HERE)

    cookie = client.cookies["reader"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 400 * 24 * 3600


def test_a_second_tap_is_by_the_same_reader(client: Client, reader: Reader) -> None:
    make.tag("Tunnels")

    client.post("/en/my/follow", {"tag": "Tunnels"}, headers=HERE)

    assert reader.follows.count() == 2
    assert Session.objects.count() == 1


def test_a_cookie_that_we_did_not_sign_is_nobody_s(client: Client, reader: Reader) -> None:
    client.cookies["reader"] = client.cookies["reader"].value.replace(":", "x:", 1)

    page = client.get("/en/my/tags").content.decode()

    assert "You follow no tag yet" in page
    assert reader.follows.count() == 1


def test_an_ended_session_opens_nothing(client: Client, reader: Reader) -> None:
    reader.sessions.get().revoke(make.NOON)

    assert "#Railways" not in client.get("/en/my/tags").content.decode()
    assert client.get("/api/v1/follows", headers=HERE).status_code == 401


def test_our_pages_use_the_api_as_the_reader(client: Client, reader: Reader) -> None:
    make.tag("Tunnels")

    follows = client.get("/api/v1/follows", headers=HERE).json()
    answer = client.put(
        "/api/v1/follows/Tunnels", {"level": "top"}, content_type="application/json", headers=HERE
    )

    assert "Railways" in str(follows)
    assert answer.status_code == 200
    assert Follow.objects.get(tag__name="Tunnels").reader == reader


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
@pytest.mark.usefixtures("reader")
def test_pages_of_others_do_not(client: Client, headers: dict[str, str]) -> None:
    answer = client.put(
        "/api/v1/follows/Railways",
        {"level": "mute"},
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 401
    assert Follow.objects.get().level == Follow.Level.ALL


@pytest.mark.usefixtures("reader")
def test_an_app_s_own_secret_is_not_replaced_by_the_cookie(client: Client) -> None:
    _, secret = make.session()

    follows = client.get("/api/v1/follows", headers={**HERE, "Authorization": f"Bearer {secret}"})

    assert "Railways" not in str(follows.json())


def test_one_address_does_not_open_readers_without_end(client: Client, settings: Settings) -> None:
    make.tag("Railways")
    settings.API_RATES = settings.API_RATES | {"sessions": "2/hour"}
    read_policy.cache_clear()

    statuses = []
    for _ in range(3):
        client.cookies.clear()
        answer = client.post("/en/my/follow", {"tag": "Railways"}, headers=HERE)
        statuses.append(answer.status_code)

    assert statuses == [302, 302, 429]
    assert Reader.objects.count() == 2
    assert client.post("/en/my/session", headers=HERE).status_code == 429


def test_a_script_may_begin_before_anything_is_followed(client: Client) -> None:
    answer = client.post("/en/my/session", headers=HERE)

    assert answer.status_code == 204
    assert client.get("/api/v1/follows", headers=HERE).status_code == 200
