"""Verb: what editors decide about stories and tags, stronger than the machine.

Each correction is a row that says who decided what and when, and holds what undoing it brings back.
None of them alerts anybody: what a story had before it was corrected is no news.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from articles.grouping import lock_stream
from articles.language import base_language
from articles.models import (
    Article,
    ArticleTag,
    Correction,
    Reader,
    Story,
    StoryPair,
    Stream,
    Tag,
)
from articles.signals import stories_changed
from articles.tag_merging import copy_to, take_back


class CorrectionError(Exception):
    """What the editor asked for cannot be; the message says why, in a sentence."""


def merge(into: Story, others: Iterable[Story], by: Reader | None, now: datetime) -> Correction:
    """Make several stories one: articles, those that come later and the address go to `into`.

    Raises CorrectionError where languages differ, or a story is merged already.
    """
    merged = [story for story in others if story.pk != into.pk]
    if not merged:
        raise CorrectionError("Choose at least two stories.")
    if any(story.merged_into_id for story in (into, *merged)):
        raise CorrectionError("One of these is part of another story already.")
    if {base_language(story.language) for story in (into, *merged)} != {
        base_language(into.language)
    }:
        raise CorrectionError("Stories in different languages are linked, not merged.")
    ids = [story.pk for story in merged]
    with transaction.atomic():
        unsettle([into.language])
        before = {
            "articles": places_of(Article.objects.filter(story__in=ids)),
            "merged": places_of(Story.objects.filter(merged_into__in=ids), "merged_into_id"),
            "stories": [str(pk) for pk in ids],
        }
        Story.objects.filter(merged_into__in=ids).update(merged_into=into)
        Story.objects.filter(pk__in=ids).update(merged_into=into)
        Article.objects.filter(story__in=ids).update(story=into)
        pairs = StoryPair.objects.filter(story__in=[into.pk, *ids], other__in=[into.pk, *ids])
        pairs.update(state=StoryPair.State.SAME)
        note_changes([into.pk, *ids], now)
        kind = Correction.Kind.MERGE
        return record(kind, by, now, before, story=into, other_story=merged[0])


def move(
    articles: Sequence[Article], to: Story | None, by: Reader | None, now: datetime
) -> Correction:
    """Give articles another story, or without one a story of their own. They stay in it.

    Raises CorrectionError where they come from several stories, where they are all of one, and
    where languages differ.
    """
    sources = {article.story_id for article in articles if article.story_id}
    if len(sources) != 1:
        raise CorrectionError("Choose articles of one story.")
    source = Story.objects.get(pk=sources.pop())
    ids = [article.pk for article in articles]
    if to and (to.pk == source.pk or to.merged_into_id):
        raise CorrectionError("Choose another story, one that is not merged into a third.")
    if to and base_language(to.language) != base_language(source.language):
        raise CorrectionError("Articles move between stories of one language.")
    if not Article.objects.filter(story=source).exclude(pk__in=ids).exists():
        raise CorrectionError("That is the whole story: merge it into the other one.")
    with transaction.atomic():
        unsettle([source.language])
        to = to or Story.objects.create(
            language=source.language,
            first_published_at=source.first_published_at,
            last_published_at=source.last_published_at,
        )
        before = {"articles": places_of(Article.objects.filter(pk__in=ids))}
        Article.objects.filter(pk__in=ids).update(story=to)
        note_changes([source.pk, to.pk], now)
        return record(Correction.Kind.MOVE, by, now, before, story=to, other_story=source)


def keep_apart(pair: StoryPair, by: Reader | None, now: datetime) -> Correction:
    """Say that two stories which may be the same are not."""
    before = {"pair": pair.pk, "state": pair.state}
    pair.state = StoryPair.State.APART
    pair.save(update_fields=["state"])
    kind = Correction.Kind.APART
    return record(kind, by, now, before, story=pair.story, other_story=pair.other)


def lock(story: Story, by: Reader | None, now: datetime, *, is_locked: bool = True) -> Correction:
    """Let no article join the story by itself any more, or again."""
    with transaction.atomic():
        unsettle([story.language])
        before = {"is_locked": story.is_locked}
        Story.objects.filter(pk=story.pk).update(is_locked=is_locked)
        return record(Correction.Kind.LOCK, by, now, before, story=story)


def choose_lead(story: Story, article: Article, by: Reader | None, now: datetime) -> Correction:
    """Let one of the story's articles stand for it, whatever comes. Raises CorrectionError."""
    if article.story_id != story.pk:
        raise CorrectionError("The lead is one of the story's own articles.")
    with transaction.atomic():
        before = {"lead": str(story.lead_id or ""), "is_lead_chosen": story.is_lead_chosen}
        Story.objects.filter(pk=story.pk).update(lead=article, is_lead_chosen=True)
        return record(Correction.Kind.LEAD, by, now, before, story=story, article=article)


