from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import env


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANTED", raising=False)

    with pytest.raises(ImproperlyConfigured, match="WANTED is not set"):
        env.text("WANTED")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda name: env.flag(name, default=True), "perhaps"),
        (lambda name: env.number(name, 1), "many"),
        (lambda name: env.number(name, 1, least=5), "4"),
        (lambda name: env.number(name, 1), "nan"),
        (lambda name: env.whole(name, 1), "1.5"),
        (lambda name: env.database(name, "", pool=8), "mysql://somewhere"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, read: object, value: str
) -> None:
    monkeypatch.setenv("WANTED", value)

    with pytest.raises(ImproperlyConfigured, match="WANTED"):
        read("WANTED")  # type: ignore[operator]  # one of the readers above


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("WANTED_FILE", str(tmp_path / "secret"))

    assert env.secret("WANTED") == "hush"


def test_a_database_url_may_name_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANTED", "postgresql://me:pass@/news?host=/run/pg&sslmode=require")

    database = env.database("WANTED", "", pool=0)

    assert database["NAME"] == "news"
    assert database["HOST"] == "/run/pg"
    assert database["PASSWORD"] == "pass"
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_connections_are_shared_by_threads_or_kept_by_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANTED", "postgresql:///news")

    shared, kept = (env.database("WANTED", "", pool=size) for size in (8, 0))

    assert (shared["OPTIONS"]["pool"]["max_size"], shared["CONN_MAX_AGE"]) == (8, 0)
    assert (kept["OPTIONS"], kept["CONN_MAX_AGE"]) == ({}, None)


def test_words_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANTED", "a, b,,c ")

    assert env.words("WANTED") == ["a", "b", "c"]
