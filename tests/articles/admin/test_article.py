import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from articles.gazetteer import tag_articles
from articles.models import Article, ArticleTag, Correction
from tests import make
from tests.desk import address, no_rows, run_action

pytestmark = pytest.mark.django_db


def test_articles_are_hidden_and_shown_from_the_list(editor: Client) -> None:
    article, other = make.article(), make.article()

    run_action(editor, "hide", article)

    assert list(Article.objects.shown()) == [other]
    assert LogEntry.objects.get().change_message == "hidden from the list"
    run_action(editor, "show", article, other)
    assert set(Article.objects.shown()) == {article, other}


def test_an_article_says_why_it_has_a_tag(editor: Client) -> None:
    article = make.article(tags=[make.tag("Baku")])
    ArticleTag.objects.update(why=[["baku", "title"], ["<b>", "lead"]])

    page = editor.get(address(Article, "change", article.pk)).content.decode()

    assert "“baku” in the title, “&lt;b&gt;” in the lead" in page


def test_a_tag_put_on_an_article_takes_the_articles_time(editor: Client) -> None:
    article, tag = make.article(), make.tag()

    answer = editor.post(
        address(Article, "change", article.pk),
        {
            "title": article.title,
            "language": "en",
            "article_tags-TOTAL_FORMS": "1",
            "article_tags-INITIAL_FORMS": "0",
            "article_tags-0-tag": str(tag.pk),
            "article_tags-0-rule": "page",
            **no_rows("text", "revisions"),
        },
    )

    row = ArticleTag.objects.get()
    assert answer.status_code == 302
    assert (row.article, row.tag, row.mention_count) == (article, tag, 0)
    assert row.published_at == article.published_at


def test_a_publishers_wish_is_done_from_the_list(editor: Client) -> None:
    article = make.article("Ferry", text_html="<p>Text</p>")

    run_action(editor, "take_down", article)

    article.refresh_from_db()
    assert (article.title, article.is_hidden) == ("", True)
    assert LogEntry.objects.get().change_message == "taken down from the list"


def test_a_tag_that_an_editor_removes_does_not_come_back(editor: Client) -> None:
    tag = make.tag("Baku")
    article = make.incoming("News from Baku")
    tag_articles([article.pk])
    row = ArticleTag.objects.get()
    none = no_rows("text", "revisions")

    answer = editor.post(
        address(Article, "change", article.pk),
        {
            "title": article.title,
            "language": "en",
            "article_tags-TOTAL_FORMS": "1",
            "article_tags-INITIAL_FORMS": "1",
            "article_tags-0-id": str(row.pk),
            "article_tags-0-article": str(article.pk),
            "article_tags-0-tag": str(tag.pk),
            "article_tags-0-rule": "push",
            "article_tags-0-DELETE": "on",
            **none,
        },
    )

    assert answer.status_code == 302
    Article.objects.update(state=Article.State.STORED)
    tag_articles([article.pk])
    assert not ArticleTag.objects.exists()
    assert Correction.objects.get().tag == tag


def test_articles_move_to_the_story_that_is_named(editor: Client) -> None:
    first = make.article()
    source = make.story_of(first)
    moved, target = make.article(of_story=source), make.story_of(make.article())

    page = run_action(editor, "move", moved, target=target.pk)

    moved.refresh_from_db()
    assert "1 moved to" in page
    assert moved.story == target
    assert "That is the whole story" in run_action(editor, "move", first, target=target.pk)
    assert "Give the id of a story" in run_action(editor, "move", first, target="nonsense")


def test_articles_are_split_off(editor: Client) -> None:
    first = make.article()
    source = make.story_of(first)
    other = make.article(of_story=source)

    run_action(editor, "split", other)

    other.refresh_from_db()
    assert other.story != source


def test_what_an_editor_writes_otherwise_stands_beside_the_original(editor: Client) -> None:
    article = make.article("Bridge clsed")
    forms = no_rows("article_tags", "text", "revisions")

    editor.post(
        address(Article, "change", article.pk),
        {"title": "Bridge closed", "language": "en", **forms},
    )
    page = editor.get(address(Article, "change", article.pk)).content.decode()

    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("Bridge closed", True)
    assert "<strong>Bridge clsed</strong>" in " ".join(page.split()).replace("> ", ">")


def test_an_article_of_unknown_language_is_corrected(editor: Client) -> None:
    article = make.article("Bridge clsed", language="")
    forms = no_rows("article_tags", "text", "revisions")

    url = address(Article, "change", article.pk)
    answer = editor.post(url, {"title": "Bridge closed", "language": "", **forms})

    article.refresh_from_db()
    assert answer.status_code == 302
    assert (article.title, article.language) == ("Bridge closed", "")


@pytest.mark.parametrize("is_saved", [True, False])
def test_a_tag_that_is_there_already_is_not_put_on_twice(editor: Client, is_saved: bool) -> None:  # noqa: FBT001 - a case
    tag = make.tag("Baku")
    article = make.article("News from Baku", tags=[tag] if is_saved else [])
    row = ArticleTag.objects.first()
    known = {"id": row.pk, "article": article.pk, "rule": "page"} if row else {"rule": "page"}
    rows = [{**known, "tag": tag.pk}, {"tag": tag.pk, "rule": "push"}]
    form = {
        f"article_tags-{n}-{name}": str(value)
        for n, fields in enumerate(rows)
        for name, value in fields.items()
    }

    answer = editor.post(
        address(Article, "change", article.pk),
        {
            "title": article.title,
            "language": "en",
            "article_tags-TOTAL_FORMS": "2",
            "article_tags-INITIAL_FORMS": str(int(is_saved)),
            **form,
            **no_rows("text", "revisions"),
        },
    )

    assert "The article has #Baku already." in answer.content.decode()
    assert ArticleTag.objects.count() == is_saved


def test_a_tag_is_not_exchanged_in_its_row(editor: Client) -> None:
    """Its mentions are told there, and that it was taken away would not be remembered."""
    article = make.article(tags=[make.tag("Baku")])

    page = editor.get(address(Article, "change", article.pk)).content.decode()

    [field] = re.findall(r'<select name="article_tags-0-tag"[^>]*>', page)
    assert "disabled" in field
