"""What aliases would do, before they are saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from articles.gazetteer import GAZETTEER
from articles.models import Alias, Tag
from articles.tagging import Matcher, Phrase, TagDecision, decide_tags

LONGEST = 50_000  # letters of a pasted text
UNSAVED = UUID(int=0)  # stands for the tag whose form is open


@dataclass(frozen=True, slots=True)
class Tried:
    """A tag that a text would get, by which rule, and each mention with its place."""

    name: str
    may_push: bool
    why: tuple[tuple[str, str], ...]


def try_text(form: QueryDict) -> dict[str, Any]:
    """`text` is a title, a lead and the rest, line by line; `phrase` the aliases as they stand in
    the open form, saved or not.
    """
    title, _, rest = form.get("text", "")[:LONGEST].strip().partition("\n")
    lead, _, body = rest.strip().partition("\n")
    found = decide_tags(GAZETTEER.current(), title, lead, body)
    names = dict(Tag.objects.filter(pk__in=[d.tag_id for d in found]).values_list("pk", "name"))
    unsaved = decide_tags(match_only(form.getlist("phrase")), title, lead, body)
    return {
        "is_asked": bool(title),
        "with_form": tell(unsaved, {UNSAVED: "this tag"}),
        "tried": tell(found, names),
        "blocked": find_blocked(title, lead, body),
    }


def tell(found: Iterable[TagDecision[UUID]], names: dict[UUID, str]) -> list[Tried]:
    known = [each for each in found if each.tag_id in names]
    return [Tried(names[each.tag_id], each.may_push, each.why) for each in known]


def match_only(phrases: Iterable[str]) -> Matcher[UUID]:
    matcher: Matcher[UUID] = Matcher()
    for phrase in filter(None, map(str.strip, phrases)):
        matcher.add(Phrase(phrase), UNSAVED)
    return matcher


def find_blocked(*parts: str) -> list[str]:
    """Blocked phrases that stand in the text: they hide what is inside of them."""
    text = " ".join(parts).lower()
    phrases = Alias.objects.filter(is_blocked=True).values_list("phrase", flat=True)
    return sorted({phrase for phrase in phrases if phrase.lower() in text})
