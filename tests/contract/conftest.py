from collections.abc import Iterator

import pytest

from articles.models import Trend
from articles.searching import index_articles
from tests import make
from tests.processes import web
from tests.tokens import PROJECT


@pytest.fixture
def news(transactional_db: None) -> None:  # noqa: ARG001 - opens the database
    """Enough of everything that answers are not empty."""
    tags = [make.tag("NagornoKarabakh", "Nagorno-Karabakh", "Artsakh"), make.tag("Bridges")]
    for number in range(30):
        article = make.article(
            f"A bridge opens {number}",
            tags=tags,
            section=make.section("Politics"),
            text_html="<p>Trains run.</p>",
            summary="Trains run from today.",
        )
        index_articles([article.pk])
    for tag in tags:
        facts = {"story_count": 3, "usual_count": 1, "rise": 2, "counted_at": make.NOON}
        Trend.objects.create(tag=tag, span="day", **facts)


@pytest.fixture
def server(news: None) -> Iterator[str]:  # noqa: ARG001 - what it serves
    """The address of a real server with the tests' database, which limits nobody."""
    with web(
        *("--threads", "4", "--limit-request-line", "8190"),
        API_KEEP_SECONDS=1,
        READER_RATE="1000000/second",
        ADDRESS_RATE="1000000/second",
        SESSION_RATE="1000000/second",
        FIREBASE_PROJECT=PROJECT,
        FIREBASE_AUTH_EMULATOR_HOST="127.0.0.1:9099",
        LOG_LEVEL="ERROR",
    ) as url:
        yield url
