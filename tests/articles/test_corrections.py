from collections.abc import Callable
from datetime import timedelta

import pytest

from articles import corrections
from articles.corrections import CorrectionError
from articles.gazetteer import tag_articles
from articles.grouping import MEMORIES
from articles.models import Alias, Article, ArticleTag, Correction, Follow, Story, StoryPair, Stream
from tests import make

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)


def picture() -> list[tuple[object, ...]]:
    """All that corrections change of stories and articles."""
    stories = Story.objects.order_by("pk").values_list(
        "pk",
        "lead",
        "first_published_at",
        "last_published_at",
        "merged_into",
        "linked_to",
        "is_locked",
        "is_lead_chosen",
    )
    articles = Article.objects.order_by("pk").values_list("pk", "story")
    tags = ArticleTag.objects.order_by("article", "tag").values_list(
        "article", "tag", "rule", "mention_count", "why"
    )
    return [*stories, *articles, *map(repr, tags)]  # type: ignore[list-item]  # rows to be compared


def story_of(*titles: str) -> Story:
    story = make.story()
    for number, title in enumerate(titles):
        make.article(title, of_story=story, published_at=make.NOON + timedelta(minutes=number))
    story.refresh_from_db()
    Story.objects.filter(pk=story.pk).refresh()
    story.refresh_from_db()
    return story


def test_merged_stories_are_one_and_part_again() -> None:
    target, one, other = story_of("A"), story_of("B", "C"), story_of("D")
    before = picture()

    correction = corrections.merge(target, [one, other], None, LATER)

    assert set(Article.objects.values_list("story", flat=True)) == {target.pk}
    assert set(Story.objects.exclude(pk=target.pk).values_list("merged_into", flat=True)) == {
        target.pk
    }
    corrections.undo(correction, None, LATER)
    assert picture() == before


def test_a_story_that_others_were_merged_into_takes_them_along() -> None:
    first, second, third = story_of("A"), story_of("B"), story_of("C")
    corrections.merge(second, [first], None, LATER)
    second.refresh_from_db()
    between = picture()

    correction = corrections.merge(third, [second], None, LATER)

    assert Story.objects.get(pk=first.pk).merged_into_id == third.pk
    corrections.undo(correction, None, LATER)
    assert picture() == between


def test_undoing_leaves_alone_what_was_moved_on_since() -> None:
    target, one, third = story_of("A", "X"), story_of("B", "C"), story_of("D")
    merge = corrections.merge(target, [one], None, LATER)
    moved = Article.objects.get(title="B")
    corrections.move([moved], third, None, LATER)

    corrections.undo(merge, None, LATER)

    places = dict(Article.objects.values_list("title", "story"))
    assert places == {"A": target.pk, "X": target.pk, "C": one.pk, "B": third.pk, "D": third.pk}


def test_an_article_moves_and_comes_back() -> None:
    source, target = story_of("A", "B"), story_of("C")
    before = picture()

    correction = corrections.move([Article.objects.get(title="B")], target, None, LATER)

    assert list(target.articles.order_by("title").values_list("title", flat=True)) == ["B", "C"]
    assert Story.objects.get(pk=source.pk).last_published_at == make.NOON
    corrections.undo(correction, None, LATER)
    assert picture() == before


def test_a_story_is_split_and_whole_again() -> None:
    source = story_of("A", "B", "C")
    split = list(Article.objects.exclude(title="A"))

    correction = corrections.move(split, None, None, LATER)

    new = Story.objects.exclude(pk=source.pk).get()
    assert set(new.articles.values_list("title", flat=True)) == {"B", "C"}
    assert new.lead_id in {article.pk for article in split}
    corrections.undo(correction, None, LATER)
    assert source.articles.count() == 3
    new.refresh_from_db()
    assert (new.merged_into, new.lead) == (source, None)


def test_a_pair_is_kept_apart_or_open_again() -> None:
    one, other = story_of("A"), story_of("B")
    pair = StoryPair.objects.create(story=one, other=other, likeness=0.14)

    correction = corrections.keep_apart(pair, None, LATER)

    assert StoryPair.objects.get().state == StoryPair.State.APART
    corrections.undo(correction, None, LATER)
    assert StoryPair.objects.get().state == StoryPair.State.OPEN


