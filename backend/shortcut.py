"""The API and the readers' pages take ways of their own, past the middleware that only the desk
needs.

An app is known by its bearer secret and a reader's browser by a cookie of ours, never by one of
Django's: so their requests have no use for sessions, CSRF tokens, messages or the desk's second
factor, which cost a third of a short answer. Each of the three ways is a list in the settings.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

API = "/api/v1/"
DESK = ("/admin/", f"/{settings.STATIC_URL.strip('/')}/")
Answer = Callable[[HttpRequest], HttpResponseBase]


class Shortcut:
    """The first middleware of all."""

    def __init__(self, get_response: Answer) -> None:
        self.desk = get_response
        self.api = Handler(settings.API_MIDDLEWARE)
        self.pages = Handler(settings.PAGE_MIDDLEWARE)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(DESK):
            return self.desk(request)
        way = self.api if request.path.startswith(API) else self.pages
        return way.answer(request)


class Handler(BaseHandler):
    """Django's way to a view, through the middleware named."""

    def __init__(self, middleware: Sequence[str]) -> None:
        hooks: list[object] = []  # of middleware, for views and templates: the desk alone has some
        self._view_middleware = self._template_response_middleware = hooks
        self._exception_middleware = hooks
        answer: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # the stubs lack it
        for name in reversed(middleware):
            answer = convert_exception_to_response(import_string(name)(answer))
        self.answer: Answer = answer
