"""Pages of a list: its cursors neither skip nor repeat a row while new ones arrive, however many
share a time.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PAGE = 20
LARGEST_PAGE = 100
MARK_BYTES = 8
LIMIT = {"type": "integer", "default": PAGE, "minimum": 1, "maximum": LARGEST_PAGE}
HOW_MANY = "How many results at most."
FOLLOWING = "The following page; null on the last one."
WHERE = "Where a page begins. Follow `next` instead of making one."
PAGE_QUERY = [
    OpenApiParameter("limit", LIMIT, description=HOW_MANY),
    OpenApiParameter("cursor", str, description=WHERE),
]


def read_limit(request: HttpRequest | Request) -> int:
    """How many results the client wants; ValidationError for what is no such number."""
    text = request.GET.get("limit", str(PAGE))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    raise ValidationError({"limit": [f"A whole number from 1 to {LARGEST_PAGE}."]})


def read_cursor(request: HttpRequest | Request, of: str) -> list[Any]:
    """The place in a list behind which the page begins, as `write_cursor` was given it; nothing
    where it begins the list. It is signed: what comes back was made here, and for this list.
    """
    cursor = request.GET.get("cursor")
    if not cursor:
        return []
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        place, mark = packed[:-MARK_BYTES], packed[-MARK_BYTES:]
        if hmac.compare_digest(mark, sign(place, of)):
            found: list[Any] = orjson.loads(place)
            return found
    except ValueError:
        pass  # no Base64, no ASCII: nothing of ours
    raise ValidationError({"cursor": ["Not a cursor of this list."]})


def write_cursor(place: Sequence[Any], of: str) -> str:
    packed = orjson.dumps(place, default=tuple)  # places with names are tuples as well
    return base64.urlsafe_b64encode(packed + sign(packed, of)).rstrip(b"=").decode()


def sign(place: bytes, of: str) -> bytes:
    key = make_key(settings.SECRET_KEY)
    return hashlib.blake2b(of.encode() + place, key=key, digest_size=MARK_BYTES).digest()


@cache
def make_key(secret: str) -> bytes:
    return hashlib.sha256(f"cursor\n{secret}".encode()).digest()


def link_to(request: HttpRequest | Request, cursor: str) -> str:
    """The address of the page that a cursor begins; the rest of the query stays as it is."""
    parts = request.META.get("QUERY_STRING", "").split("&")
    rest = [part for part in parts if part and not part.startswith("cursor=")]
    query = "&".join([*rest, f"cursor={cursor}"])
    # Not by `build_absolute_uri`, which takes apart what it is given to see whether it is one.
    return f"{request.scheme}://{request.get_host()}{escape_uri_path(request.path)}?{query}"


class Cursor(BasePagination):
    """Pages of a queryset in its own order: plain columns, all in one direction, the last unique.

    DRF's CursorPagination knows one column and counts rows that are equal in it, so an article
    of the same second moves the page.
    """

    def paginate_queryset(
        self,
        queryset: "QuerySet[Any] | Sequence[Any]",
        request: Request,
        view: APIView | None = None,  # noqa: ARG002 - DRF's signature
    ) -> list[Any]:
        """One page of rows; ValidationError for a limit or cursor that makes no sense."""
        limit, self.next_url = read_limit(request), None
        if not isinstance(queryset, QuerySet):
            raise TypeError("A cursor needs a queryset.")
        names = [str(name) for name in queryset.query.order_by]
        if place := read_cursor(request, ",".join(names)):
            queryset = queryset.filter(make_seek(names, place))
        rows = list(queryset[: limit + 1])
        if len(rows) > limit:
            place = [str(attrgetter(name.removeprefix("-"))(rows[limit - 1])) for name in names]
            self.next_url = link_to(request, write_cursor(place, ",".join(names)))
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "description": FOLLOWING}
        following = append_meta(link, {"nullable": True})  # as the schema's version spells it
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(
        self,
        view: APIView,  # noqa: ARG002 - DRF's signature
    ) -> list[dict[str, Any]]:
        return [
            {"name": "limit", "in": "query", "description": HOW_MANY, "schema": LIMIT},
            {"name": "cursor", "in": "query", "description": WHERE, "schema": {"type": "string"}},
        ]


def make_seek(names: list[str], values: list[str]) -> Q:
    """The rows behind one: a <= x and (a < x or b < y), since a plain "or" reaches no index."""
    [name, *names], [value, *values] = names, values
    column, how = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
    behind = Q((f"{column}__{how}", value))
    if not names:
        return behind
    return Q((f"{column}__{how}e", value)) & (behind | make_seek(names, values))