def test_merging_a_pair_settles_it() -> None:
    one, other = story_of("A"), story_of("B")
    StoryPair.objects.create(story=one, other=other, likeness=0.14)

    correction = corrections.merge(other, [one], None, LATER)

    assert StoryPair.objects.get().state == StoryPair.State.SAME
    corrections.undo(correction, None, LATER)
    assert StoryPair.objects.get().state == StoryPair.State.OPEN


def test_a_lock_and_its_reversal_make_every_memory_stale() -> None:
    story = story_of("A")
    MEMORIES.clear()
    Stream.objects.create(language="en")
    marks = [Stream.objects.get().mark]

    correction = corrections.lock(story, None, LATER)

    marks.append(Stream.objects.get().mark)
    assert Story.objects.get().is_locked
    corrections.undo(correction, None, LATER)
    marks.append(Stream.objects.get().mark)
    assert not Story.objects.get().is_locked
    assert len(set(marks)) == 3


def test_a_chosen_lead_stays_until_the_choice_is_undone() -> None:
    story = story_of("A", "B")
    before = picture()

    correction = corrections.choose_lead(story, Article.objects.get(title="B"), None, LATER)
    Story.objects.all().refresh()

    assert Story.objects.get().lead == Article.objects.get(title="B")
    corrections.undo(correction, None, LATER)
    assert picture() == before


def test_stories_of_different_languages_are_linked_and_parted() -> None:
    english, armenian, russian = story_of("A"), story_of("B"), story_of("C")
    Story.objects.filter(pk=armenian.pk).update(language="hy")
    Story.objects.filter(pk=russian.pk).update(language="ru")
    armenian.refresh_from_db()
    russian.refresh_from_db()
    before = picture()

    one = corrections.link(armenian, english, None, LATER)
    armenian.refresh_from_db()
    other = corrections.link(russian, armenian, None, LATER)

    whole = {english.pk, armenian.pk, russian.pk}
    for story in Story.objects.all():
        assert set(story.group().values_list("pk", flat=True)) == whole
    corrections.undo(other, None, LATER)
    corrections.undo(one, None, LATER)
    assert picture() == before


def test_a_tag_that_an_editor_took_away_stays_away() -> None:
    tag = make.tag("Baku")
    article = make.incoming("News from Baku")
    tag_articles([article.pk])
    before = picture()

    correction = corrections.untag(article, tag, None, LATER)
    Article.objects.update(state=Article.State.STORED)
    tag_articles([article.pk])

    assert not ArticleTag.objects.exists()
    corrections.undo(correction, None, LATER)
    assert picture() == before
    assert ArticleTag.objects.get().is_late


