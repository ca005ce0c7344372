"""Every page by the checker of the W3C (vnu), which needs Java: `make validate` brings it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.backend.test_house import ROOT
from tests.places import PAGES, fill, make_news

pytestmark = [pytest.mark.markup, pytest.mark.django_db]

CHECKER = ROOT / ".tools" / "npm" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@pytest.fixture
def checker() -> list[str]:
    java = shutil.which("java")
    if java is None or not CHECKER.exists():
        missing = "Java" if java is None else "vnu"
        if os.environ.get("REQUIRE_MARKUP"):
            pytest.fail(f"no {missing} here, and REQUIRE_MARKUP is set")
        pytest.skip(f"no {missing} here: make validate")
    return [java, "-jar", str(CHECKER), "--format", "json", "--exit-zero-always"]


def test_html_and_stylesheets_are_valid(client: Client, checker: list[str], tmp_path: Path) -> None:
    places = make_news()
    client.post("/en/my/follow", {"tag": "Railways"}, headers={"Sec-Fetch-Site": "same-origin"})
    for lang in ("en", "ar"):
        for number, path in enumerate(PAGES):
            page = client.get(f"/{lang}{fill(path, places)}").content
            (tmp_path / f"{lang}-{number}.html").write_bytes(page)
    styles = (ROOT / "articles" / "static" / "articles").glob("*.css")

    told = subprocess.run(
        [*checker, "--also-check-css", *map(str, styles), str(tmp_path)],
        capture_output=True,
        check=True,
        text=True,
        timeout=300,
    ).stderr

    messages = json.loads(told)["messages"]
    assert [
        f"{Path(each['url']).name}:{each.get('lastLine')} {each['message']}"
        for each in messages
        if each["type"] == "error" or each.get("subType") == "warning"
    ] == []
