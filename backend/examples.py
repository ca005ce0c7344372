"""Examples for the schema, made of the schema: each property has one value wherever it stands."""

from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
ID = "01956f5e-3c00-7a64-9d2e-5b8c1f0a7e42"
TIME = "2026-03-02T06:10:00Z"
NEXT = "https://news.example/api/v1/feed?limit=20&cursor=eyJhdCI6IjIwMjYifQ"
BY_NAME: dict[str, Any] = {
    "body": "Hill Courier: Trains run from today",
    "app_version": "1.4.2",
    "address": "cKx3b0n2Tg6:APA91bH_a1",
    "authors": ["Anahit Sargsyan"],
    "cursor": "eyJhcnRpY2xlcyI6WzEyLCIwIl19",
    "daily_cap": 5,
    "digest_at": "08:00",
    "address_keys": "",
    "gap_minutes": 10,
    "is_breaking": False,
    "detail": "There is no tag #Nothing.",
    "expected_alerts_per_day": 1.4,
    "features": ["stories"],
    "home_url": "https://hill-courier.example/",
    "html": "<p>Trains run from today.</p>",
    "id_token": "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhbmFoaXQifQ.c2ln",
    "image_url": "https://hill-courier.example/bridge.jpg",
    "is_complete": True,
    "is_muted": True,
    "is_signed_in": False,
    "label": "Nagorno-Karabakh",
    "language": "en",
    "languages": ["en", "hy"],
    "link": "https://news.example/en/article/" + ID,
    "locale": "en-GB",
    "mark_url": "https://hill-courier.example/mark.png",
    "mention_count": 3,
    "minimum_version": "1.2.0",
    "name": "NagornoKarabakh",
    "newest_version": "1.4.2",
    "next": NEXT,
    "quiet_end": "07:00",
    "quiet_start": "22:00",
    "received_sample": 0.1,
    "secret": "dV8mC2xqJmKQf0bq6o9yPz3R1uTn4sWk7LhXeGaYvJc",
    "seen_on": "2026-03-02",
    "slug": "nagornokarabakh",
    "store_url": "https://apps.example/daily8",
    "story_count": 7,
    "summary": "Trains run from today, a year after the old bridge was closed.",
    "summary_html": "Trains run from today, a year after the old <mark>bridge</mark> was closed.",
    "sync_seconds": 900,
    "title": "New railway bridge opens",
    "title_html": "New railway <mark>bridge</mark> opens",
    "url": "https://hill-courier.example/new-railway-bridge-opens",
    "zone": "Asia/Yerevan",
}
BY_FORMAT = {"uuid": ID, "date-time": TIME, "date": "2026-03-02", "uri": "https://news.example/"}
BY_OWNER: dict[tuple[str, str], Any] = {
    ("Alert", "why"): ["NagornoKarabakh"],
    ("Why", "why"): [["Karabakh", "title"]],
    ("Publisher", "name"): "Hill Courier",
    ("Publisher", "slug"): "hill-courier",
    ("Section", "name"): "Politics",
    ("Section", "slug"): "politics",
    ("Section", "label"): "Politics",
    ("Session", "label"): "Anahit's phone",
    ("SessionRequest", "label"): "Anahit's phone",
    ("OpenedSession", "label"): "Anahit's phone",
    ("Links", "tag"): "https://news.example/{language}/hashtag/{name}",
    ("Links", "article"): "https://news.example/{language}/article/{id}",
    ("Links", "story"): "https://news.example/{language}/story/{id}",
}
BY_TYPE: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "object": {},
}


@dataclass(frozen=True)
class Examples:
    """Made from the schema's components."""

    components: dict[str, Schema]

    def make(self, schema: Schema, owner: str = "", name: str = "") -> Any:
        """A value that the schema allows, of the property of that owner and name."""
        while inner := self.inner(schema):
            owner = schema["$ref"].rpartition("/")[2] if "$ref" in schema else owner
            schema = inner
        if "properties" in schema:
            return self.make_object(schema, owner)
        if (owner, name) in BY_OWNER:
            return BY_OWNER[owner, name]
        if "enum" not in schema and name in BY_NAME:
            return BY_NAME[name]
        if "items" in schema:
            return [self.make(schema["items"], owner)]
        return make_plain(schema)

    def inner(self, schema: Schema) -> Schema | None:
        """What a reference leads to, or the first of several parts."""
        if "$ref" in schema:
            return self.components[schema["$ref"].rpartition("/")[2]]
        parts: list[Schema] = schema.get("allOf") or schema.get("oneOf") or []
        return parts[0] if parts else None

    def make_object(self, schema: Schema, owner: str) -> Schema:
        return {name: self.make(part, owner, name) for name, part in schema["properties"].items()}


def make_plain(schema: Schema) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kind])
