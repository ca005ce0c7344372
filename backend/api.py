"""What all endpoints share: errors as problem+json (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from rest_framework.exceptions import APIException, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

PROBLEM = "application/problem+json"


def describe_problem(status: int, detail: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def make_problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """The answer of a middleware that refuses a request."""
    problem = describe_problem(status, detail)
    return JsonResponse(problem, status=status, content_type=PROBLEM, headers=headers)


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as application/problem+json, field errors under `errors`."""
    response = exception_handler(error, context)
    if response is None:
        return None
    is_of_fields = isinstance(error, APIException) and not isinstance(error.detail, str)
    if is_of_fields:
        problem = describe_problem(response.status_code, "Some fields were not accepted.")
        problem["errors"] = list(flatten(response.data))
    else:
        problem = describe_problem(response.status_code, str(response.data.get("detail", "")))
    response.data = problem
    response.content_type = PROBLEM
    return response


def flatten(found: Any, path: str = "") -> "list[dict[str, str]]":
    """DRF's nested error lists as rows of {"field": "a.0.b", "detail": "..."}."""
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
