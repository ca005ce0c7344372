"""A browser that is a reader: its session's bearer secret is in a signed cookie.

Scripts cannot read the cookie. Our own pages use the API with it, as an app does with the header.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from articles.models import Session
from articles.pages.headers import is_from_here
from articles.sessions import open_session, touch

COOKIE = "reader"
SALT = "articles.pages.browser"
KEPT = timedelta(days=400)  # no browser keeps a cookie longer
LABEL = 80


class FloodError(Exception):
    """One address opens more sessions than people do."""


class Opening:
    """What the API's throttle has to know: pages and API count together."""

    post_policy = "sessions"


def find_session(request: HttpRequest) -> Session | None:
    """The session of this browser, if it has one that still lives."""
    secret = find_secret(request)
    session = Session.objects.find(secret) if secret else None
    if session:
        touch(session, timezone.now().date())
    return session


def find_secret(request: HttpRequest) -> str:
    return request.get_signed_cookie(COOKIE, "", salt=SALT) or ""


def begin_session(request: HttpRequest) -> tuple[Session, str]:
    """This browser's session, a new reader's where it had none, and the secret to keep.

    Raises FloodError.
    """
    session = find_session(request)
    if session:
        return session, find_secret(request)
    [throttle] = APIView.throttle_classes  # the one that the settings name for all of the API
    if not throttle().allow_request(Request(request), Opening()):  # type: ignore[arg-type]
        raise FloodError
    opened = open_session(request.headers.get("User-Agent", "browser")[:LABEL])
    return opened.session, opened.secret


def keep(response: HttpResponse, secret: str) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE,
        secret,
        salt=SALT,
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def bearer_of_browsers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what our own pages ask the API, they ask as the reader in the cookie."""

    def answer(request: HttpRequest) -> HttpResponse:
        is_bare = request.path.startswith("/api/") and "HTTP_AUTHORIZATION" not in request.META
        if is_bare and COOKIE in request.COOKIES and is_from_here(request):
            secret = find_secret(request)
            if secret:
                request.META["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
                vars(request).pop("headers", None)  # was made of META when first asked for
        return get_response(request)

    return answer
