"""Another reader's data is never reached: each endpoint, each method, with a session of one's own
and with none. A new endpoint is found by its address; only what is public has to be named here.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from django.core import serializers
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from articles.models import Mute, Reader, Reading
from tests import make
from tests.app import DEVICE, App
from tests.backend.test_openapi import DOCS

pytestmark = pytest.mark.django_db
METHODS = ("get", "put", "post", "delete", "patch")
BODIES: dict[str, Any] = {
    "put account": {"id_token": "a.b.c"},
    "post read": {"articles": [str(uuid4())]},
    "put devices/{id}": DEVICE,
    "put follows": {"follows": [{"name": "Secret"}]},
    "put preferences": {
        "zone": "UTC",
        "quiet_start": "22:00",
        "quiet_end": "07:00",
        "daily_cap": 5,
    },
}
# What says nothing of any reader, and so may be asked for by anybody.
PUBLIC = {
    "get articles/{id}",
    "get articles/{id}/related",
    "get config",
    "get publishers",
    "get publishers/{slug}",
    "get publishers/{slug}/articles",
    "get search",
    "get sections",
    "get sections/{slug}/articles",
    "get stories/{id}",
    "get tags",
    "get tags/{name}",
    "get tags/{name}/articles",
    "get tags/{name}/related",
    "get trending",
    "post sessions",
}


def find_views(
    patterns: list[URLPattern | URLResolver], root: str = ""
) -> Iterator[tuple[str, Callable[..., object]]]:
    """Each address of the API, and what answers it."""
    for pattern in patterns:
        path = root + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from find_views(pattern.url_patterns, path)
        elif path.startswith("api/v1/"):
            name = re.sub(r"<\w+:(\w+)>", r"{\1}", path.removeprefix("api/v1/"))
            yield name.replace("pk", "id"), pattern.callback


VIEWS = dict(find_views(get_resolver().url_patterns))
PATHS = sorted(VIEWS.keys() - {"schema", "schema/3.0"})


class Belongings:
    """A reader who has something of everything, made by that reader's own requests."""

    def __init__(self) -> None:
        self.app = App()
        self.tag, self.article = make.tag("Secret"), make.article("A secret")
        self.publisher, self.device = make.publisher("Courier"), uuid4()
        make.section("Courier")
        make.follow(self.app.reader, self.tag)
        Mute.objects.begin(self.app.reader.pk, self.publisher, make.NOON)
        now = {"read_at": make.NOON, "saved_at": make.NOON}
        Reading.objects.note(self.app.reader.pk, [self.article.pk], **now)
        assert self.app.ask("PUT", f"devices/{self.device}", DEVICE).status_code == 201

    def fill(self, path: str) -> str:
        """The path with what is this reader's in its place."""
        ids = {
            "devices": self.device,
            "sessions": self.app.signed_in.pk,
            "stories": make.story_of(self.article).pk,
        }
        pk: UUID = ids.get(path.partition("/")[0], self.article.pk)
        filled = path.replace("{slug}", self.publisher.slug).replace("{name}", self.tag.name)
        filled = re.sub(r"\{\w+\}", str(pk), filled)
        return filled + ("?q=secret" if path == "search" else "")

    def rows(self) -> str:
        """Every row that is this reader's, as it is now."""
        found = [serializers.serialize("json", Reader.objects.filter(pk=self.app.reader.pk))]
        for relation in Reader._meta.related_objects:
            model, name = relation.related_model, relation.field.name
            rows = model._base_manager.filter(**{name: self.app.reader.pk}).order_by("pk")
            found.append(serializers.serialize("json", rows))
        return "\n".join(found)


def test_the_schema_describes_every_endpoint() -> None:
    schema = yaml.safe_load((DOCS / "openapi.yaml").read_text())

    assert sorted(path.removeprefix("/api/v1/") for path in schema["paths"]) == PATHS


@pytest.mark.parametrize("path", PATHS)
def test_another_readers_data_is_neither_seen_nor_changed(path: str, anonymous: APIClient) -> None:
    victim = Belongings()
    before, url = victim.rows(), victim.fill(path)
    ids = [str(victim.app.reader.pk), str(victim.app.signed_in.pk), str(victim.device)]
    private = [each for each in ids if each not in url]
    names = ["Secret", "A secret", "Courier"]

    for method in METHODS:
        asked = f"{method} {path}"
        body = None if method == "get" else BODIES.get(asked, {})
        answer = App().ask(method, url, body)
        unknown = getattr(anonymous, method)(f"/api/v1/{url}", body, format="json")

        told = answer.content.decode()
        assert answer.status_code != 500, asked
        assert [each for each in private if each in told] == [], asked
        if asked in PUBLIC:
            assert unknown.status_code in {200, 201}, asked
        else:
            assert method != "get" or [each for each in names if each in told] == [], asked
            assert unknown.status_code in {401, 405}, asked
        assert victim.rows() == before, asked
