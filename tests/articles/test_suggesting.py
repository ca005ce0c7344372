from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from articles import retention
from articles.gazetteer import GAZETTEER, tag_articles
from articles.models import ArticleTag, PublisherKeyword, Suggestion
from articles.suggesting import accept, collect
from tests import make

pytestmark = pytest.mark.django_db
TEXT = "We met Anahit Petrosyan in Jermuk. The mayor, Petrosyan, likes Jermuk."


def test_what_articles_are_about_is_counted_with_examples() -> None:
    articles = [make.incoming(f"Mayor {n} of Jermuk speaks", TEXT) for n in range(7)]

    for article in articles:
        collect([article.pk], make.NOON)

    jermuk = Suggestion.objects.get(folded="jermuk")
    assert (jermuk.phrase, jermuk.article_count, jermuk.keyword_count) == ("Jermuk", 7, 0)
    assert jermuk.examples == [article.pk for article in reversed(articles[2:])]
    assert set(Suggestion.objects.values_list("phrase", flat=True)) == {
        "Jermuk",
        "Anahit Petrosyan",
    }


def test_what_a_tag_knows_is_not_suggested() -> None:
    make.tag("Jermuk")

    collect([make.incoming("Mayor of Jermuk speaks", TEXT).pk], make.NOON)

    assert not Suggestion.objects.filter(folded="jermuk").exists()


def test_publishers_keywords_are_evidence_and_blocked_by_default() -> None:
    by = make.publisher()
    keywords = ["Local news", "local-news", "x" * 200, "!!"]
    article = make.incoming("A title", "", by=by, keywords=keywords)

    collect([article.pk], make.NOON)

    suggestion = Suggestion.objects.get()
    assert (suggestion.folded, suggestion.article_count) == ("local news", 1)
    assert suggestion.keyword_count == 1
    keyword = PublisherKeyword.objects.get()
    assert (keyword.publisher, keyword.folded, keyword.is_blocked) == (by, "local news", True)


@pytest.mark.parametrize(("is_blocked", "count"), [(True, 0), (False, 1)])
def test_a_keyword_becomes_a_tag_where_an_editor_says_so(*, is_blocked: bool, count: int) -> None:
    by, tag = make.publisher(), make.tag("Agriculture")
    make.keyword("farming", by, tag=tag, is_blocked=is_blocked)
    mine = make.incoming("A title", "", by=by, keywords=["Farming"])
    other = make.incoming("Another title", "", keywords=["Farming"])

    tag_articles([mine.pk, other.pk])

    rows = ArticleTag.objects.filter(tag=tag)
    assert rows.count() == count
    for row in rows:
        assert (row.article, row.rule, row.why) == (mine, "page", [["Farming", "keyword"]])


def test_an_accepted_suggestion_is_a_tag_or_an_alias() -> None:
    known = make.tag("Sevan")
    collect([make.incoming("Boats on Lake Sevan", "On Lake Sevan and Lake Sevan.").pk], make.NOON)
    collect([make.incoming("Mayor of Jermuk speaks", TEXT).pk], make.NOON)

    tag = accept(Suggestion.objects.get(folded="anahit petrosyan"))
    accept(Suggestion.objects.get(folded="lake sevan"), known)

    assert (tag.name, tag.label) == ("AnahitPetrosyan", "Anahit Petrosyan")
    assert known.aliases.filter(folded="lake sevan").exists()
    GAZETTEER.look()
    assert tag.pk in {m.tag_id for m in GAZETTEER.matcher.phrases["anahit petrosyan"]}
    assert Suggestion.objects.filter(state=Suggestion.State.ACCEPTED).count() == 2


def test_a_decided_suggestion_stays_decided() -> None:
    collect([make.incoming("Mayor of Jermuk speaks", TEXT).pk], make.NOON)
    Suggestion.objects.update(state=Suggestion.State.DISMISSED)

    collect([make.incoming("Mayor of Jermuk sings", TEXT).pk], make.NOON)

    assert set(Suggestion.objects.values_list("state", flat=True)) == {"dismissed"}


def test_what_is_rare_is_forgotten() -> None:
    for number in range(3):
        article = make.incoming(f"Mayor {number} of Jermuk speaks", "Jermuk, again in Jermuk.")
        collect([article.pk], make.NOON)
    collect([make.incoming("Boats on Lake Sevan", "On Lake Sevan and Lake Sevan.").pk], make.NOON)

    retention.forget_old_suggestions(make.NOON + timedelta(days=15))

    assert [each.phrase for each in Suggestion.objects.all()] == ["Jermuk"]


@pytest.mark.parametrize("count", [1, 30])
def test_collecting_costs_three_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [
        make.incoming(f"Mayor {n} of Jermuk speaks", TEXT, keywords=["local"]).pk
        for n in range(count)
    ]
    GAZETTEER.current()

    with django_assert_num_queries(3):
        collect(ids, make.NOON)
