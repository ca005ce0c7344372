"""What all endpoints share: cursor pages and problem+json errors."""

from collections.abc import Sequence
from http import HTTPStatus
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView, exception_handler

PAGE = 20
LARGEST_PAGE = 100


class PageQuery(serializers.Serializer[None]):
    """What a client may say about the page it wants."""

    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=LARGEST_PAGE)
    cursor = serializers.CharField(default="", allow_blank=True)


class Cursor(BasePagination):
    """Pages that neither skip nor repeat a row while new ones arrive, however many share a time.

    They follow the queryset's own order: plain columns, all in one direction, the last unique.
    DRF's CursorPagination knows one column and counts rows that are equal in it, so an article
    of the same second moves the page. The cursor is signed: what comes back was made here.
    """

    def paginate_queryset(
        self,
        queryset: "QuerySet[Any] | Sequence[Any]",
        request: Request,
        view: APIView | None = None,  # noqa: ARG002 - DRF's signature
    ) -> list[Any]:
        """One page of rows; ValidationError for a limit or cursor that makes no sense."""
        asked = PageQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        if not isinstance(queryset, QuerySet):
            raise TypeError("A cursor needs a queryset.")
        limit, self.next_url = asked.validated_data["limit"], None
        names = [str(name) for name in queryset.query.order_by]
        if asked.validated_data["cursor"]:
            queryset = queryset.filter(
                make_seek(names, read(asked.validated_data["cursor"], names))
            )
        rows = list(queryset[: limit + 1])
        if len(rows) > limit:
            url = request.build_absolute_uri()
            self.next_url = replace_query_param(url, "cursor", write(rows[limit - 1], names))
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": link | {"description": "The following page; null on the last one."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(
        self,
        view: APIView,  # noqa: ARG002 - DRF's signature
    ) -> list[dict[str, Any]]:
        limit = {"type": "integer", "default": PAGE, "minimum": 1, "maximum": LARGEST_PAGE}
        return [
            {
                "name": "limit",
                "in": "query",
                "description": "How many results at most.",
                "schema": limit,
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where a page begins. Follow `next` instead of making one.",
                "schema": {"type": "string"},
            },
        ]


def write(row: object, names: list[str]) -> str:
    values = [str(attrgetter(name.removeprefix("-"))(row)) for name in names]
    return signing.dumps(values, salt=",".join(names), compress=True)


def read(cursor: str, names: list[str]) -> list[str]:
    """The values of the last row that a client has seen, in the order of these columns."""
    try:
        values: list[str] = signing.loads(cursor, salt=",".join(names))
    except signing.BadSignature as error:
        raise ValidationError({"cursor": ["Not a cursor of this list."]}) from error
    return values


def make_seek(names: list[str], values: list[str]) -> Q:
    """The rows behind one: a <= x and (a < x or b < y), since a plain "or" reaches no index."""
    [name, *names], [value, *values] = names, values
    column, how = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
    behind = Q((f"{column}__{how}", value))
    if not names:
        return behind
    return Q((f"{column}__{how}e", value)) & (behind | make_seek(names, values))


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as application/problem+json (RFC 9457), field errors under `errors`."""
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(error, ValidationError):
        problem["detail"] = "Some fields were not accepted."
        problem["errors"] = list(flatten(response.data))
    else:
        problem["detail"] = str(response.data.get("detail", ""))
    response.data = problem
    response.content_type = "application/problem+json"
    return response


def flatten(found: Any, path: str = "") -> "list[dict[str, str]]":
    """DRF's nested error lists as rows of {"field": "a.b", "detail": "..."}."""
    if isinstance(found, dict):
        return [
            row for key, part in found.items() for row in flatten(part, f"{path}.{key}".strip("."))
        ]
    if isinstance(found, list):
        return [row for part in found for row in flatten(part, path)]
    return [{"field": path, "detail": str(found)}]


class NothingView(APIView):
    """Answers any path that is no endpoint, so that apps never have to read an HTML page."""

    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None  # describes no operation

    def initial(self, request: Request, *_: object, **__: object) -> None:
        raise NotFound(f"There is nothing at {request.path}.")
