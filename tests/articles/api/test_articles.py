import pytest
from rest_framework.test import APIClient

from articles.models import ArticleWords, Follow, Section, Story
from articles.searching import index_articles
from articles.takedown import take_down
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def test_the_feed_holds_what_i_follow_once_and_nothing_muted(app: App) -> None:
    first, second, muted, other = (make.tag() for _ in range(4))
    make.follow(app.reader, first)
    make.follow(app.reader, second)
    make.follow(app.reader, muted, Follow.Level.MUTE)
    make.article("Both", tags=[first, second])
    make.article("Other", tags=[other])
    make.article("Hidden", tags=[first], is_hidden=True)
    make.article("Muted", tags=[muted])

    titles = [card["title"] for card in app.ask("GET", "feed").json()["results"]]

    assert titles == ["Both"]


def test_an_article_has_its_body_and_its_tags_with_why(anonymous: APIClient) -> None:
    article = make.article("A bridge", tags=[make.tag("Bridges")], text_html="<p>It opens.</p>")

    answer = anonymous.get(f"/api/v1/articles/{article.pk}").json()

    assert answer["html"] == "<p>It opens.</p>"
    assert [(tag["name"], tag["rule"]) for tag in answer["tags"]] == [("Bridges", "push")]
    assert answer["published_at"] == "2026-03-02T12:00:00Z"


def test_an_article_without_its_body_is_still_there(anonymous: APIClient) -> None:
    article = make.article()

    assert anonymous.get(f"/api/v1/articles/{article.pk}").json()["html"] == ""


def test_a_hidden_article_is_not_found(anonymous: APIClient) -> None:
    article = make.article(is_hidden=True)

    assert anonymous.get(f"/api/v1/articles/{article.pk}").status_code == 404


def test_what_others_mute_stays_in_my_feed(app: App) -> None:
    tag = make.tag()
    make.follow(app.reader, tag)
    make.follow(make.reader(), tag, Follow.Level.MUTE)
    make.article("A bridge", tags=[tag])

    assert len(app.ask("GET", "feed").json()["results"]) == 1


def test_an_id_in_capitals_is_the_same_id(anonymous: APIClient) -> None:
    article = make.article()

    assert anonymous.get(f"/api/v1/articles/{str(article.pk).upper()}").status_code == 200


def test_a_search_finds_other_forms_and_marks_them_the_newest_first(anonymous: APIClient) -> None:
    for title, minute in (("Bridge <b>opens", 1), ("All bridges & roads", 2), ("A tunnel", 3)):
        article = make.article(title, published_at=make.NOON.replace(minute=minute))
        index_articles([article.pk])

    page = anonymous.get("/api/v1/search?q=bridges&limit=1").json()
    rest = anonymous.get(page["next"]).json()

    assert [found["title_html"] for found in page["results"] + rest["results"]] == [
        "All <mark>bridges</mark> &amp; roads",
        "<mark>Bridge</mark> &lt;b&gt;opens",
    ]
    assert page["results"][0]["article"]["title"] == "All bridges & roads"
    assert rest["next"] is None


def test_a_search_for_nothing_but_a_space_finds_nothing(anonymous: APIClient) -> None:
    index_articles([make.article("A bridge").pk])

    assert anonymous.get("/api/v1/search?q=+").json()["results"] == []


def test_a_search_may_keep_to_one_language(anonymous: APIClient) -> None:
    for title, language in (("Bridges", "en"), ("Bridges", "de"), ("Мост открыт", "ru")):
        index_articles([make.article(title, language=language).pk])

    def search(query: str) -> list[str]:
        page = anonymous.get(f"/api/v1/search?{query}").json()
        return sorted(found["article"]["language"] for found in page["results"])

    assert search("q=bridges") == ["de", "en"]
    assert search("q=bridge&language=en") == ["en"]
    assert search("q=мосты") == ["ru"]
    assert search("q=мосты&language=en") == []
    assert search("q=the&language=en") == []


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=a&language=english", "q=" + "x" * 201])
def test_a_search_for_nothing_is_a_problem(anonymous: APIClient, query: str) -> None:
    assert anonymous.get(f"/api/v1/search?{query}").status_code == 400


