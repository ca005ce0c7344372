"""Requests of the API take a way of their own, past the middleware that only pages need.

An app is known by its bearer secret, never by a cookie of Django's: so its requests have no use for
sessions, CSRF tokens, messages or the desk's second factor, which cost a third of a short answer.
Each of the two ways is a list in the settings.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

API = "/api/v1/"
Answer = Callable[[HttpRequest], HttpResponseBase]


class Shortcut:
    """The first middleware of all."""

    def __init__(self, get_response: Answer) -> None:
        self.pages, self.api = get_response, Handler()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_api = request.path.startswith(API)
        return self.api.answer(request) if is_api else self.pages(request)


class Handler(BaseHandler):
    """Django's way to a view, through API_MIDDLEWARE."""

    def __init__(self) -> None:
        hooks: list[object] = []  # of middleware, for views and templates: pages alone have some
        self._view_middleware = self._template_response_middleware = hooks
        self._exception_middleware = hooks
        answer: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # the stubs lack it
        for name in reversed(settings.API_MIDDLEWARE):
            answer = convert_exception_to_response(import_string(name)(answer))
        self.answer: Answer = answer