def link(story: Story, to: Story, by: Reader | None, now: datetime) -> Correction:
    """Say that a story is told in another language, too: they share one alert from then on.

    Raises CorrectionError where the languages are the same.
    """
    if base_language(story.language) == base_language(to.language):
        raise CorrectionError("Stories in one language are merged, not linked.")
    head = to.linked_to_id or to.pk
    with transaction.atomic():
        moved = Story.objects.filter(Q(pk=story.pk) | Q(linked_to=story.pk)).exclude(pk=head)
        before = {"linked": places_of(moved, "linked_to_id")}
        moved.update(linked_to=head)
        Story.objects.filter(pk__in=[story.pk, head]).update(corrected_at=now)
        announce([story.pk, head])
        return record(Correction.Kind.LINK, by, now, before, story=story, other_story=to)


def untag(article: Article, tag: Tag, by: Reader | None, now: datetime) -> Correction:
    """Take a tag from an article for good: tagging does not put it back."""
    with transaction.atomic():
        fields = ("rule", "mention_count", "why")
        row = ArticleTag.objects.filter(article=article, tag=tag).values(*fields).first()
        if row is None:
            raise CorrectionError("The article has no such tag.")
        ArticleTag.objects.filter(article=article, tag=tag).delete()
        announce([article.story_id] if article.story_id else [])
        return record(Correction.Kind.UNTAG, by, now, dict(row), article=article, tag=tag)


def merge_tags(tag: Tag, into: Tag, by: Reader | None, now: datetime) -> Correction:
    """Make a tag a part of another: its followers, articles, aliases and address go there.

    Raises CorrectionError where one of them is merged already.
    """
    if tag.pk == into.pk:
        raise CorrectionError("Choose another tag.")
    if tag.merged_into_id or into.merged_into_id:
        raise CorrectionError("One of these is part of another tag already.")
    with transaction.atomic():
        kind = Correction.Kind.MERGE_TAGS
        correction = record(kind, by, now, {}, tag=tag, other_tag=into)
        correction.before = copy_to(tag, into, correction.pk)
        correction.save(update_fields=["before"])
        return correction


def undo(correction: Correction, by: Reader | None, now: datetime) -> None:
    """Bring back what was before a correction, as far as later ones have not changed it again.

    Raises CorrectionError where it was undone before, or a later merge has to be undone first.
    """
    with transaction.atomic():
        taken = Correction.objects.filter(pk=correction.pk, undone_at=None)
        if not taken.update(undone_at=now, undone_by=by):
            raise CorrectionError("This was undone already.")
        current = Correction.objects.select_related("tag", "other_tag").get(pk=correction.pk)
        REVERSALS[Correction.Kind(current.kind)](current, now)


def unmerge(correction: Correction, now: datetime) -> None:
    into, before = the_story(correction), correction.before
    unsettle([into.language])
    put_back(Article.objects.filter(story=into), before["articles"], "story_id")
    put_back(Story.objects.filter(merged_into=into), before["merged"], "merged_into_id")
    Story.objects.filter(pk__in=before["stories"], merged_into=into).update(merged_into=None)
    ids = [into.pk, *map(UUID, before["stories"])]
    pairs = StoryPair.objects.filter(story__in=ids, other__in=ids, state=StoryPair.State.SAME)
    pairs.update(state=StoryPair.State.OPEN)
    note_changes(ids, now)


