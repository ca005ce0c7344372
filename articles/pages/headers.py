"""What the public pages tell browsers and caches."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Pictures come from publishers, over http too; scripts come from nowhere, whatever a text holds.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' http: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FRESH_SECONDS = 60  # a new article is on every page a minute later at most


def public_page(view: View[P]) -> View[P]:
    """GET and HEAD only; the same for everybody, so shared caches may keep it for a minute.

    Answers that are not 200 or a permanent redirect are not for caches: an article may come back.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
        response = view(request, *args, **options)
        response["Content-Security-Policy"] = CONTENT_POLICY
        if response.status_code in {200, 301}:
            patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        return response

    return require_safe(answer)
