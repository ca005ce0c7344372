"""What the pages tell browsers and caches, and in which language they speak."""

from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Everything comes from here. A script runs if it carries the answer's own nonce, so nothing that a
# publisher wrote can run, nor any other file of ours that it might name.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
FRESH_SECONDS = 60  # a new article is on every page a minute later at most


def public_page(view: View[P]) -> View[P]:
    """GET and HEAD only; the same for everybody, so shared caches may keep it for a minute.

    Answers that are not 200 or a permanent redirect are not for caches: an article may come back.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
        response = guard(view)(request, *args, **options)
        if response.status_code in {200, 301}:
            patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        return response

    return require_safe(answer)


def private_page(view: View[P]) -> View[P]:
    """One reader's own; caches keep nothing of it. Its forms come from our own pages."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not is_from_here(request):
            return HttpResponse("This form belongs to another site.", status=403)
        response = guard(view)(request, *args, **options)
        patch_cache_control(response, private=True, no_store=True)
        return response

    # The pages with the forms are the same for everybody, so they can hold no token of a reader.
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(answer))


def own_form(view: View[P]) -> View[P]:
    """Where a form on our own pages leads."""
    return csrf_exempt(require_POST(private_page(view)))


def guard(view: View[P]) -> View[P]:
    """In the language of the address, under a policy that lets in nothing foreign."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> HttpResponse:
        request.nonce = nonce = token_urlsafe(16)  # type: ignore[attr-defined]  # the templates' to read
        language = str(options.get("lang", settings.LANGUAGE_CODE))
        with translation.override(language):
            response = view(request, *args, **options)
        response["Content-Security-Policy"] = CONTENT_POLICY.format(nonce=nonce)
        response["Content-Language"] = language
        return response

    return answer


def is_from_here(request: HttpRequest) -> bool:
    """Whether one of our own pages sent it, by the browser's word, which no script can change.

    Sec-Fetch-Site is what all browsers of today send; older ones send the Origin of every POST.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.netloc == request.get_host()
