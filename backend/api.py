"""What all endpoints share: errors as problem+json."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler


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
