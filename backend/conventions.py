"""What every answer of the API says beside its body: its length, how long it keeps, its ETag, what
is left.
"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from backend.api import make_problem
from backend.limits import LEFT

OK = 200
PART = 2047  # bytes, less than hashlib's HASHLIB_GIL_MINSIZE
Handler = Callable[[HttpRequest], HttpResponseBase]


class Conventions:
    """A view with `cache_seconds` is the same for everybody, and shared caches may keep it; what
    others answer is the caller's own and asked for anew, which costs little where the ETag matches.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # or DisallowedHost
        twice = find_twice(request)
        response = (
            make_problem(400, f"{twice} stands twice in the query.")
            if twice
            else self.get_response(request)
        )
        if not isinstance(response, HttpResponse):
            return response
        response.headers["Content-Length"] = str(len(response.content))
        if state := request.META.get(LEFT):
            for name, value in state.as_headers().items():
                response.headers[name] = value
        seconds = cache_seconds(request)
        response.headers.setdefault("Cache-Control", describe(request, response, seconds))
        depends_on = ["Accept-Language"] if seconds else ["Accept-Language", "Authorization"]
        patch_vary_headers(response, depends_on)
        if request.method not in {"GET", "HEAD"} or response.status_code != OK:
            return response
        response.headers.setdefault("ETag", f'"{digest(response.content)}"')
        if "HTTP_IF_NONE_MATCH" not in request.META:
            return response
        etag = response.headers["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or response


def find_twice(request: HttpRequest) -> str | None:
    """A parameter that has two values, so that nobody knows which one is meant."""
    if "&" not in request.META.get("QUERY_STRING", ""):
        return None
    return next((name for name, values in request.GET.lists() if len(values) > 1), None)


def digest(content: bytes) -> str:
    """By the hash that today's processors know themselves, and of parts so short that hashlib keeps
    the interpreter's lock: to give it to another thread and to wait for it again takes longer.
    """
    hashed = hashlib.sha256()
    for at in range(0, len(content), PART):
        hashed.update(content[at : at + PART])
    return hashed.hexdigest()[:24]


def cache_seconds(request: HttpRequest) -> int:
    match = request.resolver_match
    return getattr(getattr(match.func, "cls", None), "cache_seconds", 0) if match else 0


def describe(request: HttpRequest, response: HttpResponse, seconds: int) -> str:
    if request.method not in {"GET", "HEAD"} or response.status_code != OK:
        return "no-store"
    return f"public, max-age={seconds}" if seconds else "private, no-cache"
