"""What aliases would do, before they are saved."""

from collections.abc import Iterable, Iterator
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
    """`text` is a title, a lead and the rest, line by line; the aliases are those of the open form,
    saved or not.
    """
    title, _, rest = form.get("text", "")[:LONGEST].strip().partition("\n")
    lead, _, body = rest.strip().partition("\n")
    found = decide_tags(GAZETTEER.current(), title, lead, body)
    names = dict(Tag.objects.filter(pk__in=[d.tag_id for d in found]).values_list("pk", "name"))
    unsaved = decide_tags(match_only(read_aliases(form)), title, lead, body)
    return {
        "is_asked": bool(title),
        "with_form": tell(unsaved, {UNSAVED: "this tag"}),
        "tried": tell(found, names),
        "blocked": find_blocked(title, lead, body),
    }


def tell(found: Iterable[TagDecision[UUID]], names: dict[UUID, str]) -> list[Tried]:
    known = [each for each in found if each.tag_id in names]
    return [Tried(names[each.tag_id], each.may_push, each.why) for each in known]


def read_aliases(form: QueryDict) -> Iterator[Phrase[UUID]]:
    """What one needs is left aside: another tag, which is not looked for."""
    for name in form:
        row, _, part = name.rpartition("-")
        if row.startswith("aliases-") and part == "phrase" and f"{row}-DELETE" not in form:
            yield Phrase(
                form.get(name, "").strip(),
                is_case_sensitive=f"{row}-is_case_sensitive" in form,
                is_title_only=f"{row}-is_title_only" in form,
                is_blocked=f"{row}-is_blocked" in form,
            )


def match_only(phrases: Iterable[Phrase[UUID]]) -> Matcher[UUID]:
    matcher: Matcher[UUID] = Matcher()
    for phrase in phrases:
        matcher.add(phrase, UNSAVED)
    return matcher


def find_blocked(*parts: str) -> list[str]:
    """Blocked phrases that stand in the text: they hide what is inside of them."""
    text = " ".join(parts).lower()
    phrases = Alias.objects.filter(is_blocked=True).values_list("phrase", flat=True)
    return sorted({phrase for phrase in phrases if phrase.lower() in text})