def move_back(correction: Correction, now: datetime) -> None:
    """A story that was split off is empty again: its address leads to where its articles are."""
    to, source = the_story(correction), correction.other_story
    unsettle([to.language])
    put_back(Article.objects.filter(story=to), correction.before["articles"], "story_id")
    if source and not to.articles.exists():
        Story.objects.filter(pk=to.pk).update(merged_into=source.merged_into_id or source.pk)
    note_changes([to.pk, *([source.pk] if source else [])], now)


def reopen_pair(correction: Correction, _: datetime) -> None:
    before = correction.before
    StoryPair.objects.filter(pk=before["pair"]).update(state=before["state"])


def lock_back(correction: Correction, _: datetime) -> None:
    story = the_story(correction)
    unsettle([story.language])
    Story.objects.filter(pk=story.pk).update(is_locked=correction.before["is_locked"])


def lead_back(correction: Correction, _: datetime) -> None:
    before, story = correction.before, the_story(correction)
    same = Story.objects.filter(pk=story.pk)
    same.update(lead=before["lead"] or None, is_lead_chosen=before["is_lead_chosen"])
    same.refresh()


def unlink(correction: Correction, now: datetime) -> None:
    before = correction.before["linked"]
    put_back(Story.objects.all(), before, "linked_to_id")
    Story.objects.filter(pk__in=before).update(corrected_at=now)


def tag_again(correction: Correction, _: datetime) -> None:
    """As an old tag: the article is no news by now."""
    article = Article.objects.get(corrections=correction)
    ArticleTag.objects.get_or_create(
        article=article,
        tag=Tag.objects.get(corrections=correction),
        defaults=correction.before | {"published_at": article.published_at, "is_late": True},
    )
    Article.objects.filter(pk=article.pk).mark_changed()
    Article.objects.filter(pk=article.pk).mark_changed()


def unmerge_tags(correction: Correction, now: datetime) -> None:
    tag, into = correction.tag, correction.other_tag
    if not tag or not into or tag.merged_into_id != into.pk:
        raise CorrectionError("The other tag was merged later on: undo that first.")
    take_back(tag, into, correction, now)


REVERSALS: dict[Correction.Kind, Callable[[Correction, datetime], None]] = {
    Correction.Kind.MERGE: unmerge,
    Correction.Kind.MOVE: move_back,
    Correction.Kind.APART: reopen_pair,
    Correction.Kind.LOCK: lock_back,
    Correction.Kind.LEAD: lead_back,
    Correction.Kind.LINK: unlink,
    Correction.Kind.UNTAG: tag_again,
    Correction.Kind.MERGE_TAGS: unmerge_tags,
}


def unsettle(languages: Iterable[str]) -> None:
    """Hold the languages, and make every process read its memory of their stories anew."""
    for language in sorted({base_language(language) for language in languages}):
        lock_stream(language)
        Stream.objects.filter(pk=language).update(mark=uuid.uuid4())


def note_changes(story_ids: Sequence[UUID], now: datetime) -> None:
    stories = Story.objects.filter(pk__in=story_ids)
    stories.update(corrected_at=now)
    stories.refresh()
    announce(story_ids)


def announce(story_ids: Sequence[UUID]) -> None:
    transaction.on_commit(
        lambda: stories_changed.send_robust(sender=None, story_ids=list(story_ids))
    )


def places_of(rows: Any, column: str = "story_id") -> dict[str, str | None]:
    """Each row's value of a column, by its id, as JSON can hold them."""
    return {str(pk): value and str(value) for pk, value in rows.values_list("pk", column)}


def put_back(rows: Any, places: dict[str, str | None], column: str) -> None:
    """The rows that are still where the correction put them go back to where they were."""
    by_place: dict[str | None, list[str]] = {}
    for pk, place in places.items():
        by_place.setdefault(place, []).append(pk)
    for place, ids in by_place.items():
        rows.filter(pk__in=ids).update(**{column: place})


def the_story(correction: Correction) -> Story:
    return Story.objects.get(corrections=correction)


def record(
    kind: Correction.Kind,
    by: Reader | None,
    now: datetime,
    before: dict[str, Any],
    **about: Story | Article | Tag,
) -> Correction:
    return Correction.objects.create(kind=kind, made_by=by, made_at=now, before=before, **about)
