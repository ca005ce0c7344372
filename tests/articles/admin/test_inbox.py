import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from articles.models import Article, ArticleTag, Publisher
from tests import make
from tests.desk import address, count_queries, make_staff

pytestmark = pytest.mark.django_db
INBOX = "inbox"


@pytest.fixture
def curator() -> Client:
    return make_staff("Curator")


def make_waiting(title: str = "", by: Publisher | None = None) -> Article:
    return make.article(title, by=by, review=Article.Review.WAITING, is_hidden=True)


def press(client: Client, act: str, *chosen: Article, target: str = "") -> str:
    form = {"act": act, "article": [str(each.pk) for each in chosen], "target": target}
    answer = client.post(address(Article, INBOX), form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_inbox_shows_what_waits_and_if_asked_all(curator: Client) -> None:
    make_waiting("Flood feared"), make.article("Harvest begins")

    waiting = curator.get(address(Article, INBOX)).content.decode()
    everything = curator.get(address(Article, INBOX), {"show": "all"}).content.decode()

    assert ["Flood feared" in page for page in (waiting, everything)] == [True, True]
    assert ["Harvest begins" in page for page in (waiting, everything)] == [False, True]


def test_the_inbox_of_one_publisher(curator: Client) -> None:
    mine = make.publisher("Hill Courier")
    make_waiting("Flood feared", mine), make_waiting("Harvest begins")

    page = curator.get(address(Article, INBOX), {"publisher": str(mine.pk)}).content.decode()

    assert "Flood feared" in page
    assert "Harvest begins" not in page


@pytest.mark.parametrize(("act", "is_hidden"), [("approve", False), ("reject", True)])
def test_several_are_decided_at_once(curator: Client, act: str, *, is_hidden: bool) -> None:
    chosen = [make_waiting() for _ in range(3)]

    press(curator, act, *chosen)

    assert not Article.objects.waiting().exists()
    assert {each.is_hidden for each in Article.objects.all()} == {is_hidden}
    assert LogEntry.objects.count() == 3


def test_several_get_a_section_or_a_tag(curator: Client) -> None:
    chosen, section, tag = [make_waiting(), make_waiting()], make.section(), make.tag("Rivers")

    press(curator, "section", *chosen, target=section.name.upper())
    press(curator, "tag", *chosen, target="#rivers")

    assert {each.section for each in Article.objects.all()} == {section}
    assert ArticleTag.objects.filter(tag=tag).count() == 2


def test_what_cannot_be_done_is_said(curator: Client) -> None:
    waiting = make_waiting()

    assert "Choose at least one" in press(curator, "approve")
    assert "There is no section “Sport”" in press(curator, "section", waiting, target="Sport")
    assert "There is no tag #None" in press(curator, "tag", waiting, target="None")
    assert list(Article.objects.waiting()) == [waiting]


def test_the_inbox_costs_the_same_however_full_it_is(curator: Client) -> None:
    make_waiting()
    few = count_queries(curator, address(Article, INBOX))
    for _ in range(20):
        make_waiting()

    assert count_queries(curator, address(Article, INBOX)) == few < 20


@pytest.mark.parametrize("role", ["Alert editor", "Publisher manager", "Auditor"])
def test_other_roles_decide_nothing(role: str) -> None:
    waiting, client = make_waiting(), make_staff(role)

    answer = client.post(address(Article, INBOX), {"act": "approve", "article": str(waiting.pk)})

    assert answer.status_code == 403
    assert Article.objects.waiting().exists()