class TestMergedTags:
    def test_followers_articles_and_aliases_move_and_come_back(self) -> None:
        old, new = make.tag("Artsakh", "Artsakh", "Republic"), make.tag("NagornoKarabakh")
        only_old, both = make.reader(), make.reader()
        make.follow(only_old, old, Follow.Level.TOP)
        make.follow(both, old)
        make.follow(both, new)
        article = make.article(tags=[old])

        correction = corrections.merge_tags(old, new, None, LATER)

        follow = Follow.objects.get(tag=new, reader=only_old)
        assert (follow.level, follow.ended_at) == ("top", None)
        assert follow.followed_at == make.NOON - timedelta(days=1)
        assert ArticleTag.objects.get(tag=new).article == article
        assert set(Alias.objects.values_list("tag", flat=True)) == {new.pk}
        old.refresh_from_db()
        assert (old.merged_into, old.is_active) == (new, False)

        corrections.undo(correction, None, LATER)

        old.refresh_from_db()
        assert (old.merged_into, old.is_active) == (None, True)
        assert old.aliases.count() == 2
        assert not ArticleTag.objects.filter(tag=new).exists()
        current = Follow.objects.current().values_list("reader", "tag")
        assert set(current) == {(only_old.pk, old.pk), (both.pk, old.pk), (both.pk, new.pk)}

    def test_who_left_meanwhile_has_left_both(self) -> None:
        old, new, reader = make.tag("Artsakh"), make.tag("NagornoKarabakh"), make.reader()
        make.follow(reader, old)
        correction = corrections.merge_tags(old, new, None, LATER)
        new.refresh_from_db()
        Follow.objects.end(reader.pk, new, LATER)

        corrections.undo(correction, None, LATER)

        assert not Follow.objects.current().exists()

    def test_a_level_chosen_meanwhile_stays(self) -> None:
        old, new, reader = make.tag("Artsakh"), make.tag("NagornoKarabakh"), make.reader()
        make.follow(reader, old)
        correction = corrections.merge_tags(old, new, None, LATER)
        Follow.objects.begin(reader.pk, new, "mute", LATER)

        corrections.undo(correction, None, LATER)

        assert Follow.objects.current().get().level == "mute"

    def test_an_alias_that_both_have_stays_where_it_is(self) -> None:
        old, new = make.tag("Artsakh", "Karabakh"), make.tag("NagornoKarabakh", "karabakh")

        correction = corrections.merge_tags(old, new, None, LATER)

        assert (old.aliases.count(), new.aliases.count()) == (1, 1)
        corrections.undo(correction, None, LATER)
        assert (old.aliases.count(), new.aliases.count()) == (1, 1)

    def test_a_later_merge_is_undone_first(self) -> None:
        first, second, third = make.tag("A"), make.tag("B"), make.tag("C")
        one = corrections.merge_tags(first, second, None, LATER)
        other = corrections.merge_tags(second, third, None, LATER)
        first.refresh_from_db()
        assert first.merged_into == third

        with pytest.raises(CorrectionError, match="undo that first"):
            corrections.undo(one, None, LATER)
        corrections.undo(other, None, LATER)
        corrections.undo(one, None, LATER)

        first.refresh_from_db()
        assert first.merged_into is None


def test_what_cannot_be_is_said_in_a_sentence() -> None:
    one, other = story_of("A"), story_of("B")
    foreign = story_of("C")
    Story.objects.filter(pk=foreign.pk).update(language="hy")
    foreign.refresh_from_db()
    a = Article.objects.get(title="A")
    tag, second = make.tag(), make.tag()
    wrong: list[tuple[str, Callable[[], object]]] = [
        ("at least two", lambda: corrections.merge(one, [one], None, LATER)),
        ("linked, not merged", lambda: corrections.merge(one, [foreign], None, LATER)),
        ("whole story", lambda: corrections.move([a], other, None, LATER)),
        ("one story", lambda: corrections.move(list(Article.objects.all()), other, None, LATER)),
        ("another story", lambda: corrections.move([a], one, None, LATER)),
        ("one language", lambda: corrections.move([a], foreign, None, LATER)),
        ("own articles", lambda: corrections.choose_lead(other, a, None, LATER)),
        ("merged, not linked", lambda: corrections.link(one, other, None, LATER)),
        ("no such tag", lambda: corrections.untag(a, tag, None, LATER)),
        ("another tag", lambda: corrections.merge_tags(tag, tag, None, LATER)),
    ]
    for message, attempt in wrong:
        with pytest.raises(CorrectionError, match=message):
            attempt()
    assert not Correction.objects.exists()

    merge = corrections.merge(one, [other], None, LATER)
    corrections.undo(merge, None, LATER)
    with pytest.raises(CorrectionError, match="already"):
        corrections.undo(merge, None, LATER)
    corrections.merge_tags(tag, second, None, LATER)
    tag.refresh_from_db()
    with pytest.raises(CorrectionError, match="already"):
        corrections.merge_tags(tag, second, None, LATER)


def test_a_correction_says_who_and_when() -> None:
    editor = make.reader("editor@daily.example")
    one, other = story_of("A"), story_of("B")

    correction = corrections.merge(one, [other], editor, make.NOON)
    corrections.undo(correction, editor, LATER)

    row = Correction.objects.get()
    assert (row.made_by, row.made_at, row.undone_by, row.undone_at) == (
        editor,
        make.NOON,
        editor,
        LATER,
    )
    assert str(row) == "stories merged: A"
