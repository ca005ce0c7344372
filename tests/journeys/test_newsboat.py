"""Our feeds in a reader that others wrote."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests import make

pytestmark = [pytest.mark.contract, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_newsboat_reads_a_tag(live_server: LiveServer, tmp_path: Path, form: str) -> None:
    program = shutil.which("newsboat")
    if program is None:
        pytest.skip("no newsboat here: apt-get install newsboat")
    tag, publisher = make.tag("Railways"), make.publisher("Hill Courier")
    make.article("Bridge & <tunnel>", by=publisher, tags=[tag], summary="It “opens”.")
    make.article("يفتح الجسر", by=publisher, tags=[tag], language="ar")
    urls, cache, log = (tmp_path / name for name in ("urls", "cache.db", "log"))
    urls.write_text(f"{live_server.url}/en/hashtag/Railways/feed.{form}\n")

    subprocess.run(
        [program, "-u", urls, "-c", cache, "-C", "/dev/null", "-d", log, "-l", "2", "-x", "reload"],
        check=True,
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin", "LANG": "C.UTF-8"},
        timeout=60,
    )

    with sqlite3.connect(cache) as kept:
        [(feed,)] = kept.execute("SELECT title FROM rss_feed").fetchall()
        items = kept.execute("SELECT title, author FROM rss_item ORDER BY id").fetchall()
    assert feed == "Latest news with #Railways – Daily8"
    assert sorted(items) == [("Bridge & <tunnel>", "Hill Courier"), ("يفتح الجسر", "Hill Courier")]
