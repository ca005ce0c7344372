import pytest

from articles.advance import advance_articles
from articles.language import STEMMING
from articles.models import ArticleWords
from articles.searching import index_articles, understand
from tests import make

pytestmark = pytest.mark.django_db


def test_words_are_understood_in_every_form_of_their_language() -> None:
    assert understand("bridges", ["en"]) == "('bridg')"
    assert understand("Brücken", ["de"]) == "('bruck')"
    assert understand("мосты", ["ru"]) == "('мост')"


def test_without_a_language_each_understands_the_words_in_its_way() -> None:
    meant = understand("bridges", [])

    assert "('bridg')" in meant
    assert "('bridges')" in meant


def test_quotes_or_and_a_minus_are_known_as_search_engines_know_them() -> None:
    assert understand('"new bridge" or tunnel -toll', ["en"]) == (
        "('new' <-> 'bridg' | 'tunnel' & !'toll')"
    )


@pytest.mark.parametrize("words", ["the", "!!", "  ", "'", "& | !"])
def test_words_that_mean_nothing_are_understood_as_nothing(words: str) -> None:
    assert understand(words, ["en"]) == ""


def test_every_rule_of_stemming_is_one_that_postgresql_has() -> None:
    article = make.article("Bridges")

    for language in [*STEMMING, "zh", "en-GB", "und"]:
        article.language = language
        article.save()
        index_articles([article.pk])

    assert ArticleWords.objects.count() == 1


def test_an_article_is_found_by_its_text_once_it_is_announced() -> None:
    article = make.incoming("A day in Goris", "<p class='lost'>Bridges &amp; tunnels</p>")

    advance_articles([article.pk])

    words = ArticleWords.objects.get(article=article).vector
    assert {"'bridg'", "'tunnel'", "'gori'"} <= {each.partition(":")[0] for each in words.split()}
    assert "lost" not in words
    assert "amp" not in words
