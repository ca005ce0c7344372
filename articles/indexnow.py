"""Verb: tell search engines which pages are new (https://www.indexnow.org/documentation)."""

import json
import logging
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from articles.feeds.fetch import FetchError, Limits, post
from articles.models import Story, Tag
from articles.outbound import Guard

logger = logging.getLogger(__name__)

LIMITS = Limits(seconds=10)
JSON = "application/json; charset=utf-8"
TAKEN = {HTTPStatus.OK, HTTPStatus.ACCEPTED}


def is_on() -> bool:
    return bool(settings.INDEXNOW_URL and settings.INDEXNOW_KEY)


def tell_of_stories(story_ids: Iterable[UUID]) -> bool:
    """Of the stories' own pages and those of their tags; whether the engine took it.

    What it does not take is lost: the sitemap says the same, later.
    """
    ids = list(story_ids)
    shown = Story.objects.shown().filter(pk__in=ids).values_list("pk", flat=True)
    names = Tag.objects.of_story(ids).values_list("name", flat=True)
    lang = settings.LANGUAGE_CODE
    paths = [reverse("story", args=[lang, pk]) for pk in shown]
    paths += [reverse("tag", args=[lang, name]) for name in names]
    return tell(settings.SITE_URL + path for path in paths)


def tell(urls: Iterable[str]) -> bool:
    told = list(urls)
    if not told or not is_on():
        return False
    key = settings.INDEXNOW_KEY
    message = {
        "host": urlsplit(settings.SITE_URL).netloc,
        "key": key,
        "keyLocation": f"{settings.SITE_URL}/{key}.txt",
        "urlList": told,
    }
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    try:
        status = post(guard, settings.INDEXNOW_URL, json.dumps(message).encode(), JSON, LIMITS)
    except FetchError as error:
        logger.warning("IndexNow was not reached", extra={"reason": error.reason})
        return False
    if status not in TAKEN:
        logger.warning("IndexNow refused", extra={"status": status})
    return status in TAKEN
