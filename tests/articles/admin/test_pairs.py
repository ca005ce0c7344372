import pytest
from django.test import Client

from articles.models import Article, Story, StoryPair
from tests import make
from tests.desk import address, count_queries, make_staff, run_action

pytestmark = pytest.mark.django_db


def make_pair() -> StoryPair:
    story, other = (make.story_of(make.article(text_html="<p>Text.</p>")) for _ in range(2))
    return StoryPair.objects.create(story=story, other=other, likeness=0.14)


@pytest.fixture
def pair() -> StoryPair:
    return make_pair()


@pytest.fixture
def curator() -> Client:
    return make_staff("Curator")


def decide(client: Client, **answer: object) -> str:
    page = client.post(address(StoryPair, "decide"), answer, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def test_a_doubtful_pair_is_merged(editor: Client, pair: StoryPair) -> None:
    run_action(editor, "merge", pair)

    pair.refresh_from_db()
    assert pair.state == StoryPair.State.SAME
    assert Story.objects.get(pk=pair.story_id).merged_into == pair.other


def test_a_doubtful_pair_is_kept_apart(editor: Client, pair: StoryPair) -> None:
    run_action(editor, "keep_apart", pair)

    pair.refresh_from_db()
    assert pair.state == StoryPair.State.APART


def test_both_texts_stand_side_by_side(curator: Client) -> None:
    make_pair()

    page = curator.get(address(StoryPair, "decide")).content.decode()

    assert page.count("Text.") == 2
    assert all(article.title in page for article in Article.objects.all())


@pytest.mark.parametrize(("answer", "state"), [("same", "same"), ("apart", "apart"), ("?", "open")])
def test_an_answer_leads_to_the_next_pair(curator: Client, answer: str, state: str) -> None:
    older, newer = make_pair(), make_pair()

    page = decide(curator, pair=newer.pk, answer=answer)

    newer.refresh_from_db()
    assert newer.state == state
    assert f'value="{older.pk}"' in page


def test_what_was_left_for_later_comes_again(curator: Client, pair: StoryPair) -> None:
    last = curator.get(address(StoryPair, "decide"), {"after": str(pair.pk)}).content.decode()
    again = curator.get(address(StoryPair, "decide"), {"after": "nonsense"}).content.decode()

    assert "That was the last one" in last
    assert f'value="{pair.pk}"' in again


def test_deciding_costs_the_same_however_many_wait(curator: Client) -> None:
    make_pair()
    few = count_queries(curator, address(StoryPair, "decide"))
    for _ in range(5):
        make_pair()

    assert count_queries(curator, address(StoryPair, "decide")) == few < 20


@pytest.mark.parametrize("role", ["Alert editor", "Publisher manager", "Auditor"])
def test_other_roles_decide_nothing(role: str, pair: StoryPair) -> None:
    client = make_staff(role)

    answer = client.post(address(StoryPair, "decide"), {"pair": pair.pk, "answer": "same"})

    pair.refresh_from_db()
    assert (answer.status_code, pair.state) == (403, "open")
