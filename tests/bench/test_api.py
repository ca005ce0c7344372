"""The archive behind the figures of the API keeps up with the models, and requests are in order."""

import pytest

from tests.bench import api


@pytest.mark.django_db(transaction=True)
def test_a_small_archive_is_built_and_every_request_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = {"ARTICLES": 300, "FEW": 30, "READERS": 100, "TAGS": 10, "MANY_FOLLOWS": 10}
    for name, size in sizes.items():
        monkeypatch.setattr(api, name, size)
    monkeypatch.setattr(api, "SECONDS", 0.05)

    rows = list(api.measure())

    assert {"feed", "tag page", "article", "follow"} <= {row.what for row in rows}
    assert all(row.figure >= 0 for row in rows)
