import json
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from articles.firebase import UnreachableError, UnverifiedError, find_project, verify
from tests.tokens import PROJECT, make_token


@pytest.fixture
def emulated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIREBASE_PROJECT = PROJECT
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")


@pytest.mark.usefixtures("emulated")
def test_a_token_speaks_for_its_account() -> None:
    assert verify(make_token("anahit")) == "anahit"


@pytest.mark.usefixtures("emulated")
@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "жетон",
        "x" * 5001,
        make_token(""),
        make_token("x" * 129),
        make_token("anahit", aud="another-project"),
        make_token("anahit", iss="https://evil.example/"),
    ],
)
def test_what_speaks_for_nobody_is_refused(token: str) -> None:
    with pytest.raises(UnverifiedError):
        verify(token)


def test_without_the_emulator_a_token_has_to_be_signed(settings: Settings) -> None:
    settings.FIREBASE_PROJECT = PROJECT

    with pytest.raises(UnverifiedError):
        verify(make_token("anahit"))


def test_the_project_is_that_of_the_credentials_unless_another_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    settings.FIREBASE_CREDENTIALS = str(tmp_path / "firebase.json")
    (tmp_path / "firebase.json").write_text(json.dumps({"project_id": "of-pushes"}))

    assert find_project() == "of-pushes"
    settings.FIREBASE_PROJECT = "of-sign-ins"
    assert find_project() == "of-sign-ins"


def test_without_a_project_nobody_can_sign_in(settings: Settings) -> None:
    settings.FIREBASE_PROJECT = settings.FIREBASE_CREDENTIALS = ""

    with pytest.raises(UnreachableError):
        verify(make_token("anahit"))
