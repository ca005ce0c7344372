"""What an editor's alert about a story begins with, before a word is changed."""

from typing import Any

from articles.models import Story, Tag
from notifications.alerts import language_of, word
from notifications.models import Alert


def begin_draft(story: Story) -> dict[str, Any]:
    """Fields of an alert: the words of the lead, in other languages those of the stories it is
    linked to, and the tags of all of them.
    """
    group = list(story.group().filter(merged_into=None).select_related("lead__publisher"))
    first, *others = sorted(group, key=lambda each: each.pk != story.pk)
    lead = first.lead
    words = word(lead) if lead else {}
    told = {language_of(each.lead): word(each.lead) for each in others if each.lead}
    return {
        **words,
        "story": story,
        "language": first.language,
        "variants": {code: text for code, text in told.items() if code != first.language},
        "tags": list(Tag.objects.of_story(each.pk for each in group).filter(may_alert=True)),
        "is_breaking": any(each.is_breaking for each in group),
    }


def told_before(story: Story) -> Alert | None:
    """The latest alert that readers had of the story: then a follow-up is what is wanted."""
    of_story = Alert.objects.filter(story__in=story.group().values("pk"), planned_at__isnull=False)
    return of_story.exclude(kind=Alert.Kind.RETRACTION).order_by("-planned_at").first()