def test_what_is_hidden_or_taken_down_is_not_found(anonymous: APIClient) -> None:
    hidden, gone = make.article("Bridges", is_hidden=True), make.article("Bridges")
    index_articles([hidden.pk, gone.pk])
    take_down([gone.pk], make.NOON)

    assert anonymous.get("/api/v1/search?q=bridge").json()["results"] == []
    assert not ArticleWords.objects.filter(article=gone).exists()


def test_a_story_has_all_its_publishers_and_one_that_was_merged_leads_to_its_own(
    anonymous: APIClient,
) -> None:
    story, tag = make.story(), make.tag("Bridges")
    for minute in (2, 1):
        make.article(
            f"At {minute}",
            of_story=story,
            tags=[tag],
            published_at=make.NOON.replace(minute=minute),
        )
    make.article("Hidden", of_story=story, is_hidden=True)
    old = make.story()
    Story.objects.filter(pk=old.pk).update(merged_into=story)

    told = [anonymous.get(f"/api/v1/stories/{pk}").json() for pk in (story.pk, old.pk)]

    assert told[0] == told[1]
    assert told[0]["story"]["id"] == str(story.pk)
    assert [card["title"] for card in told[0]["articles"]] == ["At 1", "At 2"]
    assert [tag["name"] for tag in told[0]["tags"]] == ["Bridges"]


def test_related_articles_lead_the_stories_that_share_tags(anonymous: APIClient) -> None:
    tag = make.tag("Bridges")
    article, like = make.article("A bridge", tags=[tag]), make.article("Its toll", tags=[tag])
    make.article("Chess")

    related = anonymous.get(f"/api/v1/articles/{article.pk}/related").json()

    assert [card["id"] for card in related] == [str(like.pk)]


def test_a_section_has_its_articles_alone(anonymous: APIClient) -> None:
    make.article("Seen", section=make.section("Politics"))
    make.article("Other", section=make.section("Business"))
    make.article("Nowhere")

    page = anonymous.get("/api/v1/sections/politics/articles").json()

    assert [each["slug"] for each in anonymous.get("/api/v1/sections").json()] == [
        "business",
        "politics",
    ]
    assert [card["title"] for card in page["results"]] == ["Seen"]
    assert anonymous.get("/api/v1/sections/nowhere/articles").status_code == 404


def test_sections_are_named_in_the_language_that_is_asked_for(app: App) -> None:
    section, tag, story = make.section("Politics"), make.tag("Bridges"), make.story()
    Section.objects.filter(pk=section.pk).update(labels={"hy": "Քաղաքականություն"})
    make.follow(app.reader, tag)
    article = make.article("A bridge", tags=[tag], section=section, of_story=story)
    make.article("Its toll", tags=[tag], section=section)
    index_articles([article.pk])
    paths = [
        *("sections", "feed", "feed?stories=yes", "tags/Bridges/articles", "search?q=bridge"),
        *(f"articles/{article.pk}", f"articles/{article.pk}/related", f"stories/{story.pk}"),
    ]

    for path in paths:
        answer = app.get(f"/api/v1/{path}", headers={"Accept-Language": "fr, hy-AM;q=0.8"})
        assert '"Քաղաքականություն"' in answer.content.decode(), path
        assert "Accept-Language" in answer["Vary"], path


def test_a_feed_shows_every_article_or_one_a_story(app: App) -> None:
    tag, story = make.tag(), make.story()
    make.follow(app.reader, tag)
    for minute in range(3):
        make.article(of_story=story, tags=[tag], published_at=make.NOON.replace(minute=minute))

    counts = [
        len(app.ask("GET", f"feed{query}").json()["results"])
        for query in ("", "?stories=no", "?stories=yes")
    ]

    assert counts == [3, 3, 1]
    assert app.ask("GET", "feed?stories=maybe").status_code == 400
