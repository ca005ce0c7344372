"""What the pages' templates can say beyond Django's own words."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import nh3
import segno
from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from articles.models import Section, Tag
from articles.pages.pictures import picture_path
from articles.text import ATTRIBUTES, TAGS

register = template.Library()

NO_TEXT = re.compile(r"<img (?![^>]*\balt=)")

DAYS_OF_WEEK = 7

# As Django's json_script: inside <script>, no text of a publisher may end the element.
INERT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def picture(url: str, size: str) -> str:
    """The address under which we show a publisher's picture."""
    return picture_path(url, size)


@register.filter
def body(html: str) -> SafeString:
    """An article's cleaned text with its pictures from us. It is cleaned once more on the way: that
    costs little and is the last thing between a publisher and a reader.
    """
    cleaned = body_cleaner().clean(html)
    return mark_safe(NO_TEXT.sub('<img alt="" ', cleaned))  # noqa: S308 - cleaned just now


@cache
def body_cleaner() -> nh3.Cleaner:
    def shown(tag: str, name: str, value: str) -> str | None:
        return picture_path(value, "body") if (tag, name) == ("img", "src") else value

    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=shown,
        set_tag_attribute_values={"img": {"loading": "lazy"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
    )


@register.filter
def label(named: Section | Tag, language: str) -> str:
    """As a text in the language would name it."""
    return named.label_in([language])


@register.filter
def volume(per_day: float) -> str:
    """How many alerts to expect of a tag, said before it is followed."""
    if per_day >= 1:
        count = round(per_day)
        text = ngettext("about %(count)d alert a day", "about %(count)d alerts a day", count)
    elif per_day * DAYS_OF_WEEK >= 1:
        count = round(per_day * DAYS_OF_WEEK)
        text = ngettext("about %(count)d alert a week", "about %(count)d alerts a week", count)
    else:
        return gettext("less than one alert a week")
    return text % {"count": count}


@register.simple_tag(takes_context=True)
def json_ld(context: RequestContext, facts: dict[str, Any]) -> SafeString:
    """Facts for machines, as a block of data: browsers do not run it."""
    written = json.dumps(facts, ensure_ascii=False).translate(INERT)
    nonce = getattr(context["request"], "nonce", "")
    return format_html(
        '<script type="application/ld+json" nonce="{}">{}</script>',
        nonce,
        mark_safe(written),  # noqa: S308 - made inert above
    )


@register.simple_tag
def qr_code(address: str, label: str) -> SafeString:
    """A QR code as an inline drawing."""
    # To look for the best of the eight masks takes longer than all else that is on a page.
    code = segno.make(address, error="m", micro=False, mask=0)
    drawn = code.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    named = drawn.replace("<svg ", format_html('<svg role="img" aria-label="{}" ', label), 1)
    return mark_safe(named)  # noqa: S308 - the library writes digits alone


@register.simple_tag(takes_context=True)
def feeds(context: RequestContext, kind: str, *names: str) -> list[tuple[str, str, str]]:
    """The three feeds of a list: what each is called, its type, its address."""
    formats: tuple[tuple[str, str], ...] = (("RSS", "rss"), ("Atom", "atom"), ("JSON Feed", "json"))
    types: dict[str, str] = {"json": "application/feed+json"}
    make: Callable[[str], str] = lambda form: reverse(  # noqa: E731 - a partial would hide the order
        f"{kind}_feed", args=[context["lang"], *names, form]
    )
    return [
        (name, types.get(form, f"application/{form}+xml"), make(form)) for name, form in formats
    ]
